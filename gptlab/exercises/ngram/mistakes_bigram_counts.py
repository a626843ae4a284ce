"""Wrong bodies of `bigram_counts`."""

import torch

from gptlab.exercises.mistake import mistake


def _count(first, second, vocab_size):
    counts = torch.zeros(vocab_size, vocab_size, dtype=torch.long)
    return counts.index_put((first, second), torch.tensor(1), accumulate=True)


@mistake(
    "ngram.bigram_counts",
    "rows and columns swapped",
    "Ask which of the two tokens of a pair names the row.",
)
def _(ids, vocab_size):
    return _count(ids[1:], ids[:-1], vocab_size)


@mistake(
    "ngram.bigram_counts",
    "pairs that do not overlap",
    "Each token is the second of one pair and the first of the next one.",
)
def _(ids, vocab_size):
    second = ids[1::2]
    return _count(ids[::2][: len(second)], second, vocab_size)


@mistake(
    "ngram.bigram_counts",
    "a pair that comes again is not counted again",
    "`counts[a, b] += 1` with tensors of indices adds 1 to a place once, however often it is named.",
)
def _(ids, vocab_size):
    return (_count(ids[:-1], ids[1:], vocab_size) > 0).long()


@mistake(
    "ngram.bigram_counts",
    "the last token is followed by the first",
    "A text of T tokens has T − 1 pairs: nothing stands behind the last, nor before the first (ids[−1] is the last).",
)
def _(ids, vocab_size):
    return _count(ids, ids.roll(-1), vocab_size)


@mistake(
    "ngram.bigram_counts",
    "single tokens counted",
    "Two neighbours together make one count, so the table needs both.",
)
def _(ids, vocab_size):
    return torch.diag(torch.bincount(ids, minlength=vocab_size))


@mistake(
    "ngram.bigram_counts",
    "counts that are not whole numbers",
    "torch.zeros makes floats unless you name a dtype.",
)
def _(ids, vocab_size):
    return _count(ids[:-1], ids[1:], vocab_size).float()


@mistake(
    "ngram.bigram_counts",
    "a pair behind the end",
    "T tokens make T − 1 pairs: the last token begins none.",
)
def _(ids, vocab_size):
    counts = torch.zeros(vocab_size, vocab_size, dtype=torch.long)
    for t in range(len(ids)):
        counts[ids[t], ids[t + 1]] += 1
    return counts


@mistake(
    "ngram.bigram_counts",
    "the last pair left out",
    "T tokens make T − 1 pairs, the last two among them.",
)
def _(ids, vocab_size):
    return _count(ids[:-2], ids[1:-1], vocab_size)


@mistake(
    "ngram.bigram_counts",
    "one row for all rows",
    "[[0] * V] * V is one list V times over: make each row by itself, or use torch.zeros.",
)
def _(ids, vocab_size):
    return torch.bincount(ids[1:], minlength=vocab_size).repeat(vocab_size, 1)


@mistake(
    "ngram.bigram_counts",
    "both directions counted",
    "Only the order in which the two tokens stand counts: out[a, b], not out[b, a] as well.",
)
def _(ids, vocab_size):
    counts = _count(ids[:-1], ids[1:], vocab_size)
    return counts + counts.T


@mistake(
    "ngram.bigram_counts",
    "all pairs, not only neighbours",
    "Each token is held against the very next one, not against all later ones.",
)
def _(ids, vocab_size):
    first, second = torch.triu_indices(len(ids), len(ids), offset=1)
    return _count(ids[first], ids[second], vocab_size)


@mistake(
    "ngram.bigram_counts",
    "one too many everywhere",
    "A pair that never came has a count of 0: begin with zeros.",
)
def _(ids, vocab_size):
    return _count(ids[:-1], ids[1:], vocab_size) + 1


@mistake("ngram.bigram_counts", "a list for a tensor", "Give the list to torch.tensor.")
def _(ids, vocab_size):
    return _count(ids[:-1], ids[1:], vocab_size).tolist()


@mistake(
    "ngram.bigram_counts",
    "bincount without minlength",
    "Where the last pairs do not occur, torch.bincount stops early: tell it how many numbers there are.",
)
def _(ids, vocab_size):
    return torch.bincount(ids[:-1] * vocab_size + ids[1:]).reshape(vocab_size, vocab_size)


@mistake(
    "ngram.bigram_counts",
    "a dictionary for a table",
    "A dictionary knows only the pairs that came: fill a table of vocab_size rows and columns.",
)
def _(ids, vocab_size):
    counts = {}
    for pair in zip(ids.tolist(), ids[1:].tolist(), strict=False):
        counts[pair] = counts.get(pair, 0) + 1
    return counts


@mistake(
    "ngram.bigram_counts",
    "returned inside the loop",
    "`return` ends the function at the first pair: move it back to where the `for` begins.",
)
def _(ids, vocab_size):
    return _count(ids[:1], ids[1:2], vocab_size)
