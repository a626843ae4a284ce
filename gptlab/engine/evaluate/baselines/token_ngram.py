"""An n-gram model over token ids with Kneser-Ney smoothing, for millions of tokens: counts are sorted arrays.

`kneser_ney.py` beside it is the plain version of the same, over dicts.
"""

import numpy as np

from gptlab.engine.evaluate.baselines.kneser_ney import SMALL_TEXT

BITS = 64  # an n-gram is one whole number, its oldest token the highest digit


class TokenNgram:
    """Interpolated modified Kneser-Ney over tokens.

        p(w | h) = (c(hw) − D(c(hw))) / c(h) + (Σ_v D(c(hv)) / c(h)) · p(w | h')     Chen & Goodman 1998, after
        c(h) = Σ_v c(hv),   D(0) = 0,   p(w | nothing) = 1/V                         Kneser & Ney 1995

    h' is h without its oldest token. c counts how often hw was seen in the highest order; in every lower one, how
    many different tokens were seen in front of hw. An h that was never seen leaves p(w | h').

    ids  (N) int, each below vocab_size

    Raises ValueError when there are fewer tokens than an n-gram joins, or vocab_size^order fills more than 64 bits.
    """

    def __init__(self, ids: np.ndarray, vocab_size: int, order: int = 5):
        if order < 1 or vocab_size**order > 2**BITS:
            raise ValueError(
                f"order {order} with {vocab_size} tokens: an n-gram must be a number of {BITS} bits"
            )
        if len(ids) < order:
            raise ValueError(f"{len(ids)} tokens, but an n-gram joins {order}")
        self.order = order
        self.vocab_size = vocab_size
        grams, counts = np.unique(self._windows(ids), return_counts=True)
        self.levels = [_Level(grams, counts, vocab_size)]  # the highest order first
        for n in range(order - 1, 0, -1):
            grams, counts = np.unique(grams % np.uint64(vocab_size**n), return_counts=True)
            self.levels.append(_Level(grams, counts, vocab_size))

    def nats(self, ids: np.ndarray, before: np.ndarray) -> float:
        """Mean −ln p of the tokens of `ids`, each after the tokens before it; `before` comes in front.

        Raises ValueError when there is nothing to predict, or too little in front of it.
        """
        history = before[len(before) - self.order + 1 :] if self.order > 1 else before[:0]
        if not len(ids) or len(history) < self.order - 1:
            raise ValueError(
                f"{len(ids)} tokens after {len(before)}: give at least 1 after {self.order - 1}"
            )
        grams = self._windows(np.concatenate([history, ids]))
        p = np.full(len(grams), 1 / self.vocab_size)
        for n, level in enumerate(reversed(self.levels), start=1):
            p = level.interpolate(
                grams % np.uint64(self.vocab_size**n) if n < self.order else grams, p
            )
        return float(-np.log(p).mean())

    def _windows(self, ids: np.ndarray) -> np.ndarray:
        """Every `order` tokens in a row as one number; (N − order + 1,) uint64."""
        data = np.asarray(ids).astype(np.uint64)
        size = len(data) - self.order + 1
        grams = np.zeros(size, np.uint64)
        for i in range(self.order):
            grams = grams * np.uint64(self.vocab_size) + data[i : i + size]
        return grams


class _Level:
    """The counts of one order: of n-grams, and of each history what was seen after it and what is taken off."""

    def __init__(self, grams: np.ndarray, counts: np.ndarray, vocab_size: int):
        self.vocab_size = np.uint64(vocab_size)
        self.grams = grams  # sorted, each once
        taken = np.array([0.0, *discounts(counts)])[np.minimum(counts, 3)]
        self.kept = counts - taken
        self.histories, first = np.unique(grams // self.vocab_size, return_index=True)
        self.totals = np.add.reduceat(counts, first)
        self.spared = np.add.reduceat(taken, first)

    def interpolate(self, grams: np.ndarray, lower: np.ndarray) -> np.ndarray:
        """Mix this order's estimate with the lower one; a history never seen leaves the lower one alone."""
        histories = grams // self.vocab_size
        total = _look_up(self.histories, self.totals, histories)
        spared = _look_up(self.histories, self.spared, histories)
        kept = _look_up(self.grams, self.kept, grams)
        return np.where(total > 0, (kept + spared * lower) / np.maximum(total, 1), lower)


def discounts(counts: np.ndarray) -> tuple[float, float, float]:
    """What is taken off counts of 1, of 2, and of 3 or more; the formula is in `kneser_ney.discounts`."""
    n1, n2, n3, n4 = (int((counts == k).sum()) for k in (1, 2, 3, 4))
    if not (n1 and n2 and n3 and n4):
        return SMALL_TEXT
    y = n1 / (n1 + 2 * n2)
    found = (1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3)
    return found if all(0 < d <= k for k, d in enumerate(found, start=1)) else SMALL_TEXT


def _look_up(keys: np.ndarray, values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The value of each wanted key, 0 where there is none; keys are sorted."""
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], 0)
