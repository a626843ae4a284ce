"""The bars of two ways to write."""

from gptlab.experiments.sampling.joint_sampling import Shares
from gptlab.view.sampling.joint_sampling import joint_sampling_picture
from tests.support.pictures import words_in


def test_shares_are_drawn_as_means():
    svg, alt = joint_sampling_picture(
        {"one by one": [Shares(0.25, 0.5)], "all at once": [Shares(0.0, 0.2), Shares(0.0, 0.0)]}
    )
    assert "50 %" in words_in(svg) and "all at once 10 %" in alt
