"""Wrong bodies of gptlab/attention.py as people write them, and what each is to be told."""

import math

import torch
import torch.nn.functional as F

from gptlab.blanks.registry import reference
from tests.support.natural_ways import natural

INF = float("inf")
SDPA = "attention.scaled_dot_product_attention"
MULTI = "attention.multi_head_attention"
WAVES = "attention.sinusoidal_positions"


LOOK = "attention.look"


@natural(LOOK, "no softmax")
def weighted_by_scores(query, keys, values):
    result = torch.zeros_like(query)
    for key, value in zip(keys, values):
        result += torch.dot(query, key) / math.sqrt(query.shape[0]) * value
    return result


@natural(LOOK, "scores not divided by √D")
def forgot_the_root(query, keys, values):
    shares = torch.softmax(torch.stack([torch.dot(query, key) for key in keys]), dim=0)
    return (shares[:, None] * values).sum(dim=0)


@natural(LOOK, "divided by √S")
def root_of_the_number_of_keys(query, keys, values):
    scores = torch.mv(keys, query) / keys.shape[0] ** 0.5
    return torch.softmax(scores, dim=0) @ values


@natural(LOOK, "a softmax for each channel")
def no_sum_in_the_dot_product(query, keys, values):
    shares = F.softmax(query * keys / query.shape[-1] ** 0.5, dim=0)
    return (shares * values).sum(dim=0)


@natural(LOOK, "the values not added up")
def left_apart(query, keys, values):
    shares = F.softmax((keys * query).sum(-1) / query.shape[-1] ** 0.5, dim=-1)
    return shares.unsqueeze(-1) * values


@natural(SDPA, "the values left out")
def no_v(q, k, v, mask=None):
    scores = torch.einsum("bhtd,bhsd->bhts", q, k) / q.size(-1) ** 0.5
    if mask is not None:
        scores = torch.where(mask, scores, -INF)
    return torch.softmax(scores, dim=-1)


@natural(SDPA, "scores indexed by a mask that may be None")
def assigned_always(q, k, v, mask=None):
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    scores[~mask] = float("-inf")
    return F.softmax(scores, dim=-1) @ v


@natural(SDPA, "scores indexed by the mask")
def assigned(q, k, v, mask=None):
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    if mask is not None:
        scores[~mask] = float("-inf")
    return F.softmax(scores, dim=-1) @ v


@natural(SDPA, "a mask asked for its truth")
def if_mask(q, k, v, mask=None):
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    if mask:
        scores = scores.masked_fill(~mask, float("-inf"))
    return F.softmax(scores, dim=-1) @ v


@natural(SDPA, "a causal mask in any case")
def always_causal(q, k, v, mask=None):
    hidden = torch.arange(k.shape[2])[None, :] > torch.arange(q.shape[2])[:, None]
    return (q @ k.mT / math.sqrt(q.shape[-1])).masked_fill(hidden, -INF).softmax(-1) @ v


@natural(SDPA, "a finite number for −inf")
def minus_ten_thousand(q, k, v, mask=None):
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = torch.where(mask, scores, -1e4)
    return scores.softmax(-1) @ v


@natural(SDPA, "exp overflows")
def softmax_by_hand(q, k, v, mask=None):
    powers = torch.exp(q @ k.mT / math.sqrt(q.shape[-1]))
    if mask is not None:
        powers = powers.masked_fill(~mask, 0.0)
    return (powers / powers.sum(dim=-1, keepdim=True)) @ v


@natural(SDPA, "the weights handed back too")
def as_in_tutorials(q, k, v, mask=None):
    scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(mask == 0, -1e9)
    attention = F.softmax(scores, dim=-1)
    return torch.matmul(attention, v), attention


@natural(SDPA, "the mask left out")
def unmasked(q, k, v, mask=None):
    return F.scaled_dot_product_attention(q, k, v)


natural("attention.split_heads", "heads in front of the batch")(
    lambda x, n_heads: torch.stack(torch.split(x, x.shape[2] // n_heads, dim=2))
)
natural("attention.split_heads", "reshaped into place")(
    lambda x, n_heads: x.contiguous().view(x.shape[0], n_heads, x.shape[1], -1)
)


def _sdpa(*given):
    return reference(SDPA)(*given)


@natural(MULTI, "no heads cut")
def straight_into_attention(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    q, k, v = torch.split(x @ w_qkv + b_qkv, x.shape[-1], dim=-1)
    return _sdpa(q, k, v, mask) @ w_out + b_out


@natural(MULTI, "a causal mask in any case")
def its_own_mask(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    causal = reference("attention.causal_mask")(x.shape[1])
    return reference(MULTI)(x, w_qkv, b_qkv, w_out, b_out, n_heads, causal)


@natural(MULTI, "chunk without an axis")
def chunked(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    q, k, v = torch.chunk(x @ w_qkv + b_qkv, 3)
    return q + k + v


@natural(MULTI, "the weights cut by rows")
def three_weights(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    w_q, w_k, w_v = w_qkv.chunk(3)
    b_q, b_k, b_v = b_qkv.chunk(3)
    split = reference("attention.split_heads")
    q = split(x @ w_q + b_q, n_heads)
    k = split(x @ w_k + b_k, n_heads)
    v = split(x @ w_v + b_v, n_heads)
    return reference("attention.merge_heads")(_sdpa(q, k, v, mask)) @ w_out + b_out


@natural(MULTI, "heads not merged")
def unmerged(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    split = reference("attention.split_heads")
    q, k, v = (split(part, n_heads) for part in (x @ w_qkv + b_qkv).chunk(3, -1))
    return _sdpa(q, k, v, mask) @ w_out + b_out


def _filled(t, c, angle_of):
    out = torch.zeros(t, c)
    for pos in range(t):
        for i in range(0, c, 2):
            out[pos, i] = math.sin(angle_of(pos, i, c))
            out[pos, i + 1] = math.cos(angle_of(pos, i, c))
    return out


for _name, _angle in (
    ("the exponent is twice what it should be", lambda pos, i, c: pos / 10000 ** (2 * i / c)),
    ("degrees", lambda pos, i, c: math.radians(pos / 10000 ** (i / c))),
    ("the power of the whole fraction", lambda pos, i, c: (pos / 10000) ** (i / c)),
    ("no brackets around the exponent", lambda pos, i, c: pos / (10000**i / c)),
    ("another base", lambda pos, i, c: pos / 1000 ** (i / c)),
    ("waves too fast", lambda pos, i, c: pos * 10000 ** (i / c)),
):
    natural(WAVES, _name)(lambda t, c, angle=_angle: _filled(t, c, angle))


@natural(SDPA, "−inf after the softmax")
def hidden_weights(q, k, v, mask=None):
    weights = torch.softmax(q @ k.mT / math.sqrt(q.shape[-1]), dim=-1)
    if mask is not None:
        weights = torch.where(mask, weights, -INF)
    return weights @ v


def _one_by_one(x, n_heads):
    D = x.shape[2] // n_heads
    rows = [
        [
            [[x[b, t, h * D + d] for d in range(D)] for t in range(x.shape[1])]
            for h in range(n_heads)
        ]
        for b in range(len(x))
    ]
    return torch.stack(
        [torch.stack([torch.stack([torch.stack(t) for t in h]) for h in b]) for b in rows]
    )


natural("attention.split_heads", "number by number")(_one_by_one)
