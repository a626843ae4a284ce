"""One step of an RNN, of a GRU and of an LSTM, drawn."""

import math

import pytest
import torch

from gptlab.view.rnn.gru_cell import gru_cell_picture, gru_taps
from gptlab.view.rnn.lstm_cell import lstm_cell_picture, lstm_taps
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


@pytest.mark.parametrize(
    ("gates", "cell", "state"),
    [
        ((0.75, 0.5, 0.5), "0.40", "0.19"),
        ((1, 0, 0), "0.80", "0.00"),
        ((0, 1, 1), "−0.40", "−0.38"),
    ],
)
def test_an_lstm_step_is_drawn(gates, cell, state):
    svg, alt = lstm_cell_picture(*gates)
    assert f"new cell of {cell}, and the new state is {state}." in alt
    assert {cell, state, "0.80", "−0.40"} <= set(words_in(svg))


def test_the_numbers_of_the_drawn_lstm_are_those_of_torch():
    """With weights of 0, the gates and the candidate come from the biases alone."""
    f, i, o, g = 0.75, 0.5, 0.5, -0.4
    cell = torch.nn.LSTMCell(1, 1)
    with torch.no_grad():
        for weights in cell.parameters():
            weights.zero_()
        gates = torch.tensor([i, f, o]).logit()
        cell.bias_ih.copy_(torch.stack([gates[0], gates[1], torch.tensor(g).atanh(), gates[2]]))
        state, kept = cell(torch.zeros(1, 1), (torch.zeros(1, 1), torch.full((1, 1), 0.8)))
    assert (
        f"new cell of {kept.item():.2f}, and the new state is {state.item():.2f}."
        in lstm_cell_picture(f, i, o).alt
    )


def test_the_taps_of_the_lstm_say_what_they_show(capsys):
    lstm_taps()
    assert "forget gate 0.75, input gate 0.5, output gate 0.5" in capsys.readouterr().out
