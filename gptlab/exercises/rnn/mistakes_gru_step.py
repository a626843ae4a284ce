"""Wrong bodies of `rnn.gru_step`."""

import torch

from gptlab.exercises.mistake import mistake


@mistake(
    "rnn.gru_step",
    "r on the old state at the end",
    "r has done its work inside n; the new state mixes n and h by z alone.",
)
def _(x, h, w, u, b):
    xr, xz, xn = (x @ w + b).chunk(3, -1)
    hr, hz, hn = (h @ u).chunk(3, -1)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    n = torch.tanh(xn + hn)
    return (1 - z) * n + z * r * h


@mistake(
    "rnn.gru_step", "gates that do not see the state", "h·u_r and h·u_z belong into the gates."
)
def _(x, h, w, u, b):
    xr, xz, xn = (x @ w + b).chunk(3, -1)
    hr, hz, hn = (h @ u).chunk(3, -1)
    r, z = torch.sigmoid(xr), torch.sigmoid(xz)
    n = torch.tanh(xn + r * hn)
    return (1 - z) * n + z * h
