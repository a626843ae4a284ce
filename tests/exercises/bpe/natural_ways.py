"""Wrong bodies of gptlab/bpe.py as people write them, and what each is to be told."""

import re
from collections import Counter

import regex

from gptlab import bpe
from gptlab.bpe import GPT2_PATTERN, token_bytes
from tests.support.natural_ways import natural

# ---- pair_counts


@natural("bpe.pair_counts", "a pair past the end")
def to_the_last(ids):
    counts = {}
    for t in range(len(ids)):
        pair = (ids[t], ids[t + 1])
        counts[pair] = counts.get(pair, 0) + 1
    return counts


@natural("bpe.pair_counts", "equal neighbours skipped")
def skipping_equal_ones(ids):
    counts, t = {}, 0
    while t < len(ids) - 1:
        pair = (ids[t], ids[t + 1])
        counts[pair] = counts.get(pair, 0) + 1
        t += 2 if ids[t] == ids[t + 1] else 1
    return counts


@natural("bpe.pair_counts", "both directions counted")
def both_ways(ids):
    counts = Counter(zip(ids, ids[1:]))
    counts.update(zip(ids[1:], ids))
    return dict(counts)


@natural("bpe.pair_counts", "pairs that do not overlap")
def in_steps_of_two(ids):
    counts = {}
    for t in range(0, len(ids) - 1, 2):
        counts[ids[t], ids[t + 1]] = counts.get((ids[t], ids[t + 1]), 0) + 1
    return counts


@natural("bpe.pair_counts", "a key that is not there yet")
def plus_one_at_once(ids):
    counts = {}
    for pair in zip(ids, ids[1:]):
        counts[pair] += 1
    return counts


# ---- merge_pair


@natural("bpe.merge_pair", "a list compared with a tuple")
def list_against_tuple(ids, pair, new_id):
    out, t = [], 0
    while t < len(ids):
        if ids[t : t + 2] == pair:
            out.append(new_id)
            t += 2
        else:
            out.append(ids[t])
            t += 1
    return out


@natural("bpe.merge_pair", "a pair past the end")
def behind_the_end(ids, pair, new_id):
    out, t = [], 0
    while t < len(ids):
        if ids[t] == pair[0] and ids[t + 1] == pair[1]:
            out.append(new_id)
            t += 2
        else:
            out.append(ids[t])
            t += 1
    return out


@natural("bpe.merge_pair", "the last token lost")
def one_short(ids, pair, new_id):
    out, t = [], 0
    while t < len(ids) - 1:
        if (ids[t], ids[t + 1]) == pair:
            out.append(new_id)
            t += 2
        else:
            out.append(ids[t])
            t += 1
    return out


@natural("bpe.merge_pair", "the given list handed back")
def the_same_list(ids, pair, new_id):
    if pair not in list(zip(ids, ids[1:])):
        return ids
    return as_list(ids, pair, new_id)


def as_list(ids, pair, new_id):
    out, t = [], 0
    while t < len(ids):
        whole = tuple(ids[t : t + 2]) == pair
        out.append(new_id if whole else ids[t])
        t += 2 if whole else 1
    return out


@natural("bpe.merge_pair", "a tuple for a list")
def a_tuple(ids, pair, new_id):
    return tuple(as_list(ids, pair, new_id))


@natural("bpe.merge_pair", "the given list changed")
def in_place(ids, pair, new_id):
    t = 0
    while t < len(ids) - 1:
        if (ids[t], ids[t + 1]) == pair:
            ids[t : t + 2] = [new_id]
        t += 1
    return ids


@natural("bpe.merge_pair", "the second token stays")
def a_for_loop(ids, pair, new_id):
    out = []
    for t in range(len(ids)):
        if t + 1 < len(ids) and (ids[t], ids[t + 1]) == pair:
            out.append(new_id)
        else:
            out.append(ids[t])
    return out


# ---- train_bpe


def trained(text, vocab_size, pattern, pick, merge=as_list, findall=regex.findall):
    pieces = [list(piece.encode()) for piece in findall(pattern, text)]
    merges = []
    while len(merges) < vocab_size - 256:
        counts = {}
        for p in pieces:
            for pair, n in bpe.pair_counts(p).items():
                counts[pair] = counts.get(pair, 0) + n
        best = pick(counts)
        if best is None:
            break
        pieces = [merge(p, best, 256 + len(merges)) for p in pieces]
        merges.append(best)
    return merges


def smallest(counts):
    best = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
    return best if best and counts[best] > 1 else None


@natural("bpe.train_bpe", "no end when no pair occurs twice")
def no_stop_rule(text, vocab_size, pattern=GPT2_PATTERN):
    return trained(text, vocab_size, pattern, lambda n: min(n, key=lambda pair: (-n[pair], pair)))


@natural("bpe.train_bpe", "no end when no pair occurs twice")
def no_stop_rule_by_max(text, vocab_size, pattern=GPT2_PATTERN):
    return trained(text, vocab_size, pattern, lambda n: max(n, key=n.get))


@natural("bpe.train_bpe", "the merged pieces thrown away")
def rebinding(text, vocab_size, pattern=GPT2_PATTERN):
    return trained(text, vocab_size, pattern, smallest, merge=lambda p, pair, new_id: p)


@natural("bpe.train_bpe", "the rarest pair")
def rarest(text, vocab_size, pattern=GPT2_PATTERN):
    def pick(counts):
        often = {pair: n for pair, n in counts.items() if n > 1}
        return min(often, key=lambda pair: (often[pair], pair), default=None)

    return trained(text, vocab_size, pattern, pick)


@natural("bpe.train_bpe", "re for regex")
def with_re(text, vocab_size, pattern=GPT2_PATTERN):
    return trained(text, vocab_size, pattern, smallest, findall=re.findall)


@natural("bpe.train_bpe", "counts of the last piece only")
def updated_dict(text, vocab_size, pattern=GPT2_PATTERN):
    pieces = [list(piece.encode()) for piece in regex.findall(pattern, text)]
    merges = []
    while len(merges) < vocab_size - 256:
        counts = {}
        for p in pieces:
            counts.update(bpe.pair_counts(p))
        best = smallest(counts)
        if best is None:
            break
        pieces = [as_list(p, best, 256 + len(merges)) for p in pieces]
        merges.append(best)
    return merges


@natural("bpe.train_bpe", "a tie goes to the pair seen first")
def first_of_a_tie(text, vocab_size, pattern=GPT2_PATTERN):
    def pick(counts):
        best = max(counts, key=counts.get, default=None)
        return best if best and counts[best] > 1 else None

    return trained(text, vocab_size, pattern, pick)


@natural("bpe.train_bpe", "a dict for a list")
def a_dict(text, vocab_size, pattern=GPT2_PATTERN):
    merges = trained(text, vocab_size, pattern, smallest)
    return {pair: 256 + i for i, pair in enumerate(merges)}


@natural("bpe.train_bpe", "the halves of a merge swapped")
def swapped(text, vocab_size, pattern=GPT2_PATTERN):
    return [pair[::-1] for pair in trained(text, vocab_size, pattern, smallest)]


# ---- encode


@natural("bpe.encode", "the most frequent pair first")
def most_frequent(text, merges, pattern=GPT2_PATTERN):
    new_ids = {tuple(pair): 256 + i for i, pair in enumerate(merges)}
    out = []
    for piece in regex.findall(pattern, text):
        ids = list(piece.encode())
        while True:
            counts = {p: n for p, n in bpe.pair_counts(ids).items() if p in new_ids}
            if not counts:
                break
            best = max(counts, key=counts.get)
            ids = as_list(ids, best, new_ids[best])
        out += ids
    return out


@natural("bpe.encode", "a list for each piece")
def nested(text, merges, pattern=GPT2_PATTERN):
    return [bpe.encode(piece, merges, r"(?s).+") for piece in regex.findall(pattern, text)]


@natural("bpe.encode", "merges across the cuts")
def uncut(text, merges, pattern=GPT2_PATTERN):
    ids = list(text.encode())
    for i, pair in enumerate(merges):
        ids = as_list(ids, pair, 256 + i)
    return ids


@natural("bpe.encode", "no merges")
def forgotten(text, merges, pattern=GPT2_PATTERN):
    out = []
    for piece in regex.findall(pattern, text):
        ids = list(piece.encode())
        for i, pair in enumerate(merges):
            bpe.merge_pair(ids, pair, 256 + i)
        out += ids
    return out


# ---- decode


@natural("bpe.decode", "each token read by itself")
def strictly_one_by_one(ids, merges):
    spelled = token_bytes(merges)
    return "".join(spelled[i].decode("utf-8") for i in ids)


@natural("bpe.decode", "each token read by itself")
def one_by_one(ids, merges):
    spelled = token_bytes(merges)
    return "".join(spelled[i].decode("utf-8", errors="replace") for i in ids)


@natural("bpe.decode", "broken characters raise")
def strict(ids, merges):
    spelled = token_bytes(merges)
    return b"".join(spelled[i] for i in ids).decode("utf-8")


@natural("bpe.decode", "one level of a merge only")
def one_level(ids, merges):
    out = []
    for i in ids:
        out += merges[i - 256] if i > 255 else (i,)
    return bytes(out).decode(errors="replace")


# ---- one fault in a body that is right otherwise


@natural("bpe.merge_pair", "a for loop that cannot skip")
def for_over_places(ids, pair, new_id):
    out = []
    for t in range(len(ids) - 1):
        if ids[t] == pair[0] and ids[t + 1] == pair[1]:
            out.append(new_id)
        else:
            out.append(ids[t])
    return out


@natural("bpe.merge_pair", "a for loop that cannot skip")
def for_with_a_step_of_its_own(ids, pair, new_id):
    out = []
    for t in range(len(ids) - 1):
        if (ids[t], ids[t + 1]) == tuple(pair):
            out.append(new_id)
            t += 1
        else:
            out.append(ids[t])
    return out


@natural("bpe.merge_pair", "the second token stays")
def for_and_the_last(ids, pair, new_id):
    out = []
    for t in range(len(ids) - 1):
        out.append(new_id if (ids[t], ids[t + 1]) == tuple(pair) else ids[t])
    return [*out, *ids[-1:]]


@natural("bpe.encode", "the latest merge first")
def max_for_min(text, merges, pattern=GPT2_PATTERN):
    new_ids, out = {tuple(pair): 256 + i for i, pair in enumerate(merges)}, []
    for piece in regex.findall(pattern, text):
        ids = list(piece.encode("utf-8"))
        while found := [pair for pair in zip(ids, ids[1:]) if pair in new_ids]:
            best = max(found, key=new_ids.get)
            ids = bpe.merge_pair(ids, best, new_ids[best])
        out.extend(ids)
    return out


@natural("bpe.encode", "the rank written for the new id")
def rank_alone(text, merges, pattern=GPT2_PATTERN):
    ranks, out = {tuple(pair): i for i, pair in enumerate(merges)}, []
    for piece in regex.findall(pattern, text):
        ids = list(piece.encode("utf-8"))
        while found := [pair for pair in zip(ids, ids[1:]) if pair in ranks]:
            best = min(found, key=ranks.get)
            ids = bpe.merge_pair(ids, best, ranks[best])
        out.extend(ids)
    return out


@natural("bpe.encode", "the rank written for the new id")
def rank_in_turn(text, merges, pattern=GPT2_PATTERN):
    out = []
    for piece in regex.findall(pattern, text):
        ids = list(piece.encode("utf-8"))
        for i, pair in enumerate(merges):
            ids = bpe.merge_pair(ids, pair, i)
        out.extend(ids)
    return out
