"""Update gates, drawn."""

from gptlab.view.rnn import gru_gates
from tests.support.pictures import words_in


def test_gates_are_drawn():
    svg, alt = gru_gates.gates_picture([0.5, 0.7], [0.6, 0.99])
    assert "0.50 to 0.70" in words_in(svg) and "1 of 2 above 0.95" in alt
