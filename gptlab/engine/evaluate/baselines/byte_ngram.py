"""A byte n-gram model with Kneser-Ney smoothing: a baseline in bits per byte."""

import numpy as np

ORDER = 5  # bytes that an n-gram joins: the one that comes, and four before it
MOST_BYTES = 20_000_000  # of text that are counted, the last ones: more would cost memory
NO_SINGLES = 0.5  # D where no n-gram was seen just once: what was never seen must stay possible


class ByteNgram:
    """Interpolated Kneser-Ney over bytes.

        p_n(b | h) = max(c(hb) − D, 0) / c(h) + D · N(h) / c(h) · p_{n−1}(b | h without its first byte)
        D = n1 / (n1 + 2 n2),  p_0 = 1/256                      Kneser & Ney 1995; Chen & Goodman 1999, §2.7

    N(h) is the number of different bytes seen after h; n1 and n2 count the n-grams seen once and twice. c is
    the count in the highest order; below it, the number of different bytes seen before the n-gram.

    An n-gram is one whole number, its first byte the highest: the last n bytes of a longer one are a remainder.
    """

    def __init__(self, text: bytes, order: int = ORDER):
        if not 1 <= order <= 7:
            raise ValueError(
                f"order must be 1 to 7, but is {order}: eight bytes and their history fill a number"
            )
        self.order = order
        grams, counts = np.unique(_windows(text[-MOST_BYTES:], order), return_counts=True)
        self.levels = [_Level(grams, counts)]  # the highest order first
        for n in range(order - 1, 0, -1):
            grams, counts = np.unique(grams % np.uint64(256**n), return_counts=True)
            self.levels.append(_Level(grams, counts))

    def probabilities(self, grams: np.ndarray) -> np.ndarray:
        """p(last byte | the bytes before it) of each n-gram of `order` bytes; (N,) uint64 -> (N,) float64."""
        p = np.full(len(grams), 1 / 256)
        for n, level in enumerate(reversed(self.levels), start=1):
            p = level.interpolate(grams % np.uint64(256**n), p)
        return p

    def bits_per_byte(self, held_out: bytes, before: bytes = b"") -> float:
        """Mean −log2 p of the bytes of `held_out`, each after the bytes before it; `before` stands in front.

        Raises ValueError when there is nothing to predict, or too little in front of it.
        """
        history = before[len(before) - self.order + 1 :] if self.order > 1 else b""
        if not held_out or len(history) < self.order - 1:
            raise ValueError(
                f"{len(held_out)} bytes after {len(before)}: give at least 1 after {self.order - 1}"
            )
        return float(-np.log2(self.probabilities(_windows(history + held_out, self.order))).mean())


class _Level:
    """The counts of one order: of n-grams, and of what follows each history."""

    def __init__(self, grams: np.ndarray, counts: np.ndarray):
        self.grams = grams  # sorted, each once
        self.counts = counts
        histories = grams // np.uint64(256)
        once = (counts == 1).sum()
        twice = (counts == 2).sum()
        self.discount = float(once / (once + 2 * twice)) if once else NO_SINGLES
        self.histories, first, self.n_followers = np.unique(
            histories, return_index=True, return_counts=True
        )
        self.totals = np.add.reduceat(counts, first) if len(grams) else counts

    def interpolate(self, grams: np.ndarray, lower: np.ndarray) -> np.ndarray:
        """Mix this order's estimate with the lower one; a history never seen leaves the lower one alone."""
        total = _look_up(self.histories, self.totals, grams // np.uint64(256))
        followers = _look_up(self.histories, self.n_followers, grams // np.uint64(256))
        count = _look_up(self.grams, self.counts, grams)
        mixed = np.maximum(count - self.discount, 0) + self.discount * followers * lower
        return np.where(total > 0, mixed / np.maximum(total, 1), lower)


def _windows(text: bytes, n: int) -> np.ndarray:
    """Every n bytes in a row as one number; (N − n + 1,) uint64."""
    data = np.frombuffer(text, np.uint8).astype(np.uint64)
    size = max(0, len(data) - n + 1)
    grams = np.zeros(size, np.uint64)
    for i in range(n):
        grams = grams * np.uint64(256) + data[i : i + size]
    return grams


def _look_up(keys: np.ndarray, values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The value that stands at each wanted key, 0 where there is none; keys are sorted."""
    if not len(keys):
        return np.zeros(len(wanted))
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], 0)
