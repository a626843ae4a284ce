"""Reference bodies for gptlab/attention.py."""

import math

import torch
from torch import Tensor

from gptlab import attention
from gptlab.sampling import softmax


def look(query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    scores = torch.stack([(query * key).sum() for key in keys]) / math.sqrt(len(query))  # (S)
    mixture = torch.zeros_like(query)
    for share, value in zip(softmax(scores), values):
        mixture = mixture + share * value
    return mixture  # (D)


def causal_mask(t: int) -> Tensor:
    position = torch.arange(t)
    return position[None, :] <= position[:, None]  # (T, T)


def scaled_dot_product_attention(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None
) -> Tensor:
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (B, H, T, S)
    if mask is None:
        return softmax(scores) @ v
    # The lowest finite number gives the weights that −inf gives, and no NaN in a row without any True.
    scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = softmax(scores).masked_fill(~mask, 0.0)
    return weights @ v  # (B, H, T, D)


def split_heads(x: Tensor, n_heads: int) -> Tensor:
    B, T, C = x.shape
    if C % n_heads:
        raise ValueError(
            f"width {C} does not divide into {n_heads} heads: choose a multiple of {n_heads}"
        )
    return x.reshape(B, T, n_heads, C // n_heads).transpose(1, 2)  # (B, T, H, D) -> (B, H, T, D)


def merge_heads(x: Tensor) -> Tensor:
    return x.transpose(1, 2).flatten(2)  # (B, H, T, D) -> (B, T, H, D) -> (B, T, C)


def multi_head_attention(
    x: Tensor,
    w_qkv: Tensor,
    b_qkv: Tensor,
    w_out: Tensor,
    b_out: Tensor,
    n_heads: int,
    mask: Tensor | None = None,
) -> Tensor:
    qkv = x @ w_qkv + b_qkv  # (B, T, 3C)
    q, k, v = (
        attention.split_heads(part, n_heads) for part in qkv.chunk(3, dim=-1)
    )  # each (B, H, T, D)
    mixed = attention.scaled_dot_product_attention(q, k, v, mask)  # (B, H, T, D)
    return attention.merge_heads(mixed) @ w_out + b_out  # (B, T, C)


def sinusoidal_positions(t: int, c: int) -> Tensor:
    position = torch.arange(t, dtype=torch.float64)[:, None]  # (T, 1)
    even_channel = torch.arange(0, c, 2, dtype=torch.float64)
    angle = position / 10000 ** (even_channel / c)  # (T, ⌈C/2⌉)
    waves = torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)  # sin, cos, sin, cos …
    return waves[:, :c].to(torch.get_default_dtype())  # (T, C)
