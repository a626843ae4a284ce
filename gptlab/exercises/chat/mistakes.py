"""Wrong bodies of gptlab/chat.py."""

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
_append("keys only", "A pair comes back: all keys, then all values.")(
    lambda cache, k, v: _joined()(cache, k, v)[0]
)


# ---- attend_cached


def _attend(name, hint):
    return mistake("chat.attend_cached", name, hint)


def _mask(q, k, offset=0, first=None):
    T, S = q.shape[2], k.shape[2]
    start = S - T if first is None else first
    return torch.ones(T, S).tril(start + offset).bool()


def _look(q, k, v, mask, scale=True):
    scores = q @ k.transpose(-2, -1) / (math.sqrt(q.shape[-1]) if scale else 1.0)
    return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(-1) @ v


def _kept(mask, keep):
    return mask if keep is None else mask & keep[:, None, None, :]


def _cached(mask_of=_mask, keep_of=lambda keep: keep, **changed):
    def body(q, cache, keep=None):
        k, v = cache
        return _look(q, k, v, _kept(mask_of(q, k), keep_of(keep)), **changed)

    return body


_attend(
    "the triangle at the wrong corner",
    "The new tokens are the last ones in time: query 0 stands at time S − T.",
)(_cached(lambda q, k: _mask(q, k, first=0)))


@another_way("chat.attend_cached", "the triangle at the wrong corner")
def _(q, cache, keep=None):  # a query to which this and keep leave nothing gives 0
    k, v = cache
    mask = _kept(_mask(q, k, first=0), keep)
    return _look(q, k, v, mask).masked_fill(~mask.any(-1)[..., None], 0.0)


_attend(
    "no causal mask", "New tokens come several at a time too, and must not see each other's future."
)(_cached(lambda q, k: torch.ones(q.shape[2], k.shape[2]).bool()))
_attend("one token of the future", "Query i may look up to its own time, S − T + i.")(
    _cached(lambda q, k: _mask(q, k, offset=1))
)
_attend("not itself", "A token may look at itself: its key is in the cache already.")(
    _cached(lambda q, k: _mask(q, k, offset=-1))
)
_attend("keep left out", "The argument `keep` changes nothing in your result.")(
    _cached(keep_of=lambda keep: None)
)
_attend("keep turned around", "True means may look.")(
    _cached(keep_of=lambda keep: None if keep is None else ~keep)
)
_attend("scores not divided by √D", "Here too the scores shrink by √D.")(_cached(scale=False))
_attend("only the new tokens looked at", "The cache holds those before, too.")(
    lambda q, cache, keep=None: _cached()(
        q,
        tuple(x[:, :, -q.shape[2] :] for x in cache),
        None if keep is None else keep[:, -q.shape[2] :],
    )
)
_attend("keys for values", "The cache is the pair (k, v): the weights mix v.")(
    lambda q, cache, keep=None: _cached()(q, (cache[0], cache[0]), keep)
)


_attend("a mask of T × T", "There are S keys: the mask is (T, S).")(
    _cached(lambda q, k: torch.ones(q.shape[2], q.shape[2]).tril().bool())
)
_attend("a mask of S × S", "There are T queries, the last T of S: the mask is (T, S).")(
    _cached(lambda q, k: torch.ones(k.shape[2], k.shape[2]).tril().bool())
)
_attend("values and keys swapped", "The cache is the pair (k, v): keys first.")(
    lambda q, cache, keep=None: _cached()(q, cache[::-1], keep)
)
_attend(
    "no causal mask where keep is given", "Both hold: up to itself, and only where keep is True."
)(
    lambda q, cache, keep=None: _cached(
        _mask if keep is None else lambda q, k: torch.ones(q.shape[2], k.shape[2]).bool()
    )(q, cache, keep)
)
_attend("keep without its axes", "keep is (B, S): it needs an axis for heads and one for queries.")(
    lambda q, cache, keep=None: _look(
        q, *cache, _mask(q, cache[0]) if keep is None else _mask(q, cache[0]) & keep
    )
)
_attend("keep or the causal mask", "Both must hold: &, not |.")(
    lambda q, cache, keep=None: _look(
        q,
        *cache,
        _mask(q, cache[0]) if keep is None else _mask(q, cache[0]) | keep[:, None, None, :],
    )
)
_attend("a keep of None indexed", "keep may be None, for no padding at all: ask first.")(
    lambda q, cache, keep=None: _look(q, *cache, _mask(q, cache[0]) & keep[:, None, None, :])
)


@_attend("a finite number for −inf", "A large score elsewhere can be lower still: use −inf.")
def _(q, cache, keep=None):
    k, v = cache
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    return scores.masked_fill(~_kept(_mask(q, k), keep), -1e4).softmax(-1) @ v


# ---- trim_history


def _trim(name, hint):
    return mistake("chat.trim_history", name, hint)


def _cost(message, count):
    try:
        return count(message["content"])
    except (TypeError, AttributeError, KeyError):
        return count(message)


def _fitted(
    system=True,
    charge=True,
    fits=lambda used, budget: used <= budget,
    gaps=False,
    question=True,
    last=True,
    charge_last=True,
    cost=_cost,
):
    """Trimming with one thing changed."""

    def body(messages, budget, count_tokens):
        first = 1 if system and len(messages) > 1 and messages[0]["role"] == "system" else 0
        kept, rest = (messages[-1:], messages[first:-1]) if last else ([], messages[first:])
        used = sum(cost(m, count_tokens) for m in messages[:first]) if charge else 0
        used += sum(cost(m, count_tokens) for m in kept) if charge_last else 0
        for message in reversed(rest):
            price = cost(message, count_tokens)
            if fits(used + price, budget):
                kept, used = [message, *kept], used + price
            elif not gaps:
                break
        others = any(m["role"] != "assistant" for m in kept)
        while question and kept and kept[0]["role"] == "assistant" and others:
            kept = kept[1:]
        return messages[:first] + kept

    return body


_trim("the system message lost", "A system message at the very start stays.")(_fitted(system=False))
_trim(
    "the system message costs nothing",
    "The budget is for everything kept, the system message included.",
)(_fitted(charge=False))
_trim(
    "the last message costs nothing",
    "The budget is for everything kept, the last message included.",
)(_fitted(charge_last=False))
_trim(
    "one token of the budget left", "Everything kept is at most `budget`: all of it may be used."
)(_fitted(fits=lambda used, budget: used < budget))
_trim(
    "a gap in the middle",
    "The first message that does not fit ends it, even if an older one would fit again.",
)(_fitted(gaps=True))
_trim("an answer without its question", "A history must not begin with an assistant message.")(
    _fitted(question=False)
)
_trim("the last message lost", "The last message stays, even over the budget.")(_fitted(last=False))
_trim("nothing dropped", "What does not fit the budget goes, the oldest first.")(
    lambda messages, budget, count: list(messages)
)
_trim("messages counted, not tokens", "Ask message_tokens what each message costs.")(
    _fitted(cost=lambda m, count: 1)
)
_trim("characters counted", "Ask message_tokens what each message costs.")(
    _fitted(cost=lambda m, count: len(m["content"]))
)


@_trim("the oldest kept", "Go back from the last message: what was said long ago goes first.")
def _(messages, budget, count_tokens):
    kept, used = [], 0
    for message in messages:
        used += _cost(message, count_tokens)
        if used > budget:
            break
        kept.append(message)
    return kept


@_trim("in reverse order", "The kept messages stand in the order of the conversation.")
def _(messages, budget, count_tokens):
    kept = _fitted()(messages, budget, count_tokens)
    first = kept[:1] if len(messages) > 1 and messages[0]["role"] == "system" else []
    return first + kept[len(first) :][::-1]


@_trim("the given list changed", "The conversation itself stays as it is: build a new list.")
def _(messages, budget, count_tokens):
    messages[:] = _fitted()(messages, budget, count_tokens)
    return messages


@_trim(
    "only one answer dropped from the start", "Drop assistant messages until another role begins."
)
def _(messages, budget, count_tokens):
    kept = _fitted(question=False)(messages, budget, count_tokens)
    first = 1 if len(kept) > 1 and kept[0]["role"] == "system" and kept[0] is messages[0] else 0
    others = any(m["role"] != "assistant" for m in kept[first:])
    if kept[first]["role"] == "assistant" and others:
        kept = kept[:first] + kept[first + 1 :]
    return kept


@_trim(
    "the message over the budget kept", "First count, then keep: the one that does not fit ends it."
)
def _(messages, budget, count_tokens):
    first = 1 if len(messages) > 1 and messages[0]["role"] == "system" else 0
    kept = messages[-1:]
    used = sum(_cost(m, count_tokens) for m in messages[:first] + kept)
    for message in reversed(messages[first:-1]):
        if used > budget:
            break
        kept = [message, *kept]
        used += _cost(message, count_tokens)
    while kept[0]["role"] == "assistant" and any(m["role"] != "assistant" for m in kept):
        kept = kept[1:]
    return messages[:first] + kept


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
