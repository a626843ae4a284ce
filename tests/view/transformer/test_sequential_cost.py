"""Times of two layers, drawn."""

from gptlab.experiments.sequential_cost import BLOCK, RECURRENT
from gptlab.view.kit.style import to_svg
from gptlab.view.transformer import sequential_cost


def test_layer_times_are_drawn():
    took = {name: {t: t * 1e-4 for t in (2, 4)} for name in (RECURRENT, BLOCK)}
    figure, alt = sequential_cost.layer_times_picture(took)
    assert alt.count("slope 1.00") == 2 and to_svg(figure, alt).startswith("<svg")
