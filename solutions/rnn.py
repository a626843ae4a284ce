"""Reference bodies for gptlab/rnn.py."""

from collections.abc import Callable

import torch
from torch import Tensor

from gptlab import rnn


def rnn_step(x: Tensor, h: Tensor, w_xh: Tensor, w_hh: Tensor, b: Tensor) -> Tensor:
    return torch.tanh(x @ w_xh + h @ w_hh + b)


def gru_step(x: Tensor, h: Tensor, w: Tensor, u: Tensor, b: Tensor) -> Tensor:
    x_r, x_z, x_n = (x @ w + b).chunk(3, dim=-1)  # each (B, F)
    h_r, h_z, h_n = (h @ u).chunk(3, dim=-1)
    r = torch.sigmoid(x_r + h_r)
    z = torch.sigmoid(x_z + h_z)
    n = torch.tanh(x_n + r * h_n)
    return (1 - z) * n + z * h


def run_rnn(step: Callable, xs: Tensor, h0: Tensor) -> Tensor:
    h, states = h0, []
    for x in xs.unbind(1):  # T times (B, C)
        h = step(x, h)
        states.append(h)
    return torch.stack(states, dim=1)  # (B, T, F)


def run_truncated(step: Callable, xs: Tensor, h0: Tensor, length: int) -> Tensor:
    h, chunks = h0, []
    for chunk in xs.split(length, dim=1):  # (B, length, C), the last one may be shorter
        states = rnn.run_rnn(step, chunk, h.detach())
        chunks.append(states)
        h = states[:, -1]
    return torch.cat(chunks, dim=1)  # (B, T, F)
