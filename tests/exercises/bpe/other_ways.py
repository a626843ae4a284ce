"""Other ways to write gptlab/bpe.py."""

from collections import Counter, defaultdict

import regex

from gptlab.bpe import GPT2_PATTERN, token_bytes
from tests.support.other_ways import other_way


@other_way("bpe.pair_counts")
def with_a_counter(ids):
    return Counter(zip(ids, ids[1:]))


@other_way("bpe.pair_counts")
def with_a_default(ids):
    counts = defaultdict(int)
    for t in range(1, len(ids)):
        counts[ids[t - 1], ids[t]] += 1
    return counts


@other_way("bpe.merge_pair")
def with_a_skip(ids, pair, new_id):
    out, skip = [], False
    for t, token in enumerate(ids):
        if skip:
            skip = False
        elif t + 1 < len(ids) and (token, ids[t + 1]) == pair:
            out.append(new_id)
            skip = True
        else:
            out.append(token)
    return out


@other_way("bpe.merge_pair")
def on_a_copy(ids, pair, new_id):
    out, t = list(ids), 0
    while t < len(out) - 1:
        if (out[t], out[t + 1]) == pair:
            out[t : t + 2] = [new_id]
        t += 1
    return out


@other_way("bpe.train_bpe")
def counted_anew(text, vocab_size, pattern=GPT2_PATTERN):
    pieces = [[*piece.encode()] for piece in regex.findall(pattern, text)]
    merges = []
    for new_id in range(256, vocab_size):
        counts = Counter()
        for piece in pieces:
            counts.update(zip(piece, piece[1:]))
        if not counts or max(counts.values()) < 2:
            break
        best = min(pair for pair, n in counts.items() if n == max(counts.values()))
        pieces = [with_a_skip(piece, best, new_id) for piece in pieces]
        merges.append(best)
    return merges


@other_way("bpe.train_bpe")
def distinct_pieces(text, vocab_size, pattern=GPT2_PATTERN):
    words = Counter(tuple(piece.encode()) for piece in regex.findall(pattern, text))
    merges = []
    while len(merges) + 256 < vocab_size:
        counts = Counter()
        for word, n in words.items():
            for pair in zip(word, word[1:]):
                counts[pair] += n
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if not ranked or ranked[0][1] < 2:
            break
        merges.append(list(ranked[0][0]))
        words = Counter(
            {
                tuple(with_a_skip(word, ranked[0][0], 255 + len(merges))): n
                for word, n in words.items()
            }
        )
    return merges


@other_way("bpe.encode")
def merge_by_merge(text, merges, pattern=GPT2_PATTERN):
    ids = []
    for piece in regex.findall(pattern, text):
        part = list(piece.encode("utf-8"))
        for i, (a, b) in enumerate(merges):
            part = with_a_skip(part, (a, b), 256 + i)
        ids.extend(part)
    return ids


@other_way("bpe.encode")
def by_rank(text, merges, pattern=GPT2_PATTERN):
    rank = {tuple(pair): i for i, pair in enumerate(merges)}
    ids = []
    for match in regex.finditer(pattern, text):
        part = list(match.group().encode())
        while len(part) > 1:
            pair = min(zip(part, part[1:]), key=lambda pair: rank.get(pair, 10**9))
            if pair not in rank:
                break
            part = on_a_copy(part, pair, 256 + rank[pair])
        ids += part
    return ids


@other_way("bpe.decode")
def with_bytes(ids, merges):
    spelled = token_bytes(merges)
    return bytes(byte for i in ids for byte in spelled[i]).decode(errors="replace")


@other_way("bpe.decode")
def by_recursion(ids, merges):
    def spell(i):
        return bytes([i]) if i < 256 else spell(merges[i - 256][0]) + spell(merges[i - 256][1])

    return str(b"".join(map(spell, ids)), "utf-8", "replace")


@other_way("bpe.pair_counts")
def with_a_shared_dict(ids):
    counts = {}
    for pair in zip(ids[:-1], ids[1:]):
        counts.setdefault(pair, 0)
        counts[pair] += 1
    return counts


@other_way("bpe.pair_counts")
def with_list_count(ids):
    pairs = [(ids[t], ids[t + 1]) for t in range(len(ids) - 1)]
    return {pair: pairs.count(pair) for pair in set(pairs)}


@other_way("bpe.merge_pair")
def with_the_last_token_taken_back(ids, pair, new_id):
    out, free = [], False  # free: the last token of `out` was copied, and may still be used
    for token in ids:
        if free and (out[-1], token) == tuple(pair):
            out[-1], free = new_id, False
        else:
            out.append(token)
            free = True
    return out


@other_way("bpe.merge_pair")
def from_the_first_one_on(ids, pair, new_id):
    for t in range(len(ids) - 1):
        if (ids[t], ids[t + 1]) == (pair[0], pair[1]):
            return list(ids[:t]) + [new_id] + from_the_first_one_on(ids[t + 2 :], pair, new_id)
    return list(ids)


@other_way("bpe.train_bpe")
def as_in_minbpe(text, vocab_size, pattern=GPT2_PATTERN):
    ids = [list(piece.encode("utf-8")) for piece in regex.findall(regex.compile(pattern), text)]
    merges = {}
    for i in range(vocab_size - 256):
        stats = defaultdict(int)
        for piece in ids:
            for pair in zip(piece, piece[1:]):
                stats[pair] += 1
        if not stats:
            break
        pair = max(stats, key=lambda pair: (stats[pair], -pair[0], -pair[1]))
        if stats[pair] == 1:
            break
        ids = [with_a_skip(piece, pair, 256 + i) for piece in ids]
        merges[pair] = 256 + i
    return list(merges)


@other_way("bpe.train_bpe")
def with_one_long_list(text, vocab_size, pattern=GPT2_PATTERN):
    cut = -1  # no token: it stands between the pieces, and pairs with it do not count
    ids = [unit for piece in regex.findall(pattern, text) for unit in (*piece.encode(), cut)]
    merges = []
    while 256 + len(merges) < vocab_size:
        counts = Counter(pair for pair in zip(ids, ids[1:]) if cut not in pair)
        best, n = min(counts.items(), key=lambda item: (-item[1], item[0]), default=(None, 0))
        if n < 2:
            return merges
        merges.append(best)
        ids = with_a_skip(ids, best, 255 + len(merges))
    return merges


@other_way("bpe.encode")
def with_a_recursive_merge(text, merges, pattern=GPT2_PATTERN):
    def merged(part, first):
        for i in range(first, len(merges)):
            if tuple(merges[i]) in set(zip(part, part[1:])):
                return merged(on_a_copy(part, tuple(merges[i]), 256 + i), i + 1)
        return part

    return [
        token for piece in regex.findall(pattern, text) for token in merged(list(piece.encode()), 0)
    ]


@other_way("bpe.encode")
def one_merge_at_a_time(text, merges, pattern=GPT2_PATTERN):
    table = {(a, b): i for i, (a, b) in enumerate(merges)}
    out = []
    for piece in regex.findall(pattern, text):
        ids = [*piece.encode("utf8")]
        while True:
            found = [(table[pair], t) for t, pair in enumerate(zip(ids, ids[1:])) if pair in table]
            if not found:
                break
            i, t = min(found)  # the earliest merge, at its leftmost place only
            ids = [*ids[:t], 256 + i, *ids[t + 2 :]]
        out += ids
    return out


@other_way("bpe.decode")
def with_a_growing_table(ids, merges):
    spelled = {i: bytes([i]) for i in range(256)}
    for i, (a, b) in enumerate(merges, 256):
        spelled[i] = spelled[a] + spelled[b]
    text = bytearray()
    for token in ids:
        text.extend(spelled[token])
    return text.decode("utf-8", "replace")


@other_way("bpe.decode")
def by_taking_merges_back(ids, merges):
    ids = list(ids)
    while any(token > 255 for token in ids):
        ids = [part for token in ids for part in (merges[token - 256] if token > 255 else (token,))]
    return bytes(ids).decode("utf-8", errors="replace")
