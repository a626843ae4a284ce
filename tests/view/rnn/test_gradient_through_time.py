"""The gradient as strips, of boxes."""

from gptlab.view.kit.number_format import power_of_ten
from gptlab.view.rnn import gradient_through_time
from tests.support.pictures import words_in


def test_strips_are_drawn():
    svg, alt = gradient_through_time.strips_picture({"net": [1e-9, 1e-4, 50.0, 1.0]}, "strips")
    assert "at step 1: 1·10⁻⁹" in words_in(svg) and "first of 4 steps" in alt
    assert [power_of_ten(x) for x in (0, 0.31, 41, 2e-7, 3e5)] == [
        "0",
        "0.31",
        "41",
        "2·10⁻⁷",
        "3·10⁵",
    ]
