"""The loss by smoothing."""

import math

from gptlab.view.kit.style import to_svg
from gptlab.view.ngram.smoothing import smoothing_curve


def test_the_best_smoothing_is_named():
    figure, alt = smoothing_curve({0.0: math.inf, 0.01: 2.5, 1.0: 4.0})
    assert "The best is 0.01" in alt and "0.01: 2.50 nats" in to_svg(figure, alt)
