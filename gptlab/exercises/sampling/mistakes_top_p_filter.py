"""Wrong bodies of `top_p_filter`."""

import torch

from gptlab.exercises.mistake import another_way, mistake
from gptlab.exercises.sampling.mistakes_top_k_filter import FINITE, INF, LOW, low_instead


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
    "Without the token that crosses it, the kept ones do not reach p; if the likeliest alone has more, none is left.",
)
@_nucleus
def _(chances, p):
    return _first_stays(chances.cumsum(dim=-1) > p)


CROSSING = "sampling.top_p_filter", "the token that crosses p dropped"


@another_way(*CROSSING)
@_nucleus
def _(chances, p):
    return chances.cumsum(dim=-1) > p


@mistake(
    "sampling.top_p_filter",
    "nothing kept at p = 0",
    "At least one token is kept: the likeliest is never dropped.",
)
@_nucleus
def _(chances, p):
    return _before(chances) >= p


@mistake(
    "sampling.top_p_filter",
    "tokens as likely as the last one kept are kept too",
    "The fewest that reach p: where several are equally likely, count places in the sorted row.",
)
def _(logits, p):
    if p >= 1:
        return logits.clone()
    chances = logits.softmax(dim=-1)
    ordered = chances.sort(dim=-1, descending=True).values
    last = (_before(ordered) < p).sum(dim=-1, keepdim=True).clamp(min=1) - 1
    return logits.masked_fill(chances < ordered.gather(-1, last), -INF)


OWN = "sampling.top_p_filter", "each probability held against p"
UNSORTED = "sampling.top_p_filter", "added up without sorting"

mistake(
    *UNSORTED, "The likeliest come first: sort each row from large to small before you add up."
)(lambda logits, p: logits.masked_fill(_before(logits.softmax(dim=-1)) >= p, -INF))
another_way(*UNSORTED)(
    lambda logits, p: logits.masked_fill(logits.softmax(dim=-1).cumsum(dim=-1) > p, -INF)
)


@mistake(
    "sampling.top_p_filter",
    "the mask gathered for scattered",
    "gather(order) sorts a second time; back go scatter(-1, order, …), or gather with order.argsort(-1).",
)
def _(logits, p):
    ordered, order = logits.sort(dim=-1, descending=True, stable=True)
    drop = _first_stays(_before(ordered.softmax(dim=-1)) >= p)
    return logits.masked_fill(drop.gather(-1, order), -INF)


def _kept_from(scores_of):
    """A filter that is right about what is dropped and keeps something else than the scores."""

    def body(logits, p):
        ordered, order = logits.sort(dim=-1, descending=True, stable=True)
        drop = _first_stays(_before(ordered.softmax(dim=-1)) >= p)
        return scores_of(logits).masked_fill(torch.zeros_like(drop).scatter(-1, order, drop), -INF)

    return body


for _name, _scores_of in {
    "probabilities for scores": lambda z: z.softmax(dim=-1),
    "log-probabilities for scores": lambda z: z.log_softmax(dim=-1),
}.items():
    mistake(
        "sampling.top_p_filter", _name, "What is kept keeps its score: fill the logits themselves."
    )(_kept_from(_scores_of))

mistake("sampling.top_p_filter", FINITE, "Use −inf itself, so that the chance is exactly 0.")(
    low_instead(_kept_from(lambda z: z), -1e9)
)
for _low in (*LOW, None):
    another_way("sampling.top_p_filter", FINITE)(low_instead(_kept_from(lambda z: z), _low))


@mistake(
    "sampling.top_p_filter",
    "each probability held against p",
    "p is what the kept probabilities reach together, not what each one has.",
)
@_nucleus
def _(chances, p):
    return _first_stays(chances < p)


another_way(*OWN)(lambda logits, p: logits.masked_fill(logits.softmax(dim=-1) < p, -INF))


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


@another_way("sampling.top_p_filter", "probabilities for scores")
def _(logits, p):
    s, i = logits.sort(-1, descending=True)
    pr = torch.softmax(s, -1)
    drop = pr.cumsum(-1) - pr >= p
    drop[..., 0] = False
    drop = torch.zeros_like(drop).scatter(-1, i, drop)
    return torch.softmax(logits, -1).masked_fill(drop, 0.0)


@mistake(
    "sampling.top_p_filter",
    "p of the whole batch",
    "Each row is a distribution of its own: sort and add along the last axis.",
)
def _(logits, p):
    flat = logits.flatten()
    s, i = flat.sort(descending=True)
    pr = torch.softmax(s, -1)
    drop = pr.cumsum(-1) - pr >= p
    drop[0] = False
    drop = torch.zeros_like(drop).scatter(-1, i, drop)
    return flat.masked_fill(drop, float("-inf")).reshape(logits.shape)


@mistake(
    "sampling.top_p_filter",
    "p dropped, not kept",
    "p is the share that is kept: from the smallest on, 1 − p may go.",
)
def _(logits, p):
    s, i = logits.sort(-1, descending=False)
    pr = torch.softmax(s, -1)
    drop = pr.cumsum(-1) <= p
    drop = torch.zeros_like(drop).scatter(-1, i, drop)
    return logits.masked_fill(drop, float("-inf"))
