"""The unrolled network and its states."""

import pytest
import torch

from gptlab.view.rnn import unrolled
from tests.support.pictures import words_in


def test_the_unrolled_network_and_its_states():
    svg, alt = unrolled.unrolled_picture(["a", "b", "c"])
    assert {"h₀", "h₁", "h₃", "w_hh", "w_xh", "c"} <= set(words_in(svg)) and "a, b, c" in alt
    svg, alt = unrolled.states_picture(
        torch.tensor([[1.0, -1.0], [0.5, 0.0]]), ["x", "y"], "states"
    )
    assert {"x", "y", "states"} <= set(words_in(svg)) and "x 1.00, y 0.25" in alt
    with pytest.raises(ValueError, match="2 states but 1 words"):
        unrolled.states_picture(torch.zeros(2, 3), ["x"], "states")
