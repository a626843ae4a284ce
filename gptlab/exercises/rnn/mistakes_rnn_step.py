"""Wrong bodies of `rnn.rnn_step`."""

import torch

from gptlab.exercises.mistake import mistake


@mistake(
    "rnn.rnn_step",
    "the state multiplied place by place",
    "h·w_hh is a matrix product: each place of the state feeds every other.",
)
def _(x, h, w_xh, w_hh, b):
    return torch.tanh(x @ w_xh + h * w_hh.diagonal() + b)


@mistake("rnn.rnn_step", "each part bent for itself", "One tanh, over the sum of all three.")
def _(x, h, w_xh, w_hh, b):
    return torch.tanh(x @ w_xh) + torch.tanh(h @ w_hh) + b
