"""Reference bodies for gptlab/bpe.py."""

from collections import Counter
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
    times = Counter(regex.findall(pattern, text))  # words come back: each is kept once, and counted
    pieces = {piece: list(piece.encode("utf-8")) for piece in times}
    counts = Counter()  # of each pair in the whole text
    for piece, ids in pieces.items():
        for pair, n in bpe.pair_counts(ids).items():
            counts[pair] += n * times[piece]
    merges = []
    while 256 + len(merges) < vocab_size and max(counts.values(), default=0) >= 2:
        most = max(counts.values())
        best = min(pair for pair, n in counts.items() if n == most)  # a tie goes to the smallest
        new_id = 256 + len(merges)
        for piece, ids in pieces.items():
            if best not in pairwise(ids):
                continue
            for pair, n in bpe.pair_counts(ids).items():
                counts[pair] -= n * times[piece]
            pieces[piece] = bpe.merge_pair(ids, best, new_id)
            for pair, n in bpe.pair_counts(pieces[piece]).items():
                counts[pair] += n * times[piece]
        merges.append(best)
    return merges


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
