"""A small network's map, and its falling loss."""

import xml.etree.ElementTree as ET

from gptlab.view.autograd import decision_map
from gptlab.view.kit import style
from tests.support.pictures import NS

POINTS = [(0.0, 0.0, 1), (1.0, 0.0, 0), (0.0, -1.0, 0)]


def test_maps_count_the_points_on_their_side():
    networks = {
        "before": lambda x, y: 0.3 + 0.01 * x,
        "after": lambda x, y: 1 - (x * x + y * y) / 1.2,
    }
    figure, said = decision_map.decision_maps_picture(networks, POINTS, "maps")
    assert "before: 2 of 3 points" in said and "after: 3 of 3 points" in said
    assert ET.fromstring(style.to_svg(figure, said)).tag == f"{NS}svg"


def test_the_edges_of_hidden_units_lie_where_their_sum_is_0():
    edges = {"net": [(2.0, -1.0, 0.5), (0.0, 3.0, -1.5)]}
    figure, _ = decision_map.decision_maps_picture({"net": lambda x, y: x + 0.5}, POINTS, "", edges)
    drawn = [line for line in figure.axes[0].get_lines() if len(line.get_xdata()) == 2][:2]
    for line, (w, v, b) in zip(drawn, edges["net"], strict=True):
        for x, y in zip(line.get_xdata(), line.get_ydata()):
            assert abs(w * x + v * y + b) < 1e-9 and max(abs(x), abs(y)) > 2


def test_curves_are_told_from_first_to_last():
    figure, said = decision_map.loss_curves_picture({"kept": [4.0, 1.0, 2.0]}, "The rings")
    assert said == "The rings. kept: 4 → 2, lowest 1."
    assert figure.axes[0].get_ylim()[0] == 0
