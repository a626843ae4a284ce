"""Recurrent networks: one state, rewritten at every token, has to carry all that was read."""

from collections.abc import Callable

import torch
from torch import Tensor

from gptlab.blanks import blank


@blank(lesson=4, minutes=6, difficulty=1)
def rnn_step(x: Tensor, h: Tensor, w_xh: Tensor, w_hh: Tensor, b: Tensor) -> Tensor:
    """Make the new state out of one input and the old state.

        h' = tanh(x·w_xh + h·w_hh + b)                  Elman 1990, with tanh in place of his logistic function

    Weights are (in, out), and · between a vector and its weights is a matrix product.

    Example: with one number for a state, w_xh = 2, w_hh = ½, b = 0, the input 0 takes the state 0.96 to 0.45.

    x     (B, C) float, the input of one moment
    h     (B, F) float, the state
    w_xh  (C, F) float
    w_hh  (F, F) float
    b     (F) float
    ->    (B, F) float, the new state
    """
    raise NotImplementedError


@blank(lesson=4, minutes=20, difficulty=3)
def gru_step(x: Tensor, h: Tensor, w: Tensor, u: Tensor, b: Tensor) -> Tensor:
    """Make the new state with two gates: one says how much of the old state is kept, one how much is used.

        r = σ(x·w_r + h·u_r + b_r),   z = σ(x·w_z + h·u_z + b_z)          Cho et al. 2014, eqs. 5 and 6
        n = tanh(x·w_n + r·(h·u_n) + b_n)                                 eq. 8, r after the product as in torch
        h' = (1 − z)·n + z·h                                              eq. 7

    r and z are gates, from 0 to 1, one number for each place of the state; they multiply place by place. The
    columns of w, u and b are in thirds: r, then z, then n. Weights are (in, out), and b enters once.

    Example: with a state of one number, 0.8, and gates z = ¾, r = ½: if h·u_n = 0.8 and x·w_n + b_n = −0.82,
    then n = tanh(−0.82 + ½·0.8) = −0.4, and the new state is ¼·(−0.4) + ¾·0.8 = 0.5.

    x   (B, C) float, the input of one moment
    h   (B, F) float, the state
    w   (C, 3F) float
    u   (F, 3F) float
    b   (3F) float
    ->  (B, F) float, the new state
    """
    raise NotImplementedError


@blank(lesson=4, minutes=8, difficulty=2)
def run_rnn(step: Callable, xs: Tensor, h0: Tensor) -> Tensor:
    """Take one step after the other, each from the state that the one before has left.

        h_t = step(x_t, h_{t−1}),   out[:, t] = the state after input t

    step(x (B, C), h (B, F)) gives the next state, (B, F): rnn_step with its weights put in, or any cell like it. h0 is
    the state before the first input and no part of the result. The gradient flows back through every step.

    xs  (B, T, C) float
    h0  (B, F) float
    ->  (B, T, F) float
    """
    raise NotImplementedError


@blank(lesson=4, minutes=15, difficulty=3)
def run_truncated(step: Callable, xs: Tensor, h0: Tensor, length: int) -> Tensor:
    """Read a long text in chunks of `length` steps: the state goes on, the gradient stops at each seam.

        ∂h_t/∂h_s = 0 where a seam lies between s and t             truncated backpropagation through time

    The states are those that run_rnn gives for the whole text. The gradient of a state reaches back to the first
    input of its own chunk, and no further; within the chunk it is complete. The last chunk may be shorter. Whether a
    gradient reaches h0 is left to you.

    Example: 5 steps with length 2 are the chunks 0 1 | 2 3 | 4. The state after input 3 has a gradient for
    inputs 2 and 3, and none for 0 and 1.

    xs      (B, T, C) float
    h0      (B, F) float
    length  int, at least 1
    ->      (B, T, F) float
    """
    raise NotImplementedError
