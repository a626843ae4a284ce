"""Wrong bodies of `top_k_filter`."""

import torch

from gptlab.exercises.mistake import another_way, mistake

INF = float("inf")


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


FINITE = "dropped scores become large but finite"
LOW = (-1e2, -1e3, -1e4, -1e5, -1e6, -1e10, -1e30)


def low_instead(right, low):
    """A filter that writes a low score, None for the dtype's lowest, where −inf belongs."""

    def body(logits, limit):
        least = torch.finfo(logits.dtype).min if low is None else low
        return torch.where(right(logits, limit) == -INF, least, logits)

    return body


for _low in (*LOW, None):
    another_way("sampling.top_k_filter", FINITE)(
        low_instead(_limited(lambda z, k: z.masked_fill(z < _kth(z, k), -INF)), _low)
    )


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


SMALL_FIRST = "sampling.top_k_filter", "sorted from small to large"


@mistake(
    *SMALL_FIRST,
    "sort goes from small to large, so place k − 1 is the k-th smallest: descending=True, or place −k.",
)
@_limited
def _(logits, k):
    return logits.masked_fill(logits < logits.sort(dim=-1).values[..., k - 1, None], -INF)


@another_way(*SMALL_FIRST)
def _(logits, k):
    return logits.masked_fill(logits < logits.sort(dim=-1).values[..., k - 1 : k], -INF)


LAST_ROW = "sampling.top_k_filter", "the last row for the last column"


@mistake(*LAST_ROW, "[-1] is the last row; the last column, with its axis, is [..., -1:].")
@_limited
def _(logits, k):
    return logits.masked_fill(logits < logits.topk(k, dim=-1).values[-1], -INF)


@mistake(
    "sampling.top_k_filter",
    "float32 for the logits' own dtype",
    "torch.full and torch.zeros make float32: full_like(logits, …) takes the dtype of logits.",
)
@_limited
def _(logits, k):
    top = logits.topk(k, dim=-1)
    return torch.full(logits.shape, -INF).scatter(-1, top.indices, top.values)


@mistake(
    "sampling.top_k_filter",
    "the given logits changed",
    "Whoever called you still needs the logits as they were: masked_fill or torch.where makes new ones.",
)
@_limited
def _(logits, k):
    logits[logits < _kth(logits, k)] = -INF
    return logits


@mistake(
    "sampling.top_k_filter",
    "any number of axes in front of the last",
    "Not every table has two axes: [..., -1:] is the last column, however many stand in front of it.",
)
@_limited
def _(logits, k):
    return logits.masked_fill(logits < logits.topk(k, dim=-1).values[:, -1:], -INF)


@mistake(
    "sampling.top_k_filter",
    "probabilities for scores",
    "Scores go in and scores come out: what is kept keeps its score.",
)
@_limited
def _(logits, k):
    chances = logits.softmax(dim=-1)
    return chances.masked_fill(chances < _kth(chances, k), -INF)


@mistake(
    "sampling.top_k_filter",
    "k along the first axis",
    "A row is the last axis: each row has its own k largest.",
)
def _(logits, k):
    k0 = min(k, logits.shape[0])
    kth = logits.topk(k0, 0).values[-1:]
    return logits.masked_fill(logits < kth, float("-inf"))


@mistake(
    "sampling.top_k_filter",
    "one too few kept",
    "The k-th largest stays as well: places count from 0.",
)
def _(logits, k):
    s = logits.sort(-1, descending=True).values
    kth = s[..., max(min(k, s.shape[-1]) - 2, 0)].unsqueeze(-1)
    return logits.masked_fill(logits < kth, float("-inf"))


@another_way("sampling.top_k_filter", "probabilities for scores")
def _(logits, k):
    k = min(k, logits.shape[-1])
    kth = logits.topk(k, -1).values[..., -1:]
    return torch.softmax(logits.masked_fill(logits < kth, float("-inf")), -1)
