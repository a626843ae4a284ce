"""Wrong bodies of gptlab/sampling.py; those of `sample_next` and `generate` stand in `drawing.py`."""

import torch

from gptlab.course.checks.mistakes import drawing, mistake

__all__ = ["drawing"]
INF = float("inf")

# ---- append_token


@mistake("sampling.append_token", "append gives nothing back",
         "list.append changes the list that was given and returns None.")
def _(ids, token):
    ids.append(token)


@mistake("sampling.append_token", "the given list changed",
         "Whoever called you still needs the list as it was: build another one.")
def _(ids, token):
    ids.append(token)
    return ids


@mistake("sampling.append_token", "the token in front", "Text is written from left to right.")
def _(ids, token):
    return [token, *ids]


@mistake("sampling.append_token", "a list inside a list", "The old tokens have to be unpacked into the new list.")
def _(ids, token):
    return [ids, token]


@mistake("sampling.append_token", "the last token overwritten", "The new list has one token more than the old one.")
def _(ids, token):
    return [*ids[:-1], token]


@mistake("sampling.append_token", "a list plus a number", "+ joins two lists; a single token is not a list yet.")
def _(ids, token):
    return ids + token


@mistake("sampling.append_token", "only the new token", "The text so far has to stay in front of it.")
def _(ids, token):
    return [token]


# ---- softmax


def _soft(scores):
    return scores.softmax(dim=-1)


def _tempered(soft):
    """A softmax that treats temperature 0 and temperatures below 0 as it should."""

    def body(logits, temperature=1.0):
        if temperature < 0:
            raise ValueError("below 0")
        if temperature == 0:
            return torch.zeros_like(logits).scatter(-1, logits.argmax(-1, keepdim=True), 1.0)
        return soft(logits, temperature)

    return body


mistake("sampling.softmax", "softmax over the wrong axis",
        "Each row sums to 1 over the last axis, the vocabulary.")(
    _tempered(lambda z, t: (z / t).softmax(dim=0)))
mistake("sampling.softmax", "softmax over the last axis but one",
        "Each row sums to 1 over the last axis, the vocabulary.")(
    _tempered(lambda z, t: (z / t).softmax(dim=max(-2, -z.ndim))))
mistake("sampling.softmax", "all rows divided by one sum",
        "Every row is a distribution of its own, with a sum of its own.")(
    _tempered(lambda z, t: (z / t).flatten().softmax(0).reshape(z.shape)))
mistake("sampling.softmax", "multiplied by the temperature",
        "A higher temperature has to make the distribution flatter.")(_tempered(lambda z, t: _soft(z * t)))
mistake("sampling.softmax", "the temperature left out", "The argument `temperature` changes nothing in your result.")(
    _tempered(lambda z, t: _soft(z)))
mistake("sampling.softmax", "the temperature after the softmax",
        "Temperature acts on the scores; probabilities that are divided no longer sum to 1.")(
    _tempered(lambda z, t: _soft(z) / t))
mistake("sampling.softmax", "not divided by the sum", "Look at what a row sums to.")(
    _tempered(lambda z, t: ((z - z.amax(-1, keepdim=True)) / t).exp()))
mistake("sampling.softmax", "scores divided without exp", "Scores can be below 0, probabilities cannot.")(
    _tempered(lambda z, t: (z / t) / (z / t).sum(-1, keepdim=True)))
mistake("sampling.softmax", "logarithms of probabilities", "Probabilities lie between 0 and 1.")(
    _tempered(lambda z, t: (z / t).log_softmax(-1)))


@_tempered
def _no_keepdim(logits, temperature):
    weights = torch.exp((logits - logits.amax(dim=-1, keepdim=True)) / temperature)
    return weights / weights.sum(dim=-1)


mistake("sampling.softmax", "keepdim forgotten",
        "The sums have lost their last axis, so they line up with the wrong one.")(_no_keepdim)


@mistake("sampling.softmax", "exp overflows",
         "exp(10,000) is inf, and inf / inf is nan: the scores may be shifted before exp.")
@_tempered
def _(logits, temperature):
    weights = (logits / temperature).exp()
    return weights / weights.sum(dim=-1, keepdim=True)


@mistake("sampling.softmax", "the largest score of all rows subtracted",
         "A row far below that maximum becomes exp of something tiny, all 0: each row has its own maximum.")
@_tempered
def _(logits, temperature):
    weights = ((logits - logits.max()) / temperature).exp()
    return weights / weights.sum(dim=-1, keepdim=True)


@mistake("sampling.softmax", "divided by a temperature of 0", "Temperature 0 needs a branch of its own.")
def _(logits, temperature=1.0):
    if temperature < 0:
        raise ValueError("below 0")
    return ((logits - logits.amax(dim=-1, keepdim=True)) / temperature).softmax(dim=-1)


@mistake("sampling.softmax", "at temperature 0 every maximum gets 1", "Where scores tie, only the first one wins.")
def _(logits, temperature=1.0):
    if temperature == 0:
        return (logits == logits.amax(dim=-1, keepdim=True)).to(logits.dtype)
    return _tempered(lambda z, t: _soft(z / t))(logits, temperature)


@mistake("sampling.softmax", "at temperature 0 the maxima share", "Where scores tie, only the first one wins.")
def _(logits, temperature=1.0):
    if temperature == 0:
        best = (logits == logits.amax(dim=-1, keepdim=True)).to(logits.dtype)
        return best / best.sum(dim=-1, keepdim=True)
    return _tempered(lambda z, t: _soft(z / t))(logits, temperature)


@mistake("sampling.softmax", "at temperature 0 an index", "The result always has the shape of the logits.")
def _(logits, temperature=1.0):
    if temperature == 0:
        return logits.argmax(dim=-1)
    return _tempered(lambda z, t: _soft(z / t))(logits, temperature)


@mistake("sampling.softmax", "a negative temperature let through",
         "Below 0 the worst token would be the likeliest: refuse it.")
def _(logits, temperature=1.0):
    return _soft(logits / temperature) if temperature < 0 else _tempered(lambda z, t: _soft(z / t))(logits, temperature)


# ---- top_k_filter


def _limited(filter_rows):
    def body(logits, k):
        if k < 1:
            raise ValueError("k below 1")
        return filter_rows(logits, min(k, logits.shape[-1]))

    return body


def _kth(logits, k):
    return logits.sort(dim=-1, descending=True).values[..., k - 1, None]


@mistake("sampling.top_k_filter", "dropped scores become 0",
         "A score of 0 still has a chance: exp(0) is 1.")
@_limited
def _(logits, k):
    return logits.masked_fill(logits < _kth(logits, k), 0.0)


@mistake("sampling.top_k_filter", "dropped scores become large but finite",
         "Use −inf itself, so that the chance is exactly 0.")
@_limited
def _(logits, k):
    return logits.masked_fill(logits < _kth(logits, k), -1e9)


@mistake("sampling.top_k_filter", "the k largest dropped", "Turn the comparison around.")
@_limited
def _(logits, k):
    return logits.masked_fill(logits >= _kth(logits, k), -INF)


@mistake("sampling.top_k_filter", "the k-th itself dropped", "The k-th largest is one of the k that stay.")
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


@mistake("sampling.top_k_filter", "the limit of the first row for all", "Each row has its own k-th largest score.")
@_limited
def _(logits, k):
    return logits.masked_fill(logits < _kth(logits.reshape(-1, logits.shape[-1])[0], k), -INF)


@mistake("sampling.top_k_filter", "only the k scores returned", "The result has the shape of the logits.")
@_limited
def _(logits, k):
    return logits.topk(k, dim=-1).values


@mistake("sampling.top_k_filter", "ties with the k-th dropped",
         "Scores that equal the k-th largest are kept too, so more than k may stay.")
@_limited
def _(logits, k):
    top = logits.topk(k, dim=-1)
    return torch.full_like(logits, -INF).scatter(-1, top.indices, top.values)


@mistake("sampling.top_k_filter", "k larger than the vocabulary", "There are never more than V scores to keep.")
def _(logits, k):
    if k < 1:
        raise ValueError("k below 1")
    return logits.masked_fill(logits < logits.topk(k, dim=-1).values[..., -1:], -INF)


@mistake("sampling.top_k_filter", "k below 1 let through", "Index k − 1 is −1 for k = 0, and Python takes the last.")
def _(logits, k):
    kth = logits.sort(dim=-1, descending=True).values[..., min(k, logits.shape[-1]) - 1, None]
    return logits.masked_fill(logits < kth, -INF)


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


@mistake("sampling.top_p_filter", "the token that crosses p dropped",
         "Without the token that crosses it, the kept ones do not reach p.")
@_nucleus
def _(chances, p):
    return _first_stays(chances.cumsum(dim=-1) > p)


@mistake("sampling.top_p_filter", "nothing kept", "The likeliest token always stays, also where it alone has more than p.")
@_nucleus
def _(chances, p):
    return chances.cumsum(dim=-1) > p


@mistake("sampling.top_p_filter", "each probability held against p",
         "p is what the kept probabilities reach together, not what each one has.")
@_nucleus
def _(chances, p):
    return _first_stays(chances < p)


@mistake("sampling.top_p_filter", "one token too many", "Stop at the token that reaches p.")
@_nucleus
def _(chances, p):
    return _first_stays((_before(chances) >= p).roll(1, dims=-1))


@mistake("sampling.top_p_filter", "the kept and the dropped swapped", "Your filter drops the likeliest tokens.")
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


@mistake("sampling.top_p_filter", "not brought back into the old order",
         "Your mask belongs to the sorted scores; the scores stand in another order.")
def _(logits, p):
    if p >= 1:
        return logits.clone()
    chances = logits.sort(dim=-1, descending=True).values.softmax(dim=-1)
    return logits.masked_fill(_first_stays(_before(chances) >= p), -INF)


@mistake("sampling.top_p_filter", "sorted scores returned", "Token i has to keep its score at place i.")
def _(logits, p):
    if p >= 1:
        return logits.clone()
    ordered = logits.sort(dim=-1, descending=True).values
    return ordered.masked_fill(_first_stays(_before(ordered.softmax(dim=-1)) >= p), -INF)


@mistake("sampling.top_p_filter", "dropped scores become 0", "A score of 0 still has a chance: exp(0) is 1.")
def _(logits, p):
    if p >= 1:
        return logits.clone()
    ordered, order = logits.sort(dim=-1, descending=True, stable=True)
    drop = _first_stays(_before(ordered.softmax(dim=-1)) >= p)
    return logits.masked_fill(torch.zeros_like(drop).scatter(-1, order, drop), 0.0)


@mistake("sampling.top_p_filter", "scores added up, not probabilities", "p is a share of the probability: turn the scores into chances first.")
def _(logits, p):
    if p >= 1:
        return logits.clone()
    ordered, order = logits.sort(dim=-1, descending=True, stable=True)
    drop = _first_stays(_before(ordered) >= p)
    return logits.masked_fill(torch.zeros_like(drop).scatter(-1, order, drop), -INF)


@mistake("sampling.top_p_filter", "the tail dropped at p = 1",
         "Small probabilities round to 0, so the sum is 1 before the end: p ≥ 1 needs its own branch.")
def _(logits, p):
    ordered, order = logits.sort(dim=-1, descending=True, stable=True)
    drop = _first_stays(_before(ordered.softmax(dim=-1)) >= p)
    return logits.masked_fill(torch.zeros_like(drop).scatter(-1, order, drop), -INF)


@mistake("sampling.top_p_filter", "p reached but not enough", "A set that has exactly p has reached it.")
@_nucleus
def _(chances, p):
    return _first_stays(_before(chances) > p)
