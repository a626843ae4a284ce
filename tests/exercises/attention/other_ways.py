"""Other ways to write gptlab/attention.py."""

import math

import torch
import torch.nn.functional as F

from tests.support.other_ways import other_way


@other_way("attention.look")
def in_one_line(query, keys, values):
    return torch.softmax(keys @ query / math.sqrt(query.shape[0]), dim=0) @ values


@other_way("attention.look")
def by_torchs_attention(query, keys, values):
    return F.scaled_dot_product_attention(query[None], keys, values).squeeze(0)


@other_way("attention.look")
def with_two_loops(query, keys, values):
    scores = []
    for key in keys:
        score = 0.0
        for a, b in zip(query, key):
            score = score + a * b
        scores.append(score / math.sqrt(len(query)))
    powers = [torch.exp(score - max(scores)) for score in scores]
    return sum(power * value for power, value in zip(powers, values)) / sum(powers)


@other_way("attention.look")
def with_einsum_and_matrices(query, keys, values):
    shares = F.softmax(torch.einsum("d,sd->s", query, keys) * query.size(0) ** -0.5, dim=-1)
    return torch.einsum("s,sd->d", shares, values)


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
    q, k, v = (
        (torch.einsum("btc,cd->btd", x, w_qkv) + b_qkv)
        .view(B, T, 3, n_heads, C // n_heads)
        .permute(2, 0, 3, 1, 4)
    )
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
        found = with_einsum(q[:, None, :, part], k[:, None, :, part], v[:, None, :, part], mask)[
            :, 0
        ]
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
    rows = [
        [(math.sin, math.cos)[i % 2](pos / 10000 ** (i // 2 * 2 / c)) for i in range(c)]
        for pos in range(t)
    ]
    return torch.tensor(rows, dtype=torch.float64)


@other_way("attention.causal_mask")
def with_a_loop(t):
    mask = torch.zeros((t, t), dtype=torch.bool)
    for i in range(t):
        mask[i, : i + 1] = True
    return mask


@other_way("attention.causal_mask")
def with_ranges(t):
    i, j = torch.meshgrid(torch.arange(t), torch.arange(t), indexing="ij")
    return i >= j


@other_way("attention.scaled_dot_product_attention")
def head_by_head_and_row_by_row(q, k, v, mask=None):
    out = []
    for b in range(q.shape[0]):
        for h in range(q.shape[1]):
            scores = q[b, h] @ k[b, h].T / math.sqrt(q.shape[-1])
            if mask is not None:
                allowed = mask if mask.ndim == 2 else mask[b, 0]
                scores = torch.where(allowed, scores, float("-inf"))
            out.append(torch.softmax(scores, dim=1) @ v[b, h])
    return torch.stack(out).view(*q.shape[:-1], v.shape[-1])


@other_way("attention.scaled_dot_product_attention")
def with_a_bias_in_place(q, k, v, mask=None):
    B, H, T, D = q.shape
    scores = torch.bmm(q.reshape(B * H, T, D), k.reshape(B * H, -1, D).transpose(1, 2)).reshape(
        B, H, T, -1
    )
    scores = scores * D**-0.5
    if mask is not None:
        scores = scores + torch.zeros(mask.shape, dtype=scores.dtype).masked_fill_(
            ~mask, float("-inf")
        )
    return torch.softmax(scores, -1).matmul(v)


@other_way("attention.split_heads")
def with_unflatten(x, n_heads):
    return x.unflatten(-1, (n_heads, -1)).movedim(2, 1)


@other_way("attention.split_heads")
def channel_by_channel(x, n_heads):
    D = x.shape[-1] // n_heads
    out = x.new_empty(x.shape[0], n_heads, x.shape[1], D)
    for h in range(n_heads):
        for d in range(D):
            out[:, h, :, d] = x[:, :, h * D + d]
    return out


@other_way("attention.merge_heads")
def with_movedim(x):
    return x.movedim(1, 2).reshape(x.size(0), x.size(2), -1)


@other_way("attention.merge_heads")
def into_slices(x):
    B, H, T, D = x.shape
    out = torch.zeros(B, T, H * D, dtype=x.dtype)
    for h in range(H):
        out[..., h * D : (h + 1) * D] = x[:, h]
    return out


@other_way("attention.multi_head_attention")
def with_torchs_module(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    B, T, C = x.shape
    if mask is not None:
        mask = ~mask.expand(B, n_heads, T, T).reshape(B * n_heads, T, T)  # there, True means hidden
    out, _ = F.multi_head_attention_forward(
        *[x.transpose(0, 1)] * 3,
        C,
        n_heads,
        w_qkv.T,
        b_qkv,
        None,
        None,
        False,
        0.0,
        w_out.T,
        b_out,
        training=False,
        need_weights=False,
        attn_mask=mask,
    )
    return out.transpose(0, 1)


@other_way("attention.multi_head_attention")
def with_three_weights(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    C = x.shape[-1]
    parts = []
    for third in range(3):
        columns = slice(third * C, (third + 1) * C)
        parts.append(with_unflatten(x @ w_qkv[:, columns] + b_qkv[columns], n_heads))
    return with_movedim(with_a_bias_in_place(*parts, mask=mask)).matmul(w_out).add(b_out)


@other_way("attention.multi_head_attention")
def text_by_text(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    rows = []
    for b in range(len(x)):
        own = mask if mask is None or mask.ndim == 2 else mask[b : b + 1]
        rows.append(all_in_one(x[b : b + 1], w_qkv, b_qkv, w_out, b_out, n_heads, own))
    return torch.cat(rows)


@other_way("attention.sinusoidal_positions")
def with_where(t, c):
    channel = torch.arange(c)
    angle = torch.arange(t)[:, None] / 10000.0 ** ((channel - channel % 2) / c)
    return torch.where(channel % 2 == 0, torch.sin(angle), torch.cos(angle))


@other_way("attention.sinusoidal_positions")
def with_an_outer_product(t, c):
    speed = torch.pow(10000.0, -torch.arange(0, c, 2, dtype=torch.float64) / c)
    angle = torch.outer(torch.arange(t, dtype=torch.float64), speed)
    return torch.stack((angle.sin(), angle.cos()), dim=2).view(t, c)


@other_way("attention.sinusoidal_positions")
def with_a_turned_cosine(t, c):
    angle = torch.arange(t).double().unsqueeze(1) * torch.logspace(
        0, -4 * (1 - 2 / c), c // 2, dtype=torch.float64
    )
    turned = torch.stack([angle, angle + math.pi / 2], dim=-1)
    return torch.sin(turned).flatten(1).float()
