"""Wrong bodies of `bpe.train_bpe`."""

from collections import Counter

import regex

from gptlab import bpe
from gptlab.exercises.mistake import another_way, mistake


@mistake(
    "bpe.train_bpe", "each pair once a piece", "A pair that occurs twice in one piece counts twice."
)
def _(text, vocab_size, pattern=bpe.GPT2_PATTERN):
    pieces = [list(p.encode()) for p in regex.findall(pattern, text)]
    merges = []
    while 256 + len(merges) < vocab_size:
        c = Counter()
        for p in pieces:
            c.update(set(bpe.pair_counts(p)))
        if not c or max(c.values()) < 2:
            break
        best = min(c, key=lambda p: (-c[p], p))
        pieces = [bpe.merge_pair(p, best, 256 + len(merges)) for p in pieces]
        merges.append(best)
    return merges


@mistake("bpe.train_bpe", "another pattern", "The pattern that was given cuts the text.")
def _(text, vocab_size, pattern=bpe.GPT2_PATTERN):
    pieces = [list(p.encode()) for p in regex.findall(bpe.GPT2_PATTERN, text)]
    merges = []
    while 256 + len(merges) < vocab_size:
        c = Counter()
        for p in pieces:
            c.update(bpe.pair_counts(p))
        if not c or max(c.values()) < 2:
            break
        best = min(c, key=lambda p: (-c[p], p))
        pieces = [bpe.merge_pair(p, best, 256 + len(merges)) for p in pieces]
        merges.append(best)
    return merges


@mistake(
    "bpe.train_bpe",
    "cut at the spaces",
    "regex.findall(pattern, text) cuts: the space belongs to a piece.",
)
def _(text, vocab_size, pattern=bpe.GPT2_PATTERN):
    pieces = [list(p.encode()) for p in text.split(" ")]
    merges = []
    while 256 + len(merges) < vocab_size:
        c = Counter()
        for p in pieces:
            c.update(bpe.pair_counts(p))
        if not c or max(c.values()) < 2:
            break
        best = min(c, key=lambda p: (-c[p], p))
        pieces = [bpe.merge_pair(p, best, 256 + len(merges)) for p in pieces]
        merges.append(best)
    return merges


@another_way("bpe.train_bpe", "counts of the last piece only")
def _(text, vocab_size, pattern=bpe.GPT2_PATTERN):
    pieces = [list(p.encode()) for p in regex.findall(pattern, text)]
    merges = []
    while 256 + len(merges) < vocab_size:
        c = {}
        for p in pieces:
            c = bpe.pair_counts(p)
        if not c or max(c.values()) < 2:
            break
        best = min(c, key=lambda p: (-c[p], p))
        pieces = [bpe.merge_pair(p, best, 256 + len(merges)) for p in pieces]
        merges.append(best)
    return merges
