"""Wrong bodies of recency_decay and retrieval_score."""

import torch

from gptlab.exercises.mistake import another_way, mistake

THREE = (1.0, 1.0, 1.0)


# ---- recency_decay


def _decay(name, hint):
    return mistake("agents.recency_decay", name, hint)


_decay(
    "base and exponent exchanged", "After 0 hours everything is left: what is hours⁰, what 0 hours?"
)(lambda hours, rate=0.995: hours**rate)
_decay(
    "a straight line", "Each hour takes a share of what is left, not of what there was at first."
)(lambda hours, rate=0.995: 1 - (1 - rate) * hours)
_decay("multiplied, not raised", "Two hours take two shares, one after the other.")(
    lambda hours, rate=0.995: rate * hours
)
_decay("e for the rate", "`rate` is what is left after one hour; e is nobody's rate here.")(
    lambda hours, rate=0.995: torch.exp(-rate * hours)
)
_decay(
    "the rate in the exponent",
    "`rate` is what is left after one hour: exp(−1/rate) leaves little more than a third of it.",
)(lambda hours, rate=0.995: torch.exp(-hours / rate))
_decay("what is lost", "You return how much is gone. How much is left?")(
    lambda hours, rate=0.995: 1 - rate**hours
)
_decay(
    "the share that is lost is raised", "`rate` is what is left after an hour, not what is lost."
)(lambda hours, rate=0.995: (1 - rate) ** hours)
_decay("growing with age", "The longer unused, the less is left.")(
    lambda hours, rate=0.995: rate ** (-hours)
)
_decay(
    "the rank for the hours",
    "Two memories of the same minute fade alike, however many came between.",
)(lambda hours, rate=0.995: rate ** (hours.argsort().argsort() + 1).to(hours.dtype))
_decay(
    "the oldest memory first",
    "A power that counts places has to begin at the newest memory; better, use hours.",
)(lambda hours, rate=0.995: rate ** (hours.argsort(descending=True).argsort() + 1).to(hours.dtype))
_decay("the paper's rate for every rate", "The argument `rate` changes nothing in your result.")(
    lambda hours, rate=0.995: 0.995**hours
)
_decay("an hour too many", "A memory that is used right now is wholly there.")(
    lambda hours, rate=0.995: rate ** (hours + 1)
)
_decay("whole hours", "Half an hour counts, too.")(lambda hours, rate=0.995: rate ** hours.floor())


# ---- retrieval_score


def _score(name, hint):
    return mistake("agents.retrieval_score", name, hint)


def _scale(x):
    spread = x.max() - x.min()
    return (x - x.min()) / spread if spread > 0 else torch.zeros_like(x)


def _sum(scale):
    def body(recency, importance, relevance, weights=THREE):
        parts = (recency, importance, relevance)
        return sum(w * scale(x) for w, x in zip(weights, parts))

    return body


_score(
    "raw scores added",
    "Importance goes to 10 and the other two to 1: unscaled, importance decides alone.",
)(_sum(lambda x: x))
_score("importance divided by 10", "Scale each by its own smallest and largest value here.")(
    lambda a, b, c, weights=THREE: weights[0] * a + weights[1] * b / 10 + weights[2] * c
)
_score(
    "divided by the largest", "The smallest has to become 0: something must be taken away first."
)(_sum(lambda x: x / x.max()))
another_way("agents.retrieval_score", "divided by the largest")(
    _sum(lambda x: x / x.max() if x.max() > x.min() else torch.zeros_like(x))
)
_score("the smallest not taken away", "The smallest has to become 0, and the largest 1.")(
    _sum(lambda x: x / (x.max() - x.min()) if x.max() > x.min() else torch.zeros_like(x))
)
_score("not divided by the spread", "After the shift, the largest still has to become 1.")(
    _sum(lambda x: x - x.min())
)
_score("divided by nothing", "Where all are the same, the spread is 0, and 0/0 is not a number.")(
    _sum(lambda x: (x - x.min()) / (x.max() - x.min()))
)
_score("ones where all are the same", "One that is the same for all candidates is scaled to 0.")(
    _sum(lambda x: _scale(x) if x.max() > x.min() else torch.ones_like(x))
)
_score("a half where all are the same", "One that is the same for all candidates is scaled to 0.")(
    _sum(lambda x: _scale(x) if x.max() > x.min() else torch.full_like(x, 0.5))
)
_score(
    "left unscaled where all are the same", "One that is the same for all becomes 0, not itself."
)(_sum(lambda x: _scale(x) if x.max() > x.min() else x))
_score("the mean for the smallest", "The smallest has to become 0: take away the minimum.")(
    _sum(lambda x: (x - x.mean()) / (x.max() - x.min()) if x.max() > x.min() else 0 * x)
)
another_way("agents.retrieval_score", "the mean for the smallest")(
    _sum(lambda x: (x - x.mean()) / (x.max() - x.mean()) if x.max() > x.min() else 0 * x)
)
_score("standardised", "This is (x − mean)/std. The paper scales to 0…1, by min and max.")(
    _sum(lambda x: (x - x.mean()) / x.std() if len(x) > 1 and x.max() > x.min() else 0 * x)
)
another_way("agents.retrieval_score", "standardised")(
    _sum(lambda x: (x - x.mean()) / x.std(correction=0) if x.max() > x.min() else 0 * x)
)
_score("a softmax", "The paper scales by smallest and largest; nothing has to sum to 1.")(
    _sum(lambda x: x.softmax(-1))
)
_score("multiplied", "The three are added: one zero must not rule a memory out.")(
    lambda a, b, c, weights=THREE: (
        (weights[0] * _scale(a)) * (weights[1] * _scale(b)) * (weights[2] * _scale(c))
    )
)
_score("weights left out", "The argument `weights` changes nothing in your result.")(
    lambda a, b, c, weights=THREE: _scale(a) + _scale(b) + _scale(c)
)
_score("weighed before scaling", "A weight that is scaled away again changes nothing.")(
    lambda a, b, c, weights=THREE: (
        _scale(weights[0] * a) + _scale(weights[1] * b) + _scale(weights[2] * c)
    )
)
_score("the weights in another order", "The weights come as recency, importance, relevance.")(
    lambda a, b, c, weights=THREE: (
        weights[0] * _scale(a) + weights[2] * _scale(b) + weights[1] * _scale(c)
    )
)
_score("the mean of the three", "The three are added, and not divided by anything.")(
    lambda *parts, weights=THREE: _sum(_scale)(*parts, weights=weights) / 3
)
_score("divided by the sum of the weights", "The three are weighed and added, nothing more.")(
    lambda *parts, weights=THREE: _sum(_scale)(*parts, weights=weights) / sum(weights)
)
_score("scaled after adding", "Scale each of the three, then add: the sum may go up to 3.")(
    lambda *parts, weights=THREE: _scale(_sum(lambda x: x)(*parts, weights=weights))
)
_score("scaled once more at the end", "Each of the three is scaled; their sum is left as it is.")(
    lambda *parts, weights=THREE: _scale(_sum(_scale)(*parts, weights=weights))
)
_score("one scale for all three", "Each of the three has its own smallest and largest value.")(
    lambda a, b, c, weights=THREE: sum(
        w * x for w, x in zip(weights, _scale(torch.stack([a, b, c])))
    )
)
_score("turned round", "The largest becomes 1 and the smallest 0, not the other way about.")(
    _sum(lambda x: (x.max() - x) / (x.max() - x.min()) if x.max() > x.min() else 0 * x)
)
_score(
    "recency turned round", "A recency near 1 is a recent memory: more is better for all three."
)(
    lambda a, b, c, weights=THREE: (
        weights[0] * _scale(-a) + weights[1] * _scale(b) + weights[2] * _scale(c)
    )
)


@mistake(
    "agents.retrieval_score",
    "divided by the length",
    "Each of the three goes from 0 to 1: the smallest becomes 0, the largest 1.",
)
def _(recency, importance, relevance, weights=(1.0, 1.0, 1.0)):
    def scale(x):
        return x / x.norm() if x.norm() > 0 else x

    return (
        weights[0] * scale(recency) + weights[1] * scale(importance) + weights[2] * scale(relevance)
    )


@mistake("agents.recency_decay", "seconds for hours", "rate is what is left after one hour.")
def _(hours, rate=0.995):
    return rate ** (hours * 3600)
