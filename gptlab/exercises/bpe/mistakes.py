"""Wrong bodies of gptlab/bpe.py: counting, merging and training (see also mistakes_encode.py)."""

import re
from collections import Counter
from itertools import pairwise

import regex

from gptlab import bpe
from gptlab.exercises.mistake import another_way, mistake


def default_pattern():
    """The pattern that the room names when none is given."""
    return bpe.GPT2_PATTERN


# ---- pair_counts


def _counts(name, hint):
    return mistake("bpe.pair_counts", name, hint)


_counts(
    "pairs that do not overlap",
    "Each token is the second of one pair and the first of the next one.",
)(lambda ids: dict(Counter(zip(ids[::2], ids[1::2], strict=False))))
_counts("the last token is followed by the first", "A list of T tokens has T − 1 pairs.")(
    lambda ids: dict(Counter(zip(ids, ids[1:] + ids[:1], strict=True)))
)
_counts("the order within a pair lost", "(1, 2) and (2, 1) are two pairs.")(
    lambda ids: dict(Counter(tuple(sorted(pair)) for pair in pairwise(ids)))
)
_counts("each pair counted once", "Add 1 each time that a pair comes.")(
    lambda ids: dict.fromkeys(pairwise(ids), 1)
)
_counts("the first time counts 0", "A pair that is there has a count of at least 1.")(
    lambda ids: {pair: n - 1 for pair, n in Counter(pairwise(ids)).items()}
)
_counts("the last pair left out", "A list of T tokens has T − 1 pairs: count them for T = 2.")(
    lambda ids: dict(Counter(pairwise(ids[:-1])))
)
_counts("only pairs that occur twice", "A pair that occurs once counts too.")(
    lambda ids: {pair: n for pair, n in Counter(pairwise(ids)).items() if n > 1}
)
_counts("pairs turned around", "The pair begins with the token that comes first.")(
    lambda ids: dict(Counter((b, a) for a, b in pairwise(ids)))
)
_counts("both directions counted", "(1, 2) occurs there, (2, 1) does not: count each place once.")(
    lambda ids: dict(Counter([*pairwise(ids), *((b, a) for a, b in pairwise(ids))]))
)
_counts("all pairs, not only neighbours", "Only the very next token makes a pair with a token.")(
    lambda ids: dict(Counter((a, b) for i, a in enumerate(ids) for b in ids[i + 1 :]))
)


@_counts("equal neighbours skipped", "Pairs overlap, equal ones too: 7, 7, 7 holds (7, 7) twice.")
def _(ids):
    counts, t = Counter(), 0
    while t < len(ids) - 1:
        counts[ids[t], ids[t + 1]] += 1
        t += 2 if ids[t] == ids[t + 1] else 1
    return dict(counts)


@_counts("a pair past the end", "T tokens make T − 1 pairs: the last token begins none.")
def _(ids):
    return dict(Counter((ids[t], ids[t + 1]) for t in range(len(ids))))


@_counts(
    "a key that is not there yet",
    "A pair that comes for the first time has no count: get(pair, 0).",
)
def _(ids):
    counts = {}
    for pair in pairwise(ids):
        counts[pair] += 1
    return counts


@_counts("lists for keys", "A list cannot be a key of a dict; a tuple can: (ids[t], ids[t + 1]).")
def _(ids):
    counts = {}
    for t in range(len(ids) - 1):
        counts[ids[t : t + 2]] = counts.get(ids[t : t + 2], 0) + 1
    return counts


# ---- merge_pair


def _merges(name, hint):
    return mistake("bpe.merge_pair", name, hint)


def merged(ids, pair, new_id):
    """The right way, for the others to go wrong from."""
    out, t = [], 0
    while t < len(ids):
        whole = tuple(ids[t : t + 2]) == tuple(pair)
        out.append(new_id if whole else ids[t])
        t += 2 if whole else 1
    return out


@_merges("a token used twice", "After a pair has been written, go on after both of its tokens.")
def _(ids, pair, new_id):
    out = []
    for t, token in enumerate(ids):
        if tuple(ids[t : t + 2]) == tuple(pair):
            out.append(new_id)
        elif t == 0 or tuple(ids[t - 1 : t + 1]) != tuple(pair):
            out.append(token)
    return out


@_merges(
    "a for loop that cannot skip",
    "A for loop goes one step each time, and this one ends before the last token: while t < len(ids).",
)
def _(ids, pair, new_id):
    return [new_id if (ids[t], ids[t + 1]) == tuple(pair) else ids[t] for t in range(len(ids) - 1)]


@_merges("the second token stays", "Both tokens of the pair go away.")
def _(ids, pair, new_id):
    return [
        new_id if tuple(ids[t : t + 2]) == tuple(pair) else token for t, token in enumerate(ids)
    ]


@_merges("only the first one merged", "Write new_id wherever the pair occurs.")
def _(ids, pair, new_id):
    for t in range(len(ids) - 1):
        if tuple(ids[t : t + 2]) == tuple(pair):
            return [*ids[:t], new_id, *ids[t + 2 :]]
    return list(ids)


@_merges("from right to left", "Where pairs overlap, the left one wins.")
def _(ids, pair, new_id):
    return merged(list(ids)[::-1], tuple(pair)[::-1], new_id)[::-1]


@_merges("the last token lost", "A last token that starts no pair is copied too.")
def _(ids, pair, new_id):
    out = merged(ids, pair, new_id)
    return out if len(ids) < 2 or tuple(ids[-2:]) == tuple(pair) and out[-1] == new_id else out[:-1]


@_merges("either order merged", "(1, 2) is not (2, 1).")
def _(ids, pair, new_id):
    out, t = [], 0
    while t < len(ids):
        whole = sorted(ids[t : t + 2]) == sorted(pair)
        out.append(new_id if whole else ids[t])
        t += 2 if whole else 1
    return out


@_merges(
    "the given list changed",
    "Whoever called you still needs the list as it was: build another one.",
)
def _(ids, pair, new_id):
    ids[:] = merged(ids, pair, new_id)
    return ids


@_merges("nothing but the merged ones", "All other tokens are copied.")
def _(ids, pair, new_id):
    return [token for token in merged(ids, pair, new_id) if token == new_id]


@_merges(
    "a list compared with a tuple",
    "ids[t:t + 2] is a list and the pair a tuple: Python never finds them equal. Compare tuple(…), or both tokens.",
)
def _(ids, pair, new_id):
    return list(ids)


@_merges(
    "a pair past the end",
    "The last token has no neighbour: look at t + 1 only where t + 1 < len(ids).",
)
def _(ids, pair, new_id):
    out, t = [], 0
    while t < len(ids):
        whole = ids[t] == pair[0] and ids[t + 1] == pair[1]
        out.append(new_id if whole else ids[t])
        t += 2 if whole else 1
    return out


@another_way("bpe.merge_pair", "a pair past the end")
def _(ids, pair, new_id):
    out, t = [], 0
    while t < len(ids):
        whole = (ids[t], ids[t + 1]) == tuple(pair)
        out.append(new_id if whole else ids[t])
        t += 2 if whole else 1
    return out


@_merges("ids replaced as a text", "As a text, 11 2 holds 1 2: compare whole numbers.")
def _(ids, pair, new_id):
    text = " ".join(map(str, ids)).replace(f"{pair[0]} {pair[1]}", str(new_id))
    return [int(word) for word in text.split()]


@_merges("a tuple for a list", "A list goes in and a list comes out.")
def _(ids, pair, new_id):
    return tuple(merged(ids, pair, new_id))


@_merges(
    "the given list handed back",
    "Where the pair does not occur the result is a new list too: list(ids).",
)
def _(ids, pair, new_id):
    return merged(ids, pair, new_id) if tuple(pair) in pairwise(ids) else ids


# ---- train_bpe


def _training(name, hint):
    return mistake("bpe.train_bpe", name, hint)


def _with(
    best=lambda total: min(total, key=lambda pair: (-total[pair], pair)),
    least=2,
    spare=0,
    first=256,
    cut=True,
    units=lambda piece: list(piece.encode()),
    count=lambda ids: Counter(pairwise(ids)),
    distinct=False,
    find=regex.findall,
    add=lambda counts: sum(counts, Counter()),
    join=merged,
    stop=True,
):
    """A training with one thing changed."""

    def body(text, vocab_size, pattern=None):
        found = find(pattern or default_pattern(), text) if cut else [text]
        pieces = [units(piece) for piece in (dict.fromkeys(found) if distinct else found)]
        merges = []
        while len(merges) < vocab_size - 256 + spare:
            total = add([count(piece) for piece in pieces])
            pair = best(total) if total or not stop else None
            if stop and (pair is None or total[pair] < least):
                break
            pieces = [join(piece, pair, first + len(merges)) for piece in pieces]
            merges.append(pair)
        return merges

    return body


_training("a tie goes to the largest pair", "Where counts tie, the smallest (a, b) wins.")(
    _with(best=lambda total: max(total, key=lambda pair: (total[pair], pair)))
)
_training("a tie goes to the pair seen first", "Where counts tie, the smallest (a, b) wins.")(
    _with(best=lambda total: max(total, key=total.get))
)
_training("pairs across the cuts", "The pieces that the pattern cuts never meet.")(_with(cut=False))
_training(
    "each distinct piece counted once",
    "A word that comes three times brings its pairs three times.",
)(_with(distinct=True))
_training("merged down to pairs that occur once", "It ends when no pair occurs twice.")(
    _with(least=1)
)
_training("it ends too early", "A pair that occurs twice is merged.")(_with(least=3))
_training("256 merges too many", "The 256 bytes are in the vocabulary already.")(_with(spare=256))
_training("one merge too few", "Ids run up to vocab_size − 1.")(_with(spare=-1))
_training("one merge too many", "Ids run up to vocab_size − 1.")(_with(spare=1))
_training("new ids from 257 on", "The bytes end at 255.")(_with(first=257))
_training("characters for bytes", "Encode the pieces as UTF-8 first: 山 is three bytes.")(
    _with(units=lambda piece: [ord(char) for char in piece])
)
_training(
    "pairs that do not overlap", "Pairs are counted as in pair_counts, overlapping ones too."
)(_with(count=lambda ids: Counter(zip(ids[::2], ids[1::2], strict=False))))


@_training("counted once, at the start", "Every merge makes new pairs: count again.")
def _(text, vocab_size, pattern=None):
    pieces = regex.findall(pattern or default_pattern(), text)
    total = sum((Counter(pairwise(piece.encode())) for piece in pieces), Counter())
    ordered = sorted(total, key=lambda pair: (-total[pair], pair))
    return [pair for pair in ordered if total[pair] > 1][: vocab_size - 256]


def _last_counts(counts):
    """What dict.update leaves: a pair's count in the last piece that holds it."""
    total = {}
    for each in counts:
        total.update(each)
    return total


def _rarest(total):
    often = {pair: n for pair, n in total.items() if n > 1}
    return min(often or total, key=lambda pair: (total[pair], pair))


_training(
    "no end when no pair occurs twice",
    "It ends at vocab_size tokens, or earlier: when no pair is left, or none occurs twice.",
)(_with(stop=False))
another_way("bpe.train_bpe", "no end when no pair occurs twice")(
    _with(stop=False, best=lambda total: max(total, key=total.get))
)
another_way("bpe.train_bpe", "no end when no pair occurs twice")(
    _with(stop=False, best=lambda total: max(total.items(), key=lambda item: item[1])[0])
)
_training(
    "the merged pieces thrown away",
    "`for p in pieces: p = merge_pair(…)` gives p a new list and leaves pieces alone: pieces = [merge_pair(…) …].",
)(_with(join=lambda ids, pair, new_id: ids))
_training("the rarest pair", "The most frequent pair is merged first.")(_with(best=_rarest))
_training("re for regex", "Python's own re does not know \\p{L}: regex.findall.")(
    _with(find=re.findall)
)
_training(
    "counts of the last piece only",
    "dict.update overwrites what earlier pieces have brought: add up, or use a Counter.",
)(_with(add=_last_counts))


@_training("a dict for a list", "The result is the list of pairs, in their order.")
def _(text, vocab_size, pattern=None):
    return {pair: 256 + i for i, pair in enumerate(_with()(text, vocab_size, pattern))}


@_training("the halves of a merge swapped", "(a, b): a comes before b.")
def _(text, vocab_size, pattern=None):
    return [pair[::-1] for pair in _with()(text, vocab_size, pattern)]
