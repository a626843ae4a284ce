"""The loss over two parameters, the path through it, and the widget."""

import xml.etree.ElementTree as ET

import numpy as np

from gptlab.view.autograd import loss_surface
from tests.support.pictures import NS

POINTS = [(1.0, 3.0), (2.0, 5.0), (4.0, 9.0)]


def bowl(w, b):
    return sum((w * x + b - y) ** 2 for x, y in POINTS) * (1 / 3)


def test_a_path_is_told_as_going_down_or_climbing():
    path = [(0.0, 0.0, bowl(0.0, 0.0)), (2.0, 1.0, 0.0), (2.0, 1.0, 0.0)]
    assert loss_surface.describe(bowl, path).startswith("after 2 steps w = 2, b = 1")
    assert loss_surface.describe(bowl, [*path, (90.0, 0.0, bowl(90.0, 0.0))]).startswith(
        "it climbs"
    )


def test_the_descent_widget():
    play = loss_surface.Descent(bowl, (4.0, 6.0), "loss")
    first = play.out.value
    play.steps.value = 0
    assert len(play.path()) == 1
    play.steps.value = 20
    play.rate.value = loss_surface.RATES[0]
    assert (
        len(play.path()) == 21 and play.out.value != first and "after 20 steps" in play.text.value
    )
    assert ET.fromstring(play.out.value).tag == f"{NS}svg"


def test_lines_of_equal_loss_are_smooth():
    """A quadratic's lines are ellipses: each is one closed curve, or leaves the map, and turns one way only."""
    paths = {"slow": [(4.0, 6.0, 0.0), (3.0, 5.0, 0.0)], "fast": [(4.0, 6.0, 0.0), (1.0, 2.0, 0.0)]}
    figure, alt = loss_surface.loss_surface_picture(bowl, paths, "loss")
    assert len(figure.axes) == 2 and "slow: after 1 steps" in alt and "fast: after 1 steps" in alt
    inside = 0
    for line in figure.axes[0].collections[0].get_paths():
        corners = line.to_polygons(closed_only=False)
        assert len(corners) <= 2  # one ellipse, of which the map may show two ends
        for curve in corners:
            scaled = curve / np.ptp(curve, axis=0).max(initial=1e-9)
            step = np.diff(scaled[:: max(1, len(scaled) // 40)], axis=0)
            turns = step[:-1, 0] * step[1:, 1] - step[:-1, 1] * step[1:, 0]
            inside += len(turns) > 4
            assert (turns >= -1e-4).all() or (turns <= 1e-4).all()
    assert inside >= 3
