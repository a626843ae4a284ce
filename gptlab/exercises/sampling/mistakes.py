"""Wrong bodies of gptlab/sampling.py, but for those in mistakes_filters.py and mistakes_generate.py."""

import torch

from gptlab.exercises.mistake import mistake

# ---- append_token


@mistake(
    "sampling.append_token",
    "append gives nothing back",
    "list.append changes the list that was given and returns None.",
)
def _(ids, token):
    ids.append(token)


@mistake(
    "sampling.append_token",
    "the given list changed",
    "Whoever called you still needs the list as it was: build another one.",
)
def _(ids, token):
    ids.append(token)
    return ids


@mistake("sampling.append_token", "the token in front", "Text is written from left to right.")
def _(ids, token):
    return [token, *ids]


@mistake(
    "sampling.append_token",
    "a list inside a list",
    "The old tokens have to be unpacked into the new list.",
)
def _(ids, token):
    return [ids, token]


@mistake(
    "sampling.append_token",
    "the last token overwritten",
    "The new list has one token more than the old one.",
)
def _(ids, token):
    return [*ids[:-1], token]


@mistake(
    "sampling.append_token",
    "a list plus a number",
    "+ joins two lists; a single token is not a list yet.",
)
def _(ids, token):
    return ids + token


@mistake(
    "sampling.append_token", "only the new token", "The text so far has to stay in front of it."
)
def _(ids, token):
    return [token]


# ---- softmax


def _soft(scores):
    return scores.softmax(dim=-1)


def _tempered(soft):
    """A softmax that treats temperature 0 as it should."""

    def body(logits, temperature=1.0):
        if temperature == 0:
            return torch.zeros_like(logits).scatter(-1, logits.argmax(-1, keepdim=True), 1.0)
        return soft(logits, temperature)

    return body


mistake(
    "sampling.softmax",
    "softmax over the wrong axis",
    "Each row sums to 1 over the last axis, the vocabulary.",
)(_tempered(lambda z, t: (z / t).softmax(dim=0)))
mistake(
    "sampling.softmax",
    "softmax over the last axis but one",
    "Each row sums to 1 over the last axis, the vocabulary.",
)(_tempered(lambda z, t: (z / t).softmax(dim=max(-2, -z.ndim))))
mistake(
    "sampling.softmax",
    "all rows divided by one sum",
    "Every row is a distribution of its own, with a sum of its own.",
)(_tempered(lambda z, t: (z / t).flatten().softmax(0).reshape(z.shape)))
mistake(
    "sampling.softmax",
    "multiplied by the temperature",
    "A higher temperature has to make the distribution flatter.",
)(_tempered(lambda z, t: _soft(z * t)))
mistake(
    "sampling.softmax",
    "the temperature left out",
    "The argument `temperature` changes nothing in your result.",
)(_tempered(lambda z, t: _soft(z)))
mistake(
    "sampling.softmax",
    "the temperature after the softmax",
    "Temperature acts on the scores; probabilities that are divided no longer sum to 1.",
)(_tempered(lambda z, t: _soft(z) / t))
mistake("sampling.softmax", "not divided by the sum", "Look at what a row sums to.")(
    _tempered(lambda z, t: ((z - z.amax(-1, keepdim=True)) / t).exp())
)
mistake(
    "sampling.softmax", "scores divided without exp", "Scores can be below 0, probabilities cannot."
)(_tempered(lambda z, t: (z / t) / (z / t).sum(-1, keepdim=True)))
mistake("sampling.softmax", "logarithms of probabilities", "Probabilities lie between 0 and 1.")(
    _tempered(lambda z, t: (z / t).log_softmax(-1))
)


@_tempered
def _no_keepdim(logits, temperature):
    weights = torch.exp((logits - logits.amax(dim=-1, keepdim=True)) / temperature)
    return weights / weights.sum(dim=-1)


mistake(
    "sampling.softmax",
    "keepdim forgotten",
    "The sums have lost their last axis, so they line up with the wrong one.",
)(_no_keepdim)


@mistake(
    "sampling.softmax",
    "exp overflows",
    "exp(10,000) is inf, and inf / inf is nan: the scores may be shifted before exp.",
)
@_tempered
def _(logits, temperature):
    weights = (logits / temperature).exp()
    return weights / weights.sum(dim=-1, keepdim=True)


@mistake(
    "sampling.softmax",
    "the largest score of all rows subtracted",
    "A row far below that maximum becomes exp of something tiny, all 0: each row has its own maximum.",
)
@_tempered
def _(logits, temperature):
    weights = ((logits - logits.max()) / temperature).exp()
    return weights / weights.sum(dim=-1, keepdim=True)


@mistake(
    "sampling.softmax",
    "exp overflows, and a temperature of 0 divides",
    "exp(10,000) is inf, and inf / inf is nan: shift the scores before exp; temperature 0 needs a branch of its own.",
)
def _(logits, temperature=1.0):
    weights = (logits / temperature).exp()
    return weights / weights.sum(dim=-1, keepdim=True)


@mistake(
    "sampling.softmax", "divided by a temperature of 0", "Temperature 0 needs a branch of its own."
)
def _(logits, temperature=1.0):
    return ((logits - logits.amax(dim=-1, keepdim=True)) / temperature).softmax(dim=-1)


@mistake(
    "sampling.softmax",
    "at temperature 0 every maximum gets 1",
    "Where scores tie, only the first one wins.",
)
def _(logits, temperature=1.0):
    if temperature == 0:
        return (logits == logits.amax(dim=-1, keepdim=True)).to(logits.dtype)
    return _tempered(lambda z, t: _soft(z / t))(logits, temperature)


@mistake(
    "sampling.softmax",
    "at temperature 0 the maxima share",
    "Where scores tie, only the first one wins.",
)
def _(logits, temperature=1.0):
    if temperature == 0:
        best = (logits == logits.amax(dim=-1, keepdim=True)).to(logits.dtype)
        return best / best.sum(dim=-1, keepdim=True)
    return _tempered(lambda z, t: _soft(z / t))(logits, temperature)


@mistake(
    "sampling.softmax",
    "at temperature 0 an index",
    "The result always has the shape of the logits.",
)
def _(logits, temperature=1.0):
    if temperature == 0:
        return logits.argmax(dim=-1)
    return _tempered(lambda z, t: _soft(z / t))(logits, temperature)
