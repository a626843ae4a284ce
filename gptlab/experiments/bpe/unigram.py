"""A unigram tokenizer, as SentencePiece has one: pieces with probabilities, and of all cuts the most probable.

Kudo 2018, with two simplifications: a piece is counted in the best cut of each word alone, where the paper weighs
all cuts, and a character that is no piece is written as its bytes, as in Llama 2.
"""

import math
from collections import Counter

SPACE = "▁"  # what a space becomes, so that it is a character like any other
LONGEST = 12  # characters of a piece
SEEDS = 8  # candidates at first, for each piece that stays
KEPT = 0.7  # share of the candidates that a round of pruning leaves
UNKNOWN = -14.0  # log-probability of each byte of a character that is no piece


def marked(line: str) -> str:
    """A line as SentencePiece reads it: a space in front, and each space visible."""
    return SPACE + line.replace(" ", SPACE)


def words_of(text: str) -> Counter:
    """How often each run of characters up to the next space occurs; ▁ is its first character."""
    words: Counter = Counter()
    for line in text.splitlines():
        words.update(SPACE + word for word in line.split(" ") if word)
    return words


def learn_pieces(text: str, n_pieces: int) -> dict[str, float]:
    """Begin with far too many pieces, and drop those that are missed least: piece -> log-probability.

    All characters of the text are pieces, also where that makes more than n_pieces.
    """
    words = words_of(text)
    found: Counter = Counter()
    for word, times in words.items():
        for start in range(len(word)):
            for end in range(start + 1, min(start + LONGEST, len(word)) + 1):
                found[word[start:end]] += times
    characters = {piece for piece in found if len(piece) == 1}
    longer = [piece for piece in found if len(piece) > 1 and found[piece] > 1]
    longer.sort(key=lambda piece: (-found[piece] * len(piece), piece))
    log_p = _log_probabilities({piece: found[piece] for piece in longer[: SEEDS * n_pieces]})
    log_p |= _log_probabilities({piece: found[piece] for piece in characters})
    while True:
        used = _uses(words, log_p)
        counts = {piece: max(used[piece], 0.1) for piece in log_p if used[piece] or len(piece) == 1}
        log_p = _log_probabilities(counts)
        if len(log_p) <= max(n_pieces, len(characters)):
            return log_p
        n_kept = max(n_pieces, int(KEPT * len(log_p))) - len(characters)
        missed = {piece: _loss_without(piece, used, log_p) for piece in log_p if len(piece) > 1}
        best = sorted(missed, key=lambda piece: (-missed[piece], piece))[: max(0, n_kept)]
        log_p = {piece: log_p[piece] for piece in [*best, *sorted(characters)]}


def best_cut(word: str, log_p: dict[str, float], without: str = "") -> tuple[list[str], float]:
    """The most probable way to cut a word into pieces, and its log-probability: the Viterbi algorithm.

    Best up to each place = the best over the last piece of (best up to its beginning + its own log-probability).
    """
    best = [0.0] + [-math.inf] * len(word)
    begins = [0] * (len(word) + 1)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - LONGEST), end):
            piece = word[start:end]
            if piece in log_p and piece != without:
                score = best[start] + log_p[piece]
            elif end - start == 1:
                score = best[start] + UNKNOWN * len(piece.encode())
            else:
                continue
            if score > best[end]:
                best[end], begins[end] = score, start
    cut = []
    end = len(word)
    while end:
        cut.append(word[begins[end] : end])
        end = begins[end]
    return cut[::-1], best[-1]


def cut_line(line: str, log_p: dict[str, float]) -> list[str | bytes]:
    """A line in pieces; a character that is none comes as its bytes."""
    pieces: list[str | bytes] = []
    for piece in best_cut(marked(line), log_p)[0]:
        pieces += [piece] if piece in log_p else [bytes([byte]) for byte in piece.encode()]
    return pieces


def _uses(words: Counter, log_p: dict[str, float]) -> Counter:
    """How often each piece is used when every word is cut in the best way."""
    used: Counter = Counter()
    for word, times in words.items():
        for piece in best_cut(word, log_p)[0]:
            used[piece] += times
    return used


def _loss_without(piece: str, used: Counter, log_p: dict[str, float]) -> float:
    """How much less probable the text gets if this piece is written with the others."""
    return used[piece] * (log_p[piece] - best_cut(piece, log_p, without=piece)[1])


def _log_probabilities(counts: dict[str, float]) -> dict[str, float]:
    total = sum(counts.values())
    return {piece: math.log(n / total) for piece, n in counts.items()}
