"""Wrong bodies of `scaled_dot_product_attention`."""

import math

import torch

from gptlab.exercises.mistake import mistake

INF = float("inf")


def _scores(q, k):
    return q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])


def _weights(scores, mask):
    """Masked softmax."""
    return scores.softmax(-1) if mask is None else scores.masked_fill(~mask, -INF).softmax(-1)


def _sdpa(name, hint):
    return mistake("attention.scaled_dot_product_attention", name, hint)


@_sdpa(
    "scores not divided by √D",
    "The wider the heads, the larger the scores, and the sharper your softmax.",
)
def _(q, k, v, mask=None):
    return _weights(q @ k.transpose(-2, -1), mask) @ v


_sdpa(
    "all axes of k turned around",
    "Only the last two axes of k change places: .T turns all four around.",
)(lambda q, k, v, mask=None: _weights(q @ k.T / math.sqrt(q.shape[-1]), mask) @ v)
_sdpa(
    "the wrong two axes of k swapped",
    "Keys and width change places: they are the last two axes of four.",
)(lambda q, k, v, mask=None: _weights(q @ k.transpose(1, 2) / math.sqrt(q.shape[-1]), mask) @ v)


@_sdpa(
    "the mask multiplied by −inf",
    "0 · −inf is nan: choose with torch.where or masked_fill, do not multiply.",
)
def _(q, k, v, mask=None):
    scores = _scores(q, k)
    return (scores if mask is None else scores + (~mask) * -INF).softmax(-1) @ v


@_sdpa("divided by D", "The spread of a sum of D products grows like its root.")
def _(q, k, v, mask=None):
    return _weights(q @ k.transpose(-2, -1) / q.shape[-1], mask) @ v


@_sdpa("multiplied by √D", "The scores have to become smaller.")
def _(q, k, v, mask=None):
    return _weights(q @ k.transpose(-2, -1) * math.sqrt(q.shape[-1]), mask) @ v


@_sdpa("divided by √T", "D is the last axis of q.")
def _(q, k, v, mask=None):
    return _weights(q @ k.transpose(-2, -1) / math.sqrt(q.shape[-2]), mask) @ v


@_sdpa("divided by √S", "D is the last axis of k, not the number of keys.")
def _(q, k, v, mask=None):
    return _weights(q @ k.transpose(-2, -1) / math.sqrt(k.shape[-2]), mask) @ v


@_sdpa("divided after the softmax", "Scale the scores, not the weights: these have to sum to 1.")
def _(q, k, v, mask=None):
    return _weights(q @ k.transpose(-2, -1), mask) / math.sqrt(q.shape[-1]) @ v


@_sdpa("softmax over the queries", "Each query's weights sum to 1 over the keys.")
def _(q, k, v, mask=None):
    scores = _scores(q, k)
    if mask is None:
        return scores.softmax(-2) @ v
    return scores.masked_fill(~mask, -INF).softmax(-2).nan_to_num() @ v


@_sdpa("no softmax", "Weights are probabilities over the keys.")
def _(q, k, v, mask=None):
    scores = _scores(q, k)
    return (scores if mask is None else scores.masked_fill(~mask, 0.0)) @ v


@_sdpa(
    "the mask turned around", "True means may look: your queries see exactly what they should not."
)
def _(q, k, v, mask=None):
    return _weights(_scores(q, k), None if mask is None else ~mask) @ v


@_sdpa(
    "the mask after the softmax",
    "What remains no longer sums to 1: hide the scores before the softmax.",
)
def _(q, k, v, mask=None):
    weights = _scores(q, k).softmax(-1)
    return (weights if mask is None else weights * mask) @ v


@_sdpa("a score of 0 where the mask is False", "exp(0) is 1, so a score of 0 still gets a weight.")
def _(q, k, v, mask=None):
    scores = _scores(q, k)
    return (scores if mask is None else scores * mask).softmax(-1) @ v


@_sdpa("the mask added", "True is 1 here: that moves a score a little and hides nothing.")
def _(q, k, v, mask=None):
    scores = _scores(q, k)
    return (scores if mask is None else scores + mask).softmax(-1) @ v


@_sdpa("the mask left out", "The argument `mask` changes nothing in your result.")
def _(q, k, v, mask=None):
    return _scores(q, k).softmax(-1) @ v


@_sdpa("k not transposed", "q (T, D) times k (S, D) does not fit: the widths have to meet.")
def _(q, k, v, mask=None):
    return _weights(q @ k / math.sqrt(q.shape[-1]), mask) @ v


_sdpa("the values left out", "The weights have still to mix the values v.")(
    lambda q, k, v, mask=None: _weights(_scores(q, k), mask)
)
_sdpa("the weights handed back too", "One tensor is asked for: the mixed values.")(
    lambda q, k, v, mask=None: (
        _weights(_scores(q, k), mask) @ v,
        _weights(_scores(q, k), mask),
    )
)
_sdpa(
    "a mask of None inverted",
    "The mask may be None, for no mask at all: ask `mask is not None` first.",
)(lambda q, k, v, mask=None: _scores(q, k).masked_fill(~mask, -INF).softmax(-1) @ v)
_sdpa(
    "a mask of None in torch.where",
    "The mask may be None, for no mask at all: ask `mask is not None` first.",
)(lambda q, k, v, mask=None: torch.where(mask, _scores(q, k), -INF).softmax(-1) @ v)


def _indexed(scores, mask):
    scores[~mask] = -INF
    return scores


_sdpa(
    "scores indexed by the mask",
    "The mask has fewer axes than the scores, or an axis of 1: torch.where and masked_fill stretch it.",
)(
    lambda q, k, v, mask=None: (
        (_scores(q, k) if mask is None else _indexed(_scores(q, k), mask)).softmax(-1) @ v
    )
)
_sdpa(
    "scores indexed by a mask that may be None",
    "The mask may be None, and it has fewer axes than the scores: torch.where stretches it.",
)(lambda q, k, v, mask=None: _indexed(_scores(q, k), mask).softmax(-1) @ v)
_sdpa("a mask asked for its truth", "Ask `mask is not None`: a tensor has many truths.")(
    lambda q, k, v, mask=None: _weights(_scores(q, k), mask if mask else None) @ v
)


@_sdpa("a causal mask in any case", "The mask is the caller's: use the one that is given.")
def _(q, k, v, mask=None):
    causal = torch.ones(q.shape[-2], k.shape[-2]).tril().bool()
    return _weights(_scores(q, k), causal) @ v


@_sdpa(
    "a finite number for −inf",
    "A large score elsewhere can be lower still: only −inf gives the weight 0.",
)
def _(q, k, v, mask=None):
    scores = _scores(q, k)
    return (scores if mask is None else scores.masked_fill(~mask, -1e4)).softmax(-1) @ v


@_sdpa(
    "exp overflows", "exp(10,000) is inf, and inf/inf is nan: your softmax knows how to do without."
)
def _(q, k, v, mask=None):
    scores = _scores(q, k)
    powers = (scores if mask is None else scores.masked_fill(~mask, -INF)).exp()
    return powers / powers.sum(-1, keepdim=True) @ v


_sdpa("torch.sqrt of a size", "A size is a plain number: math.sqrt takes its root.")(
    lambda q, k, v, mask=None: _weights(q @ k.transpose(-2, -1) / torch.sqrt(q.shape[-1]), mask) @ v
)
_sdpa("divided by √H", "D is the last axis of q, not the number of heads.")(
    lambda q, k, v, mask=None: _weights(q @ k.transpose(-2, -1) / math.sqrt(q.shape[1]), mask) @ v
)
_sdpa(
    "* for @", "* multiplies place by place; every query meets every key in a product of matrices."
)(lambda q, k, v, mask=None: _weights(q * k / math.sqrt(q.shape[-1]), mask) @ v)
_sdpa("k on the left", "A row for each query, a column for each key: q stands left.")(
    lambda q, k, v, mask=None: _weights(k @ q.transpose(-2, -1) / math.sqrt(q.shape[-1]), mask) @ v
)
_sdpa("softmax over the heads", "Each query's weights sum to 1 over the keys, the last axis.")(
    lambda q, k, v, mask=None: (
        (_scores(q, k) if mask is None else _scores(q, k).masked_fill(~mask, -INF)).softmax(1) @ v
    )
)


@_sdpa(
    "−inf after the softmax", "Hide the scores, before the softmax: it makes the weight 0 of −inf."
)
def _(q, k, v, mask=None):
    weights = _scores(q, k).softmax(-1)
    return (weights if mask is None else weights.masked_fill(~mask, -INF)) @ v


@_sdpa("a causal mask where none is given", "None means that all may look at all.")
def _(q, k, v, mask=None):
    causal = torch.ones(q.shape[-2], k.shape[-2]).tril().bool()
    return _weights(_scores(q, k), causal if mask is None else mask) @ v


_sdpa(
    "the weights times v, place by place", "The weights mix the values: a product of matrices, @."
)(lambda q, k, v, mask=None: _weights(_scores(q, k), mask) * v)
_sdpa("neither scaled nor masked", "Two things: the scores shrink by √D, and the mask hides some.")(
    lambda q, k, v, mask=None: (q @ k.transpose(-2, -1)).softmax(-1) @ v
)


@mistake(
    "attention.scaled_dot_product_attention",
    "keys mixed in place of values",
    "The weights mix the values.",
)
def _(q, k, v, mask=None):
    s = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        s = s.masked_fill(~mask, float("-inf"))
    return torch.softmax(s, -1) @ k


@mistake(
    "attention.scaled_dot_product_attention",
    "masked scores not low enough",
    "With a score of −10 some weight is left: take −inf.",
)
def _(q, k, v, mask=None):
    s = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        s = s.masked_fill(~mask, -10.0)
    return torch.softmax(s, -1) @ v
