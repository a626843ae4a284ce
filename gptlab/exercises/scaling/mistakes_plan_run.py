"""Wrong bodies of `plan_run`."""

import math

from gptlab import scaling
from gptlab.exercises.mistake import another_way, mistake

KEY = "scaling.plan_run"
R_STAR = 15.39


def _worth(unique, read):
    repeats = max(0.0, read / unique - 1)
    return min(unique, read) + unique * R_STAR * (1 - math.exp(-repeats / R_STAR))


def _loss(n, worth, law):
    a, alpha, b, beta = law
    return a / n**alpha + b / worth**beta


def _planned(
    read=lambda speed, seconds, n: speed * seconds,
    worth=_worth,
    loss=_loss,
    choose=min,
    rank=lambda loss, n, read: (loss, n),
    answer=lambda n, read, worth: (n, read),
):
    """A plan with one thing changed."""

    def body(speeds, seconds, unique_tokens, law):
        tried = []
        for n, speed in speeds:
            tokens = read(speed, seconds, n)
            value = worth(unique_tokens, tokens)
            tried.append((rank(loss(n, value, law), n, tokens), n, tokens, value))
        _, n, tokens, value = choose(tried)
        return answer(n, tokens, value)

    return body


def _wrong(name, hint, **changed):
    mistake(KEY, name, hint)(_planned(**changed))


_wrong(
    "repeats for free",
    "On a small text most of these tokens are repeats: into the law goes what they are worth, D′.",
    worth=lambda unique, read: read,
)
_wrong(
    "D′ for D",
    "D′ belongs into the law; what the run reads is D, tokens a second times seconds.",
    answer=lambda n, read, worth: (n, worth),
)
_wrong("the highest loss", "Lower is better: take the smallest of the losses.", choose=max)
_wrong(
    "the fastest model",
    "The fastest model reads most, but a small model gains little from reading: the law weighs both.",
    rank=lambda loss, n, read: -read,
)
_wrong(
    "the largest model",
    "The largest model reads least in the time: the law weighs both.",
    rank=lambda loss, n, read: -n,
)
_wrong(
    "no seconds",
    "`speeds` holds tokens in one second: the run has `seconds` of them.",
    read=lambda speed, seconds, n: speed,
)
_wrong(
    "minutes for seconds",
    "The time is in seconds already.",
    read=lambda speed, seconds, n: speed * seconds / 60,
)
_wrong(
    "α and β swapped",
    "The law's order is a, alpha, b, beta; alpha belongs to N and beta to D′.",
    loss=lambda n, worth, law: law[0] / n ** law[3] + law[2] / worth ** law[1],
)
_wrong(
    "a and b swapped",
    "The law's order is a, alpha, b, beta; a belongs to N and b to D′.",
    loss=lambda n, worth, law: law[2] / n ** law[1] + law[0] / worth ** law[3],
)
_wrong(
    "N and D swapped in the law",
    "a and alpha belong to the parameters, b and beta to the tokens.",
    loss=lambda n, worth, law: law[0] / worth ** law[1] + law[2] / n ** law[3],
)
_wrong(
    "the time divided by the size",
    "The speed was measured for this size: larger models are slower in it already.",
    read=lambda speed, seconds, n: speed * seconds / n,
)
_wrong(
    "one reading and no more",
    "A run goes on to the end of its time, and reads the text again: that is what D′ is for.",
    read=lambda speed, seconds, n: speed * seconds,
    worth=lambda unique, read: min(unique, read),
)
_wrong(
    "stopped after one reading",
    "Every size may use all of the time: D is tokens a second times seconds, repeats among them.",
    worth=lambda unique, read: min(unique, read),
    answer=lambda n, read, worth: (n, worth),
)
_wrong(
    "D before N",
    "The order is N, the parameters, then D, the tokens.",
    answer=lambda n, read, worth: (read, n),
)
_wrong(
    "N alone",
    "Two numbers are asked for: the size, and the tokens that it reads.",
    answer=lambda n, read, worth: n,
)
_wrong(
    "the larger among equals",
    "Where two sizes come to the same loss, the smaller one is taken, wherever it stands in `speeds`.",
    rank=lambda loss, n, read: (loss, -n),
)


_wrong(
    "the arguments of effective_tokens exchanged",
    "effective_tokens takes what there is to read first, then what is read.",
    worth=lambda unique, read: _worth(read, unique),
)
_wrong(
    "the law in another order",
    "The law's order is a, alpha, b, beta, and not a, b, alpha, beta.",
    loss=lambda n, worth, law: law[0] / n ** law[2] + law[1] / worth ** law[3],
)


@mistake(KEY, "the time shared out", "Only one size is trained in the end: each may use all of it.")
def _(speeds, seconds, unique_tokens, law):
    return _planned()(speeds, seconds / len(speeds), unique_tokens, law)


@another_way(KEY, "the time shared out")
def _(speeds, seconds, unique_tokens, law):
    n, read = _planned()(speeds, seconds / len(speeds), unique_tokens, law)
    return n, read * len(speeds)


@mistake(KEY, "the loss returned", "The loss only decides; N and D are asked for.")
def _(speeds, seconds, unique_tokens, law):
    return min((_loss(n, _worth(unique_tokens, s * seconds), law), n) for n, s in speeds)


@mistake(KEY, "the first size", "Every pair of `speeds` has to be tried.")
def _(speeds, seconds, unique_tokens, law):
    n, speed = speeds[0]
    return n, speed * seconds


@mistake(
    KEY,
    "the speed returned",
    "The second number is how many tokens it reads in all, not in a second.",
)
def _(speeds, seconds, unique_tokens, law):
    return min(
        speeds,
        key=lambda pair: (_loss(pair[0], _worth(unique_tokens, pair[1] * seconds), law), pair[0]),
    )


@another_way(KEY, "the larger among equals")
def _(speeds, seconds, unique_tokens, law):
    tried = [(_loss(n, _worth(unique_tokens, s * seconds), law), n, s * seconds) for n, s in speeds]
    return min(tried, key=lambda one: one[0])[1:]


@another_way("scaling.plan_run", "the loss returned")
def _(speeds, seconds, unique_tokens, law):
    a, alpha, b, beta = law
    best = min(
        speeds,
        key=lambda s: (
            a / s[0] ** alpha + b / scaling.effective_tokens(unique_tokens, s[1] * seconds) ** beta,
            s[0],
        ),
    )
    return best[0], a / best[0] ** alpha + b / scaling.effective_tokens(
        unique_tokens, best[1] * seconds
    ) ** beta


@mistake(
    "scaling.plan_run",
    "20 tokens a parameter",
    "The law decides here: the lowest loss of those that can be had.",
)
def _(speeds, seconds, unique_tokens, law):
    best = min(speeds, key=lambda s: abs(s[1] * seconds / s[0] - 20))
    return best[0], best[1] * seconds


@mistake(
    "scaling.plan_run",
    "the largest that comes to the end of the text",
    "Repeats are worth something, and small models may gain more: the lowest loss decides.",
)
def _(speeds, seconds, unique_tokens, law):
    a, alpha, b, beta = law
    ok = [s for s in speeds if s[1] * seconds >= unique_tokens] or speeds
    best = max(ok)
    return best[0], best[1] * seconds


@mistake(
    "scaling.plan_run",
    "the tokens of the last size",
    "D belongs to the size that is chosen: keep both together.",
)
def _(speeds, seconds, unique_tokens, law):
    a, alpha, b, beta = law
    low = float("inf")
    for n, speed in speeds:
        d = speed * seconds
        loss = a / n**alpha + b / scaling.effective_tokens(unique_tokens, d) ** beta
        if loss < low:
            low, best = loss, n
    return best, d


@mistake(
    "scaling.plan_run",
    "multiplied by the powers",
    "The law divides: larger models and more text have a lower loss.",
)
def _(speeds, seconds, unique_tokens, law):
    a, alpha, b, beta = law
    best = min(
        speeds,
        key=lambda s: (
            a * s[0] ** alpha + b * scaling.effective_tokens(unique_tokens, s[1] * seconds) ** beta,
            s[0],
        ),
    )
    return best[0], best[1] * seconds
