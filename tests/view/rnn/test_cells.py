"""One step of an RNN and of a GRU, drawn."""

import math

import pytest

from gptlab.view.rnn.gru_cell import gru_cell_picture, gru_taps
from gptlab.view.rnn.rnn_cell import rnn_cell_picture
from tests.support.pictures import words_in


def test_an_rnn_step_is_drawn():
    svg, alt = rnn_cell_picture(x=0, h=0.96, w_xh=2, w_hh=0.5)
    assert {"0.96", "0.48", "0.45", "tanh"} <= set(words_in(svg))
    assert alt.endswith("tanh of it, 0.45.")


@pytest.mark.parametrize(
    ("z", "r", "candidate", "new"),
    [
        (0.75, 0.5, "−0.40", "0.50"),
        (0, 0, "−0.68", "−0.68"),
        (1, 1, "−0.02", "0.80"),
        (0, 1, "−0.02", "−0.02"),
    ],
)
def test_a_gru_step_is_drawn(z, r, candidate, new):
    svg, alt = gru_cell_picture(z, r)
    assert f"the candidate is {candidate} and the new state {new}." in alt
    assert {candidate, new, "0.80"} <= set(words_in(svg))
    exact = (1 - z) * math.tanh(-0.82 + r * 0.8) + z * 0.8
    assert float(new.replace("−", "-")) == pytest.approx(exact, abs=0.005)


def test_the_taps_say_what_they_show(capsys):
    gru_taps()
    assert "update gate 0.75, reset gate 0.5" in capsys.readouterr().out
