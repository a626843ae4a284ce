"""Wrong bodies of `chat.append_kv` and `chat.elo_update`."""

import math

import torch

from gptlab.exercises.mistake import another_way, mistake

# ---- append_kv


def _append(name, hint):
    return mistake("chat.append_kv", name, hint)


def _joined(dim=2, order=1, swap=False):
    def body(cache, k, v):
        if cache is None:
            return k, v
        pairs = [(cache[0], k), (cache[1], v)]
        keys, values = (torch.cat(pair[::order], dim=dim) for pair in pairs)
        return (values, keys) if swap else (keys, values)

    return body


_append("new ones in front", "The new tokens stand last in time.")(_joined(order=-1))
_append("joined along the heads", "Time is axis 2.")(_joined(dim=1))
_append("joined along the width", "Time is axis 2, the last but one.")(_joined(dim=-1))
_append("joined along the batch", "Time is axis 2.")(_joined(dim=0))
_append("values and keys swapped", "First all keys, then all values.")(_joined(swap=True))
_append("only the new ones", "What the cache holds stays.")(lambda cache, k, v: (k, v))
_append("only the old ones", "The new keys and values have to get into the cache.")(
    lambda cache, k, v: (k, v) if cache is None else (cache[0], cache[1])
)
_append(
    "no cache yet is not thought of", "At first there is no cache: None holds nothing to join."
)(lambda cache, k, v: (torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2)))
_append("keys among the values", "Keys go to keys, values to values.")(
    lambda cache, k, v: (
        (k, v)
        if cache is None
        else (torch.cat([cache[0], v], dim=2), torch.cat([cache[1], k], dim=2))
    )
)


_append(
    "stacked, not joined", "torch.stack makes an axis of its own: time is there already, torch.cat."
)(
    lambda cache, k, v: (
        (k, v)
        if cache is None
        else (torch.stack([cache[0], k], dim=2), torch.stack([cache[1], v], dim=2))
    )
)
_append(
    "the cache added to the new ones", "The new ones stand behind the old ones: + adds numbers."
)(lambda cache, k, v: (k, v) if cache is None else (cache[0] + k, cache[1] + v))


@_append(
    "the cache asked whether it is true",
    "What comes back is the next call's cache: `not cache` works on a pair, not on one tensor of many numbers. "
    "Ask `cache is None`.",
)
def _(cache, k, v):
    if not cache:
        return [k, v]
    return torch.stack([torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2)])


_append("keys only", "A pair comes back: all keys, then all values.")(
    lambda cache, k, v: _joined()(cache, k, v)[0]
)


# ---- elo_update


def _elo(name, hint):
    return mistake("chat.elo_update", name, hint)


def _rated(
    expected=lambda a, b: 1 / (1 + 10 ** ((b - a) / 400)),
    change=lambda k, o, e: k * (o - e),
    pair=lambda a, b, d: (a + d, b - d),
):
    return lambda a, b, outcome, k=32: pair(a, b, change(k, outcome, expected(a, b)))


_elo("the weaker one expected to win", "Look at the sign of b − a.")(
    _rated(expected=lambda a, b: 1 / (1 + 10 ** ((a - b) / 400)))
)
_elo("e for 10", "400 points make the odds ten to one.")(
    _rated(expected=lambda a, b: 1 / (1 + math.exp((b - a) / 400)))
)
_elo("400 left out", "400 points make the odds ten to one.")(
    _rated(expected=lambda a, b: 0.0 if b - a > 300 else 1 / (1 + 10.0 ** (b - a)))
)
_elo("k left out", "The argument `k` changes nothing in your result.")(
    _rated(change=lambda k, o, e: 32 * (o - e))
)
_elo("what was expected left out", "A win against a weaker one is worth less.")(
    _rated(change=lambda k, o, e: k * o)
)
_elo("everyone expected to draw", "A win against a weaker one is worth less.")(
    _rated(change=lambda k, o, e: k * (o - 0.5))
)
_elo("both move alike", "What one wins, the other loses.")(
    _rated(pair=lambda a, b, d: (a + d, b + d))
)
_elo("only a moves", "What one wins, the other loses.")(_rated(pair=lambda a, b, d: (a + d, b)))
_elo("the changes only", "The new ratings are asked for.")(_rated(pair=lambda a, b, d: (d, -d)))
_elo("surprise turned around", "Who wins more than expected rises.")(
    _rated(change=lambda k, o, e: k * (e - o))
)
_elo("b and a swapped", "First the new rating of a.")(_rated(pair=lambda a, b, d: (b - d, a + d)))


def _expected(a, b):
    return 1 / (1 + 10 ** ((b - a) / 400))


@_elo(
    "the second against the first's new rating", "Both move by one change, made of the old ratings."
)
def _(a, b, outcome, k=32):
    a = a + k * (outcome - _expected(a, b))
    return a, b + k * ((1 - outcome) - _expected(b, a))


_elo("the same outcome for both", "Where a won, b lost: b's outcome is 1 − outcome.")(
    lambda a, b, outcome, k=32: (
        a + k * (outcome - _expected(a, b)),
        b + k * (outcome - _expected(b, a)),
    )
)
_elo("shares of the ratings", "What is expected comes of the difference, as odds: 10^(… / 400).")(
    _rated(expected=lambda a, b: a / (a + b))
)
_elo("no brackets around the exponent", "Python reads 10 ** d / 400 as (10 ** d) / 400.")(
    _rated(expected=lambda a, b: 1 / (1 + 10 ** (b - a) / 400))
)
_elo("the 1 + left out", "The probability is 1 / (1 + odds).")(
    _rated(expected=lambda a, b: 1 / 10 ** ((b - a) / 400))
)
_elo("half of k", "One game moves at most k points.")(
    _rated(change=lambda k, o, e: k / 2 * (o - e))
)
_elo("rounded", "Ratings are floats: nothing is rounded.")(
    _rated(pair=lambda a, b, d: (float(round(a + d)), float(round(b - d))))
)
_elo("the outcome turned around", "1 means that a won.")(
    _rated(change=lambda k, o, e: k * (1 - o - e))
)


_elo("0 taken for no k", "`k or 32` puts the default in place of 0: k is always given.")(
    lambda a, b, outcome, k=32: _rated()(a, b, outcome, k or 32)
)
_elo(
    "a draw changes nothing",
    "A draw is a surprise too where one was expected to win: the weaker one gains.",
)(
    lambda a, b, outcome, k=32: (
        (a, b) if outcome == 0.5 else _rated()(a, b, outcome, k)  # a draw is exactly ½
    )
)


@another_way("chat.append_kv", "values and keys swapped")
def _(cache, k, v):
    if cache is None:
        return v, k
    return torch.cat([cache[1], v], dim=2), torch.cat([cache[0], k], dim=2)


@mistake(
    "chat.append_kv", "the keys twice", "Values go with values: the second result is made of v."
)
def _(cache, k, v):
    if cache is None:
        return k, v
    k = torch.cat([cache[0], k], dim=2)
    return k, k


@mistake("chat.append_kv", "only the keys joined", "The values grow as the keys do.")
def _(cache, k, v):
    if cache is None:
        return k, v
    return torch.cat([cache[0], k], dim=2), v


@mistake(
    "chat.append_kv",
    "only the newest token appended",
    "All T new tokens belong into the cache, not only the last.",
)
def _(cache, k, v):
    if cache is None:
        return k, v
    return torch.cat([cache[0], k[:, :, -1:]], dim=2), torch.cat([cache[1], v[:, :, -1:]], dim=2)


@another_way("chat.elo_update", "400 left out")
def _(rating_a, rating_b, outcome, k=32):
    expected = 1 / (1 + 10 ** (rating_b - rating_a))
    d = k * (outcome - expected)
    return rating_a + d, rating_b - d


@mistake(
    "chat.elo_update",
    "a draw taken for a defeat",
    "The outcome is a number: 0.5 for a draw goes into the formula as it is.",
)
def _(rating_a, rating_b, outcome, k=32):
    expected = 1 / (1 + 10 ** ((rating_b - rating_a) / 400))
    d = k * ((1 if outcome == 1 else 0) - expected)
    return rating_a + d, rating_b - d


@mistake(
    "chat.elo_update",
    "b's expected score taken from a",
    "The expected score of b is 1 minus that of a.",
)
def _(rating_a, rating_b, outcome, k=32):
    e = 1 / (1 + 10 ** ((rating_b - rating_a) / 400))
    return rating_a + k * (outcome - e), rating_b + k * ((1 - outcome) - e)


@mistake("chat.elo_update", "only the winner moves", "What one wins, the other loses.")
def _(rating_a, rating_b, outcome, k=32):
    e = 1 / (1 + 10 ** ((rating_b - rating_a) / 400))
    return rating_a + k * outcome * (1 - e), rating_b + k * (1 - outcome) * e


@mistake(
    "chat.append_kv",
    "a list of pieces",
    "One tensor for all keys and one for all values: join along time.",
)
def _(cache, k, v):
    if cache is None:
        return [k], [v]
    cache[0].append(k)
    cache[1].append(v)
    return cache


@mistake(
    "chat.append_kv",
    "only one token of the first call",
    "The prompt comes with many tokens at once: keep all of them.",
)
def _(cache, k, v):
    if cache is None:
        return k[:, :, :1], v[:, :, :1]
    return torch.cat([cache[0], k], 2), torch.cat([cache[1], v], 2)
