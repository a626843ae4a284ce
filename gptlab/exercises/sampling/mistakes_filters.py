"""Wrong bodies of the filters `top_k_filter` and `top_p_filter`."""

import torch

from gptlab.exercises.mistake import mistake

INF = float("inf")

# ---- top_k_filter


def _limited(filter_rows):
    def body(logits, k):
        return filter_rows(logits, min(k, logits.shape[-1]))

    return body


def _kth(logits, k):
    return logits.sort(dim=-1, descending=True).values[..., k - 1, None]


@mistake(
    "sampling.top_k_filter",
    "dropped scores become 0",
    "A score of 0 still has a chance: exp(0) is 1.",
)
@_limited
def _(logits, k):
    return logits.masked_fill(logits < _kth(logits, k), 0.0)


@mistake(
    "sampling.top_k_filter",
    "dropped scores become large but finite",
    "Use −inf itself, so that the chance is exactly 0.",
)
@_limited
def _(logits, k):
    return logits.masked_fill(logits < _kth(logits, k), -1e9)


@mistake(
    "sampling.top_k_filter",
    "an axis lost",
    "The k-th largest scores have lost their last axis and do not line up with their rows: "
    "keep it, as [..., -1:] does.",
)
@_limited
def _(logits, k):
    return logits.masked_fill(logits < logits.topk(k, dim=-1).values[..., -1], -INF)


@mistake("sampling.top_k_filter", "the k largest dropped", "Turn the comparison around.")
@_limited
def _(logits, k):
    return logits.masked_fill(logits >= _kth(logits, k), -INF)


@mistake(
    "sampling.top_k_filter",
    "the k-th itself dropped",
    "The k-th largest is one of the k that stay.",
)
@_limited
def _(logits, k):
    return logits.masked_fill(logits <= _kth(logits, k), -INF)


@mistake("sampling.top_k_filter", "one too many kept", "The k-th largest stands at index k − 1.")
@_limited
def _(logits, k):
    return logits.masked_fill(logits < _kth(logits, min(k + 1, logits.shape[-1])), -INF)


@mistake("sampling.top_k_filter", "the k smallest kept", "Sort from large to small.")
@_limited
def _(logits, k):
    return logits.masked_fill(logits > logits.sort(dim=-1).values[..., k - 1, None], -INF)


@mistake("sampling.top_k_filter", "k of the whole batch", "Each row keeps its own k.")
@_limited
def _(logits, k):
    return logits.masked_fill(logits < _kth(logits.flatten(), k), -INF)


@mistake(
    "sampling.top_k_filter",
    "the limit of the first row for all",
    "Each row has its own k-th largest score.",
)
@_limited
def _(logits, k):
    return logits.masked_fill(logits < _kth(logits.reshape(-1, logits.shape[-1])[0], k), -INF)


@mistake(
    "sampling.top_k_filter", "only the k scores returned", "The result has the shape of the logits."
)
@_limited
def _(logits, k):
    return logits.topk(k, dim=-1).values


@mistake(
    "sampling.top_k_filter",
    "ties with the k-th dropped",
    "Scores that equal the k-th largest are kept too, so more than k may stay.",
)
@_limited
def _(logits, k):
    top = logits.topk(k, dim=-1)
    return torch.full_like(logits, -INF).scatter(-1, top.indices, top.values)


@mistake(
    "sampling.top_k_filter",
    "k larger than the vocabulary",
    "There are never more than V scores to keep.",
)
def _(logits, k):
    return logits.masked_fill(logits < logits.topk(k, dim=-1).values[..., -1:], -INF)


# ---- top_p_filter


def _nucleus(drop_of):
    """Filter by a rule drop_of(probabilities from large to small, p) -> True where dropped."""

    def body(logits, p):
        if p >= 1:
            return logits.clone()
        ordered, order = logits.sort(dim=-1, descending=True, stable=True)
        drop = drop_of(ordered.softmax(dim=-1), p)
        return logits.masked_fill(torch.zeros_like(drop).scatter(-1, order, drop), -INF)

    return body


def _before(chances):
    return chances.cumsum(dim=-1) - chances


def _first_stays(drop):
    return torch.cat([torch.zeros_like(drop[..., :1]), drop[..., 1:]], dim=-1)


@mistake(
    "sampling.top_p_filter",
    "the token that crosses p dropped",
    "Without the token that crosses it, the kept ones do not reach p.",
)
@_nucleus
def _(chances, p):
    return _first_stays(chances.cumsum(dim=-1) > p)


@mistake(
    "sampling.top_p_filter",
    "nothing kept",
    "The likeliest token always stays, also where it alone has more than p.",
)
@_nucleus
def _(chances, p):
    return chances.cumsum(dim=-1) > p


@mistake(
    "sampling.top_p_filter",
    "each probability held against p",
    "p is what the kept probabilities reach together, not what each one has.",
)
@_nucleus
def _(chances, p):
    return _first_stays(chances < p)


@mistake("sampling.top_p_filter", "one token too many", "Stop at the token that reaches p.")
@_nucleus
def _(chances, p):
    return _first_stays((_before(chances) >= p).roll(1, dims=-1))


@mistake(
    "sampling.top_p_filter",
    "the kept and the dropped swapped",
    "Your filter drops the likeliest tokens.",
)
@_nucleus
def _(chances, p):
    return _before(chances) < p


@mistake("sampling.top_p_filter", "the least likely first", "Add up from the likeliest token on.")
def _(logits, p):
    if p >= 1:
        return logits.clone()
    ordered, order = logits.sort(dim=-1)
    drop = _before(ordered.softmax(dim=-1)) >= p
    return logits.masked_fill(torch.zeros_like(drop).scatter(-1, order, drop), -INF)


@mistake(
    "sampling.top_p_filter",
    "not brought back into the old order",
    "Your mask belongs to the sorted scores; the scores stand in another order.",
)
def _(logits, p):
    if p >= 1:
        return logits.clone()
    chances = logits.sort(dim=-1, descending=True).values.softmax(dim=-1)
    return logits.masked_fill(_first_stays(_before(chances) >= p), -INF)


@mistake(
    "sampling.top_p_filter", "sorted scores returned", "Token i has to keep its score at place i."
)
def _(logits, p):
    if p >= 1:
        return logits.clone()
    ordered = logits.sort(dim=-1, descending=True).values
    return ordered.masked_fill(_first_stays(_before(ordered.softmax(dim=-1)) >= p), -INF)


@mistake(
    "sampling.top_p_filter",
    "dropped scores become 0",
    "A score of 0 still has a chance: exp(0) is 1.",
)
def _(logits, p):
    if p >= 1:
        return logits.clone()
    ordered, order = logits.sort(dim=-1, descending=True, stable=True)
    drop = _first_stays(_before(ordered.softmax(dim=-1)) >= p)
    return logits.masked_fill(torch.zeros_like(drop).scatter(-1, order, drop), 0.0)


@mistake(
    "sampling.top_p_filter",
    "scores added up, not probabilities",
    "p is a share of the probability: turn the scores into chances first.",
)
def _(logits, p):
    if p >= 1:
        return logits.clone()
    ordered, order = logits.sort(dim=-1, descending=True, stable=True)
    drop = _first_stays(_before(ordered) >= p)
    return logits.masked_fill(torch.zeros_like(drop).scatter(-1, order, drop), -INF)


@mistake(
    "sampling.top_p_filter",
    "the tail dropped at p = 1",
    "Small probabilities round to 0, so the sum is 1 before the end: p ≥ 1 needs its own branch.",
)
def _(logits, p):
    ordered, order = logits.sort(dim=-1, descending=True, stable=True)
    drop = _first_stays(_before(ordered.softmax(dim=-1)) >= p)
    return logits.masked_fill(torch.zeros_like(drop).scatter(-1, order, drop), -INF)
