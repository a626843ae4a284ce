"""Other ways to write gptlab/bpe.py."""

from collections import Counter, defaultdict

import regex

from gptlab.bpe import GPT2_PATTERN, token_bytes
from other_ways import other_way


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
            out[t:t + 2] = [new_id]
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
        words = Counter({tuple(with_a_skip(word, ranked[0][0], 255 + len(merges))): n for word, n in words.items()})
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
