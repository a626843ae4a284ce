"""The loss over two parameters, the path through it, and the widget."""

import xml.etree.ElementTree as ET

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
