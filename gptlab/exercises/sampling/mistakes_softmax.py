"""Wrong bodies of `softmax`."""

import math

import torch

from gptlab.exercises.mistake import another_way, mistake


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


@another_way("sampling.softmax", "all rows divided by one sum")
@_tempered
def _(logits, temperature):
    weights = ((logits - logits.amax(dim=-1, keepdim=True)) / temperature).exp()
    return weights / weights.sum()


mistake(
    "sampling.softmax",
    "multiplied by the temperature",
    "A higher temperature has to make the distribution flatter.",
)(_tempered(lambda z, t: _soft(z * t)))
mistake(
    "sampling.softmax",
    "the temperature left out",
    "`temperature` changes nothing in your result: outside of exp it cancels, so divide the scores.",
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


KEEPDIM = "sampling.softmax", "keepdim forgotten"
AXES = "sampling.softmax", "any number of axes in front of the last"


@another_way(*KEEPDIM)
@_tempered
def _(logits, temperature):
    weights = torch.exp(logits / temperature)
    return weights / weights.sum(dim=-1)


@another_way(*KEEPDIM)
@_tempered
def _(logits, temperature):
    return _soft((logits - logits.amax(dim=-1)) / temperature)


@another_way(*KEEPDIM)
@_tempered
def _(logits, temperature):
    weights = torch.exp((logits - logits.amax(dim=-1)) / temperature)
    return weights / weights.sum(dim=-1)


@mistake(
    *AXES,
    "Not every table has two axes: dim=-1 is the last one, however many stand in front of it.",
)
@_tempered
def _(logits, temperature):
    return (logits / temperature).softmax(dim=1)


@another_way(*AXES)
def _(logits, temperature=1.0):
    rows = [[math.exp(z / temperature) for z in row] for row in logits]
    return torch.tensor([[z / sum(row) for z in row] for row in rows], dtype=logits.dtype)


@mistake(
    "sampling.softmax",
    "max gives two things",
    "x.max(dim=…) gives the values and their places: take .values, or amax.",
)
@_tempered
def _(logits, temperature):
    return _soft((logits - logits.max(dim=-1, keepdim=True)) / temperature)


@mistake(
    "sampling.softmax",
    "math.exp of a tensor",
    "math.exp takes one number; torch.exp takes a whole table.",
)
@_tempered
def _(logits, temperature):
    weights = math.exp(logits / temperature)
    return weights / sum(weights)


@another_way("sampling.softmax", "math.exp of a tensor")
@_tempered
def _(logits, temperature):
    return math.exp(logits - logits.amax(dim=-1, keepdim=True))


@mistake(
    "sampling.softmax",
    "Python's max of a tensor",
    "max(x) compares whole rows; x.amax(dim=-1, keepdim=True) gives each row's largest score.",
)
@_tempered
def _(logits, temperature):
    return _soft((logits - max(logits)) / temperature)


@mistake(
    "sampling.softmax",
    "the least score subtracted",
    "Then all scores are above 0 and exp overflows: subtract the largest.",
)
@_tempered
def _(logits, temperature):
    weights = ((logits - logits.amin(dim=-1, keepdim=True)) / temperature).exp()
    return weights / weights.sum(dim=-1, keepdim=True)


LITTLE = "sampling.softmax", "a little added below the fraction line"


def _with_a_little(small):
    @_tempered
    def body(logits, temperature):
        weights = ((logits - logits.amax(dim=-1, keepdim=True)) / temperature).exp()
        return weights / (weights.sum(dim=-1, keepdim=True) + small)

    return body


mistake(
    *LITTLE,
    "The largest score has become 0 and gives 1, so the sum is never 0: nothing need be added.",
)(_with_a_little(1e-8))
for _small in (1e-6, 1e-7, 1e-9):
    another_way(*LITTLE)(_with_a_little(_small))


CLAMPED = "sampling.softmax", "the temperature kept from getting small"


def _at_least(least):
    return _tempered(lambda z, t: _soft(z / max(t, least)))


mistake(*CLAMPED, "Only 0 needs a branch of its own; any other temperature divides as it is.")(
    _at_least(1e-3)
)
for _least in (1e-2, 1e-4, 1e-5):
    another_way(*CLAMPED)(_at_least(_least))


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


@another_way("sampling.softmax", "the largest score of all rows subtracted")
def _(logits, temperature=1.0):
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
    "at temperature 0 whole columns get 1",
    "out[..., places] = 1 writes in every row what belongs to one of them: scatter takes each row's own place.",
)
def _(logits, temperature=1.0):
    if temperature == 0:
        out = torch.zeros_like(logits)
        out[..., logits.argmax(dim=-1)] = 1
        return out
    return _soft(logits / temperature)


@mistake(
    "sampling.softmax",
    "temperature 0 taken for 1",
    "Where τ shrinks towards 0, the largest score gets everything; at τ = 1 the others still have a chance.",
)
def _(logits, temperature=1.0):
    return _soft(logits / (temperature or 1.0))


@mistake(
    "sampling.softmax",
    "at temperature 0 an index",
    "The result always has the shape of the logits.",
)
def _(logits, temperature=1.0):
    if temperature == 0:
        return logits.argmax(dim=-1)
    return _tempered(lambda z, t: _soft(z / t))(logits, temperature)


@mistake(
    "sampling.softmax",
    "float32 at temperature 0",
    "The result has the dtype of logits: zeros_like(logits), or .to(logits.dtype).",
)
def _(logits, temperature=1.0):
    soft = _tempered(lambda z, t: _soft(z / t))(logits, temperature)
    return soft.float() if temperature == 0 else soft


@mistake(
    "sampling.softmax",
    "whole numbers at temperature 0",
    "one_hot makes whole numbers; the result has the dtype of logits: .to(logits.dtype).",
)
def _(logits, temperature=1.0):
    soft = _tempered(lambda z, t: _soft(z / t))(logits, temperature)
    return soft.long() if temperature == 0 else soft


@mistake(
    "sampling.softmax",
    "divided before the largest score was subtracted",
    "The largest score has to be divided by τ too: subtract it first.",
)
def _(logits, temperature=1.0):
    if temperature == 0:
        return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).to(logits.dtype)
    e = torch.exp(logits / temperature - logits.max(-1, keepdim=True).values)
    return e / e.sum(-1, keepdim=True)


@mistake("sampling.softmax", "2 for e", "exp is a power of e, which is 2.718, not of 2.")
def _(logits, temperature=1.0):
    if temperature == 0:
        return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).to(logits.dtype)
    z = (logits - logits.max(-1, keepdim=True).values) / temperature
    e = 2**z
    return e / e.sum(-1, keepdim=True)


@mistake(
    "sampling.softmax",
    "at temperature 0 the last maximum",
    "Of several largest scores the first gets the 1.",
)
def _(logits, temperature=1.0):
    if temperature == 0:
        v = logits.shape[-1]
        return torch.nn.functional.one_hot(v - 1 - logits.flip(-1).argmax(-1), v).to(logits.dtype)
    return torch.softmax(logits / temperature, -1)
