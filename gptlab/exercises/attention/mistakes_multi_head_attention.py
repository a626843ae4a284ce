"""Wrong bodies of `multi_head_attention`."""

import math

import torch

from gptlab import attention
from gptlab.exercises.mistake import mistake


def _heads(x, n_heads):
    return x.reshape(*x.shape[:2], n_heads, -1).transpose(1, 2)


def _attend(q, k, v, mask, scale=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(scale or q.shape[-1])
    return (scores if mask is None else scores.masked_fill(~mask, -math.inf)).softmax(-1) @ v


def _merged(x):
    return x.transpose(1, 2).flatten(2)


def _multi(name, hint):
    return mistake("attention.multi_head_attention", name, hint)


def _with(order=(0, 1, 2), scale=None, mask_of=lambda mask: mask):
    """A multi-head attention with one thing changed."""

    def body(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
        parts = (x @ w_qkv + b_qkv).chunk(3, dim=-1)
        q, k, v = (_heads(parts[i], n_heads) for i in order)
        width = x.shape[-1] if scale == "C" else scale
        return _merged(_attend(q, k, v, mask_of(mask), width)) @ w_out + b_out

    return body


_multi("q and k swapped", "The thirds stand in the order q, k, v.")(_with(order=(1, 0, 2)))
_multi("k and v swapped", "The thirds stand in the order q, k, v.")(_with(order=(0, 2, 1)))
_multi("v before k before q", "The thirds stand in the order q, k, v.")(_with(order=(2, 1, 0)))
_multi("divided by the root of the whole width", "Each head has the width D = C / H of its own.")(
    _with(scale="C")
)
_multi("scores not divided by √D", "Each head's scores shrink by the root of its width.")(
    _with(scale=1)
)
_multi("the mask not passed on", "The argument `mask` changes nothing in your result.")(
    _with(mask_of=lambda mask: None)
)
_multi("the mask turned around", "True means may look, here and in the function that you call.")(
    _with(mask_of=lambda mask: None if mask is None else ~mask)
)


@_multi(
    "q, k and v of each head side by side",
    "The columns stand in thirds: all heads' q, then all heads' k, then all heads' v.",
)
def _(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    B, T, C = x.shape
    q, k, v = (
        (x @ w_qkv + b_qkv)
        .reshape(B, T, n_heads, 3 * C // n_heads)
        .transpose(1, 2)
        .chunk(3, dim=-1)
    )
    return _merged(_attend(q, k, v, mask)) @ w_out + b_out


@_multi("one head only", "Cut q, k and v into heads before they attend.")
def _(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    q, k, v = (part[:, None] for part in (x @ w_qkv + b_qkv).chunk(3, dim=-1))
    return _merged(_attend(q, k, v, mask)) @ w_out + b_out


@_multi("no projection at the end", "What the heads found has still to be mixed with w_out.")
def _(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    q, k, v = (_heads(part, n_heads) for part in (x @ w_qkv + b_qkv).chunk(3, dim=-1))
    return _merged(_attend(q, k, v, mask))


@_multi("b_qkv left out", "One of the two biases changes nothing in your result.")
def _(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    return _with()(x, w_qkv, 0 * b_qkv, w_out, b_out, n_heads, mask)


@_multi("b_out left out", "One of the two biases changes nothing in your result.")
def _(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    return _with()(x, w_qkv, b_qkv, w_out, 0 * b_out, n_heads, mask)


@_multi("w_out transposed", "Weights are (in, out): they stand right of x as they are.")
def _(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    return _with()(x, w_qkv, b_qkv, w_out.T, b_out, n_heads, mask)


@_multi(
    "heads not merged in order",
    "Before the projection, the heads' channels stand side by side again, head 0 first.",
)
def _(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    q, k, v = (_heads(part, n_heads) for part in (x @ w_qkv + b_qkv).chunk(3, dim=-1))
    return _attend(q, k, v, mask).reshape(x.shape) @ w_out + b_out


@_multi(
    "no heads cut",
    "Cut q, k and v into heads before they attend, and merge the heads afterwards.",
)
def _(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    q, k, v = (x @ w_qkv + b_qkv).chunk(3, dim=-1)
    return _attend(q, k, v, mask) @ w_out + b_out


@_multi("heads not merged", "Lay the heads side by side again before the projection with w_out.")
def _(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    q, k, v = (_heads(part, n_heads) for part in (x @ w_qkv + b_qkv).chunk(3, dim=-1))
    return _attend(q, k, v, mask) @ w_out + b_out


def _causal(x):
    return torch.ones(x.shape[1], x.shape[1]).tril().bool()


@_multi("a causal mask in any case", "The mask is the caller's: use the one that is given.")
def _(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    return _with()(x, w_qkv, b_qkv, w_out, b_out, n_heads, _causal(x))


@_multi("a causal mask where none is given", "None means that all may look at all.")
def _(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    mask = _causal(x) if mask is None else mask
    return _with()(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask)


@_multi("the weights cut by rows", "The thirds are columns: chunk needs dim=-1.")
def _(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    w_q, w_k, w_v = w_qkv.chunk(3)
    b_q, b_k, b_v = b_qkv.chunk(3)
    q = _heads(x @ w_q + b_q, n_heads)
    k = _heads(x @ w_k + b_k, n_heads)
    v = _heads(x @ w_v + b_v, n_heads)
    return _merged(_attend(q, k, v, mask)) @ w_out + b_out


@_multi("chunk without an axis", "chunk cuts the first axis, the batch, unless you name the last.")
def _(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    q, k, v = (x @ w_qkv + b_qkv).chunk(3)
    return _merged(_attend(*(_heads(part, n_heads) for part in (q, k, v)), mask)) @ w_out + b_out


@_multi("split(3) for chunk(3)", "split takes the size of a piece, chunk takes their number.")
def _(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    q, k, v = (x @ w_qkv + b_qkv).split(3, dim=-1)
    return _merged(_attend(*(_heads(part, n_heads) for part in (q, k, v)), mask)) @ w_out + b_out


@_multi(
    "w_qkv transposed",
    "Weights are (in, out): they stand right of x as they are. F.linear would turn them around.",
)
def _(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    q, k, v = (_heads(part, n_heads) for part in (x @ w_qkv.T + b_qkv).chunk(3, dim=-1))
    return _merged(_attend(q, k, v, mask)) @ w_out + b_out


@mistake(
    "attention.multi_head_attention",
    "the input added",
    "The sum with x is made by the block, not in here.",
)
def _(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    q, k, v = (x @ w_qkv + b_qkv).chunk(3, -1)
    q, k, v = (attention.split_heads(z, n_heads) for z in (q, k, v))
    return (
        x
        + attention.merge_heads(attention.scaled_dot_product_attention(q, k, v, mask)) @ w_out
        + b_out
    )


@mistake(
    "attention.multi_head_attention",
    "every third column",
    "q is the first third of the columns, one behind the other.",
)
def _(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    z = x @ w_qkv + b_qkv
    q, k, v = (attention.split_heads(z[..., i::3], n_heads) for i in range(3))
    return (
        attention.merge_heads(attention.scaled_dot_product_attention(q, k, v, mask)) @ w_out + b_out
    )


@mistake(
    "attention.multi_head_attention",
    "heads cut out by a reshape",
    "A reshape to (B, H, T, D) mixes times and channels: split_heads brings the heads forward.",
)
def _(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    b, t, c = x.shape
    q, k, v = (x @ w_qkv + b_qkv).chunk(3, -1)
    q, k, v = (z.reshape(b, n_heads, t, c // n_heads) for z in (q, k, v))
    return (
        attention.merge_heads(attention.scaled_dot_product_attention(q, k, v, mask)) @ w_out + b_out
    )


@mistake(
    "attention.multi_head_attention",
    "queries for everything",
    "Each third has its own part: queries, keys, values.",
)
def _(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    q, k, v = (x @ w_qkv + b_qkv).chunk(3, -1)
    q = attention.split_heads(q, n_heads)
    return (
        attention.merge_heads(attention.scaled_dot_product_attention(q, q, q, mask)) @ w_out + b_out
    )
