"""Reference bodies for gptlab/bpe.py."""

import heapq
from collections import Counter, defaultdict
from itertools import pairwise

import regex

from gptlab import bpe
from gptlab.bpe import GPT2_PATTERN, token_bytes


def pair_counts(ids: list[int]) -> dict[tuple[int, int], int]:
    return dict(Counter(pairwise(ids)))


def merge_pair(ids: list[int], pair: tuple[int, int], new_id: int) -> list[int]:
    merged, t = [], 0
    while t < len(ids):
        if t + 1 < len(ids) and ids[t] == pair[0] and ids[t + 1] == pair[1]:
            merged.append(new_id)
            t += 2
        else:
            merged.append(ids[t])
            t += 1
    return merged


def train_bpe(text: str, vocab_size: int, pattern: str = GPT2_PATTERN) -> list[tuple[int, int]]:
    if vocab_size < 256:
        raise ValueError(
            f"vocab_size is {vocab_size}, but the bytes alone are 256: give at least 256"
        )
    multiplicity = Counter(regex.findall(pattern, text))
    times = list(multiplicity.values())
    pieces = [list(piece.encode("utf-8")) for piece in multiplicity]
    counts, holders = Counter(), defaultdict(set)  # of each pair: how often, and in which pieces
    for i, ids in enumerate(pieces):
        for pair, n in bpe.pair_counts(ids).items():
            counts[pair] += n * times[i]
            holders[pair].add(i)
    heap = [(-n, pair) for pair, n in counts.items()]
    heapq.heapify(heap)
    merges = []
    while heap and len(merges) < vocab_size - 256:
        negative_count, pair = heapq.heappop(heap)
        if -negative_count != counts[pair]:
            continue  # this entry is old: the pair's count changed later, and was pushed again
        if counts[pair] < 2:
            break
        new_id = 256 + len(merges)
        merges.append(pair)
        changes = defaultdict(int)
        for i in holders.pop(pair):
            pieces[i], created = replace_pair(pieces[i], pair, new_id, times[i], changes)
            for new_pair in created:
                holders[new_pair].add(i)
        for changed, difference in changes.items():
            counts[changed] += difference
            if difference and counts[changed] > 1:
                heapq.heappush(heap, (-counts[changed], changed))
    return merges


def replace_pair(
    ids: list[int], pair: tuple[int, int], new_id: int, times: int, changes: dict
) -> tuple:
    # As merge_pair, but quicker: list.index searches. It notes in `changes` what every pair loses or gains,
    # and returns the pairs that it created too.
    a, b = pair
    merged, created, copied, t = [], [], 0, 0
    while True:
        try:
            t = ids.index(a, t, -1)  # the last token starts no pair
        except ValueError:
            return merged + ids[copied:], created
        if ids[t + 1] != b:
            t += 1
            continue
        merged += ids[copied:t]
        changes[pair] -= times
        if merged:
            changes[merged[-1], a] -= times
            changes[merged[-1], new_id] += times
            created.append((merged[-1], new_id))
        if t + 2 < len(ids):
            changes[b, ids[t + 2]] -= times
            changes[new_id, ids[t + 2]] += times
            created.append((new_id, ids[t + 2]))
        merged.append(new_id)
        copied = t = t + 2


def encode(text: str, merges: list[tuple[int, int]], pattern: str = GPT2_PATTERN) -> list[int]:
    new_ids = {tuple(pair): 256 + i for i, pair in enumerate(merges)}
    known = {}  # words come back: each distinct piece is merged once
    ids = []
    for piece in regex.findall(pattern, text):
        if piece not in known:
            known[piece] = merge_all(list(piece.encode("utf-8")), new_ids)
        ids.extend(known[piece])
    return ids


def merge_all(ids: list[int], new_ids: dict[tuple[int, int], int]) -> list[int]:
    while True:
        candidates = [pair for pair in pairwise(ids) if pair in new_ids]
        if not candidates:
            return ids
        earliest = min(candidates, key=new_ids.get)
        ids = bpe.merge_pair(ids, earliest, new_ids[earliest])


def decode(ids: list[int], merges: list[tuple[int, int]]) -> str:
    spelled = token_bytes(merges)
    for token in ids:
        if not 0 <= token < len(spelled):
            raise ValueError(
                f"id {token} is outside a vocabulary of {len(spelled)}: use its own merges"
            )
    return b"".join(spelled[token] for token in ids).decode("utf-8", errors="replace")
