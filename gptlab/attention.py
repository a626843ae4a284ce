"""Attention: every position gathers what it needs from the positions that it may attend to."""

import math

import torch
from torch import Tensor

from gptlab.blanks import blank
from gptlab.sampling import softmax


@blank(lesson=5, minutes=10, difficulty=2)
def look(query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """Answer one query: compare it with every key, and mix the values by how well the keys match.

        score_s = (query · key_s) / √D
        out = Σ_s share_s · value_s,  the shares being the softmax of the scores

    One query, no batch, no heads: a loop over the S keys is welcome. (torch.stack makes one tensor of several and
    keeps their gradients; torch.tensor takes plain numbers.) Scores of ±10,000 must not overflow.

    query   (D) float
    keys    (S, D) float
    values  (S, D) float
    ->      (D) float

    Example:
        look((2, 0, 0, 0), [(2, 0, 0, 0), (0, 2, 0, 0)], [(1, 1, 0, 0), (0, 0, 1, 1)])
        scores 2 and 0, shares 0.88 and 0.12, result (0.88, 0.88, 0.12, 0.12)
    """
    raise NotImplementedError


@blank(lesson=5, minutes=3, difficulty=1)
def causal_mask(t: int) -> Tensor:
    """Say which positions each position may attend to: itself and those before it.

        keep[i, j] = (j ≤ i)                            Vaswani et al. 2017, §3.2.3

    ->  (t, t) bool, True = may attend
    """
    raise NotImplementedError


@blank(lesson=5, minutes=15, difficulty=2)
def scaled_dot_product_attention(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None
) -> Tensor:
    """Mix values by how well each query matches each key.

        out = softmax(q kᵀ / √D) v                      Vaswani et al. 2017, eq. 1; our D is their d_k

    Where the mask is False the score becomes −inf, so that its weight is 0. For a query that may attend
    to nothing (padding in a batch has such queries) the reference gives 0; the check does not ask for it.

    q     (B, H, T, D) float
    k     (B, H, S, D) float
    v     (B, H, S, D) float
    mask  (T, S) bool or (B, 1, T, S) bool, True = may attend
    ->    (B, H, T, D) float
    """
    raise NotImplementedError


@blank(lesson=5, minutes=5, difficulty=2)
def split_heads(x: Tensor, n_heads: int) -> Tensor:
    """Cut the width into heads; head h owns channels h·D … (h+1)·D − 1, with D = C / H.

        out[b, h, t, d] = x[b, t, h·D + d]

    x   (B, T, C) float
    ->  (B, n_heads, T, C/n_heads) float

    Raises ValueError when the width is not a multiple of n_heads (the check does not ask for it).
    """
    raise NotImplementedError


@blank(lesson=5, minutes=4, difficulty=1)
def merge_heads(x: Tensor) -> Tensor:
    """Lay the heads side by side again; the inverse of split_heads.

        out[b, t, h·D + d] = x[b, h, t, d]

    x   (B, H, T, D) float
    ->  (B, T, H·D) float
    """
    raise NotImplementedError


@blank(lesson=5, minutes=15, difficulty=3)
def multi_head_attention(
    x: Tensor,
    w_qkv: Tensor,
    b_qkv: Tensor,
    w_out: Tensor,
    b_out: Tensor,
    n_heads: int,
    mask: Tensor | None = None,
) -> Tensor:
    """Let every head attend on its own, then mix what the heads found.

        q | k | v = x·w_qkv + b_qkv
        out = concat(head_1 … head_H)·w_out + b_out     Vaswani et al. 2017, §3.2.2

    Weights are (in, out). The columns of w_qkv stand in thirds, q then k then v, as in GPT-2's files.
    The mask is one for scaled_dot_product_attention, with S = T.

    x      (B, T, C) float
    w_qkv  (C, 3C) float
    b_qkv  (3C) float
    w_out  (C, C) float
    b_out  (C) float
    mask   (T, T) bool or (B, 1, T, T) bool, True = may attend
    ->     (B, T, C) float
    """
    raise NotImplementedError


@blank(lesson=5, minutes=10, difficulty=2)
def sinusoidal_positions(t: int, c: int) -> Tensor:
    """Give each position a vector of its own, made of waves from fast to slow.

        out[pos, 2i]     = sin(pos / 10000^(2i/C))
        out[pos, 2i + 1] = cos(pos / 10000^(2i/C))      Vaswani et al. 2017, §3.5

    ->  (t, c) float
    """
    raise NotImplementedError
