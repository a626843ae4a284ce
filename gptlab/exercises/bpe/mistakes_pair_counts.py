"""Wrong bodies of `bpe.pair_counts`."""

from collections import Counter

from gptlab.exercises.mistake import mistake


@mistake(
    "bpe.pair_counts", "single tokens counted", "A pair is two neighbours: (ids[t], ids[t + 1])."
)
def _(ids):
    return dict(Counter(ids))


@mistake(
    "bpe.pair_counts",
    "the second of two overlapping pairs left out",
    "In 7 7 7 the pair (7, 7) stands at two places: both count.",
)
def _(ids):
    out, last = {}, None
    for pair in zip(ids, ids[1:], strict=False):
        if pair == last:
            last = None
            continue
        out[pair] = out.get(pair, 0) + 1
        last = pair
    return out


@mistake("bpe.pair_counts", "nothing added", "Each place adds 1 to its pair.")
def _(ids):
    out = {}
    for p in zip(ids, ids[1:]):
        out[p] = out.get(p, 0)
    return out


@mistake(
    "bpe.pair_counts",
    "the pairs themselves",
    "How often each pair occurs is asked: a dict from pair to number.",
)
def _(ids):
    return list(zip(ids, ids[1:]))
