"""Wrong bodies of `multi_head_attention` and `sinusoidal_positions`."""

import math

import torch

from gptlab.exercises.mistake import mistake

# ---- multi_head_attention


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


# ---- sinusoidal_positions


def _positions(name, hint):
    return mistake("attention.sinusoidal_positions", name, hint)


def _angle(t, c, first=0, base=10000.0):
    position = torch.arange(first, first + t, dtype=torch.float64)[:, None]
    return position / base ** (torch.arange(0, c, 2, dtype=torch.float64) / c)


def _mixed(even, odd):
    return torch.stack([even, odd], dim=-1).flatten(1).float()


_positions(
    "sines in one half, cosines in the other",
    "Sine and cosine take turns: channels 2i and 2i + 1 are a pair.",
)(lambda t, c: torch.cat([_angle(t, c).sin(), _angle(t, c).cos()], dim=1).float())
_positions("sine and cosine swapped", "Channel 0 at position 0 is sin 0.")(
    lambda t, c: _mixed(_angle(t, c).cos(), _angle(t, c).sin())
)
_positions("positions from 1", "The first position is 0.")(
    lambda t, c: _mixed(_angle(t, c, 1).sin(), _angle(t, c, 1).cos())
)
_positions("sines only", "Odd channels hold a cosine.")(
    lambda t, c: _mixed(_angle(t, c).sin(), _angle(t, c).sin())
)
_positions("another base", "The slowest wave is 10,000 times as slow as the fastest.")(
    lambda t, c: _mixed(_angle(t, c, base=1000.0).sin(), _angle(t, c, base=1000.0).cos())
)


@_positions(
    "every channel with a wave of its own",
    "The exponent counts pairs: sine and cosine share one wave.",
)
def _(t, c):
    angle = torch.arange(t)[:, None] / 10000.0 ** (torch.arange(c) / c)
    return torch.where(torch.arange(c) % 2 == 0, angle.sin(), angle.cos())


@_positions(
    "the exponent is half of what it should be", "For channel 2i the exponent is 2i/C, not i/C."
)
def _(t, c):
    angle = torch.arange(t)[:, None] / 10000.0 ** (torch.arange(c // 2) / c)
    return _mixed(angle.sin(), angle.cos())


@_positions("waves too fast", "Later channels have slower waves: divide by the power.")
def _(t, c):
    angle = torch.arange(t, dtype=torch.float64)[:, None] * 10000.0 ** (
        torch.arange(0, c, 2).double() / c
    )
    return _mixed(angle.sin(), angle.cos())


@_positions("positions and channels swapped", "One row for each position.")
def _(t, c):
    return _mixed(_angle(t, c).sin(), _angle(t, c).cos()).T


def _angles(exponents):
    """Waves whose exponents, and how they enter, are given."""

    def body(t, c):
        position = torch.arange(t, dtype=torch.float64)[:, None]
        angle = exponents(position, torch.arange(0, c, 2, dtype=torch.float64), c)
        return _mixed(angle.sin(), angle.cos())

    return body


_positions(
    "the exponent is twice what it should be",
    "0, 2, 4 … are 2i already: divide them by C, without another 2.",
)(_angles(lambda position, even, c: position / 10000 ** (2 * even / c)))
_positions("degrees", "torch and math count angles in radians: nothing is to be converted.")(
    _angles(lambda position, even, c: position / 10000 ** (even / c) * math.pi / 180)
)
_positions(
    "the power of the whole fraction", "Only 10,000 is raised to a power; the position is not."
)(_angles(lambda position, even, c: (position / 10000) ** (even / c)))
_positions("10,000 times for 10,000 to the power", "A power is written **.")(
    _angles(lambda position, even, c: position / (10000 * even / c))
)
_positions("no brackets around the exponent", "Python reads a ** b / c as (a ** b) / c.")(
    _angles(lambda position, even, c: position / (10000**even / c))
)
_positions("no brackets around 2i/C", "Python reads a ** 2 * i / c as (a ** 2) · i / c.")(
    _angles(lambda position, even, c: position / (10000**2 * (even / 2) / c))
)
_positions("a product for a quotient inside", "sin(pos · 2i/C): where has the base gone?")(
    _angles(lambda position, even, c: position * even / c)
)
