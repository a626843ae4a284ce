"""Slopes as pictures."""

import math

from gptlab.view.autograd import slope
from gptlab.view.kit import style


def test_slope_pictures_tell_what_they_show():
    figure, alt = slope.slope_picture(lambda x: x**2 - x, 1.5, [0.1, 1, 0.5], "x² − x")
    assert "a nudge of 1 gives 3; a nudge of 0.5 gives 2.5; a nudge of 0.1 gives 2.1" in alt
    assert "nudge 0.1: slope 2.1" in style.to_svg(figure, alt)
    _, told = slope.derivative_picture(lambda x: (math.tanh(x), 1 - math.tanh(x) ** 2), "tanh")
    assert "steepest at 0, with slope 1" in told
