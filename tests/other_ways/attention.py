"""Other ways to write gptlab/attention.py."""

import math

import torch
import torch.nn.functional as F

from other_ways import other_way


@other_way("attention.causal_mask")
def with_tril(t):
    return torch.ones(t, t, dtype=torch.bool).tril()


@other_way("attention.causal_mask")
def with_triu(t):
    return ~torch.triu(torch.ones(t, t), diagonal=1).bool()


@other_way("attention.causal_mask")
def with_lists(t):
    return torch.tensor([[j <= i for j in range(t)] for i in range(t)])


@other_way("attention.scaled_dot_product_attention")
def with_torch(q, k, v, mask=None):
    out = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    return out if mask is None else torch.where(mask.any(-1, keepdim=True), out, 0.0)


@other_way("attention.scaled_dot_product_attention")
def with_einsum(q, k, v, mask=None):
    scores = torch.einsum("bhtd,bhsd->bhts", q, k) * q.size(-1) ** -0.5
    if mask is not None:
        scores = scores.masked_fill(mask.logical_not(), float("-inf"))
    weights = F.softmax(scores, dim=-1)
    if mask is not None:
        weights = torch.nan_to_num(weights, nan=0.0)
    return torch.einsum("bhts,bhsd->bhtd", weights, v)


@other_way("attention.scaled_dot_product_attention")
def by_hand(q, k, v, mask=None):
    scores = torch.matmul(q / math.sqrt(q.shape[3]), k.mT)
    keep = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask.expand_as(scores)
    low = torch.where(keep, scores, -1e300 if scores.dtype == torch.float64 else -1e38)
    weights = torch.where(keep, torch.exp(low - low.amax(-1, keepdim=True)), 0.0)
    return weights @ v / weights.sum(-1, keepdim=True).clamp(min=1e-30)


@other_way("attention.scaled_dot_product_attention")
def nan_without_anything_to_see(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    return scores.softmax(-1) @ v


@other_way("attention.scaled_dot_product_attention")
def even_without_anything_to_see(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / torch.sqrt(torch.tensor(float(q.shape[-1])))
    return (scores if mask is None else scores.masked_fill(mask == 0, -1e9)).softmax(-1) @ v


@other_way("attention.split_heads")
def with_view(x, n_heads):
    return x.contiguous().view(x.shape[0], x.shape[1], n_heads, -1).permute(0, 2, 1, 3)


@other_way("attention.split_heads")
def with_chunk(x, n_heads):
    return torch.stack(x.chunk(n_heads, dim=-1), dim=1)


@other_way("attention.merge_heads")
def with_view_again(x):
    B, H, T, D = x.shape
    return x.permute(0, 2, 1, 3).contiguous().view(B, T, H * D)


@other_way("attention.merge_heads")
def with_cat(x):
    return torch.cat(list(x.unbind(dim=1)), dim=-1)


@other_way("attention.multi_head_attention")
def all_in_one(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    B, T, C = x.shape
    q, k, v = (torch.einsum("btc,cd->btd", x, w_qkv) + b_qkv).view(B, T, 3, n_heads, C // n_heads).permute(2, 0, 3, 1, 4)
    mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    return mixed.transpose(1, 2).reshape(B, T, C) @ w_out + b_out


@other_way("attention.multi_head_attention")
def head_by_head(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    C = x.shape[-1]
    D = C // n_heads
    q, k, v = torch.split(F.linear(x, w_qkv.t(), b_qkv), C, dim=-1)
    out = b_out.expand_as(x)
    for h in range(n_heads):
        part = slice(h * D, (h + 1) * D)
        found = with_einsum(q[:, None, :, part], k[:, None, :, part], v[:, None, :, part], mask)[:, 0]
        out = out + found @ w_out[part]
    return out


@other_way("attention.sinusoidal_positions")
def into_zeros(t, c):
    table = torch.zeros(t, c)
    position = torch.arange(t).float().unsqueeze(1)
    divide = torch.exp(torch.arange(0, c, 2).float() * (-math.log(10000.0) / c))
    table[:, 0::2] = torch.sin(position * divide)
    table[:, 1::2] = torch.cos(position * divide)
    return table


@other_way("attention.sinusoidal_positions")
def with_numbers(t, c):
    rows = [[(math.sin, math.cos)[i % 2](pos / 10000 ** (i // 2 * 2 / c)) for i in range(c)] for pos in range(t)]
    return torch.tensor(rows, dtype=torch.float64)
