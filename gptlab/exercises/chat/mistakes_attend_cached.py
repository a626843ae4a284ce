"""Wrong bodies of `chat.attend_cached`."""

import math

import torch

from gptlab import attention
from gptlab.exercises.mistake import another_way, mistake


def _attend(name, hint):
    return mistake("chat.attend_cached", name, hint)


def _mask(q, k, offset=0, first=None):
    T, S = q.shape[2], k.shape[2]
    start = S - T if first is None else first
    return torch.ones(T, S).tril(start + offset).bool()


def _look(q, k, v, mask, shrink=math.sqrt, empty=None):
    scores = q @ k.transpose(-2, -1) / shrink(q.shape[-1])
    mixed = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(-1) @ v
    return mixed if empty is None else mixed.masked_fill(~mask.any(-1)[..., None], empty)


def _kept(mask, keep):
    return mask if keep is None else mask & keep[:, None, None, :]


def _cached(mask_of=_mask, keep_of=lambda keep: keep, **changed):
    def body(q, cache, keep=None):
        k, v = cache
        return _look(q, k, v, _kept(mask_of(q, k), keep_of(keep)), **changed)

    return body


def _wrong_mask(name, hint, mask_of):
    """A query to which mask and keep leave nothing gives the mean of all, 0 or nan: one name for all three."""
    _attend(name, hint)(_cached(mask_of))
    for empty in (0.0, math.nan):
        another_way("chat.attend_cached", name)(_cached(mask_of, empty=empty))


_wrong_mask(
    "the triangle at the wrong corner",
    "The new tokens are the last ones in time: query 0 stands at time S − T.",
    lambda q, k: _mask(q, k, first=0),
)
_wrong_mask(
    "not itself",
    "A token may look at itself: its key is in the cache already.",
    lambda q, k: _mask(q, k, offset=-1),
)
_wrong_mask(
    "the triangle upside down",
    "A query sees what came before it, and itself: the ones stand below the diagonal, not above it.",
    lambda q, k: torch.ones(q.shape[2], k.shape[2]).triu(k.shape[2] - q.shape[2]).bool(),
)
_attend(
    "no causal mask", "New tokens come several at a time too, and must not see each other's future."
)(_cached(lambda q, k: torch.ones(q.shape[2], k.shape[2]).bool()))
_attend("one token of the future", "Query i may look up to its own time, S − T + i.")(
    _cached(lambda q, k: _mask(q, k, offset=1))
)
_attend("keep left out", "The argument `keep` changes nothing in your result.")(
    _cached(keep_of=lambda keep: None)
)
_attend("keep turned around", "True means may look.")(
    _cached(keep_of=lambda keep: None if keep is None else ~keep)
)
_attend("scores not divided by √D", "Here too the scores shrink by √D.")(
    _cached(shrink=lambda width: 1.0)
)
_attend("scores divided by D", "The scores shrink by the square root of D, not by D itself.")(
    _cached(shrink=float)
)
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


@mistake(
    "chat.attend_cached",
    "keep laid along the queries",
    "keep says which keys may be looked at: its axis is S, the last.",
)
def _(q, cache, keep=None):
    k, v = cache
    T, S = q.shape[2], k.shape[2]
    mask = torch.ones(T, S, dtype=torch.bool).tril(S - T)
    if keep is not None:
        mask = mask & keep[:, None, -T:, None]
    return attention.scaled_dot_product_attention(q, k, v, mask)


@mistake(
    "chat.attend_cached",
    "the last query for all",
    "Each of the T new tokens has a query of its own.",
)
def _(q, cache, keep=None):
    k, v = cache
    mask = None if keep is None else keep[:, None, None, :]
    last = attention.scaled_dot_product_attention(q[:, :, -1:], k, v, mask)
    return last.expand(-1, -1, q.shape[2], -1)


@mistake(
    "chat.attend_cached",
    "the first text's keep for all",
    "Each text of the batch has a row of its own in keep.",
)
def _(q, cache, keep=None):
    k, v = cache
    T, S = q.shape[2], k.shape[2]
    mask = torch.ones(T, S, dtype=torch.bool).tril(S - T)
    if keep is not None:
        mask = mask & keep[0]
    return attention.scaled_dot_product_attention(q, k, v, mask)


@mistake(
    "chat.attend_cached", "divided by √S", "The scores are divided by √D, the width of a query."
)
def _(q, cache, keep=None):
    k, v = cache
    T, S = q.shape[2], k.shape[2]
    s = q @ k.mT / S**0.5
    m = torch.ones(T, S).tril(S - T).bool()
    if keep is not None:
        m = m & keep[:, None, None]
    return s.masked_fill(~m, float("-inf")).softmax(-1) @ v


@mistake(
    "chat.attend_cached",
    "only the new keys",
    "The older keys are in the cache so that the new tokens may look at them.",
)
def _(q, cache, keep=None):
    k, v = cache
    T = q.shape[2]
    k, v = k[:, :, -T:], v[:, :, -T:]
    m = torch.ones(T, T).tril().bool()
    if keep is not None:
        m = m & keep[:, None, None, -T:]
    s = (q @ k.mT / q.shape[-1] ** 0.5).masked_fill(~m, float("-inf"))
    return s.softmax(-1) @ v
