"""Modified Kneser-Ney smoothing over token ids: the baseline of the neural models."""

from collections import Counter, defaultdict

import torch
from torch import Tensor

SMALL_TEXT = (
    0.5,
    1.0,
    1.5,
)  # D(1), D(2), D(3+) where too little was counted to estimate them, as KenLM has it


class KneserNey:
    """Interpolated modified Kneser-Ney, from the same windows that a neural model is trained on.

        p(w | h) = (c(hw) − D(c(hw))) / c(h) + (Σ_v D(c(hv)) / c(h)) · p(w | h')     Chen & Goodman 1998, after
        c(h) = Σ_v c(hv),   D(0) = 0,   p(w | nothing) = 1/V                         Kneser & Ney 1995

    h' is h without its oldest token. c counts how often hw was seen at the full length of the context; for every
    shorter h, how many different tokens were seen in front of hw. An h that was never seen leaves p(w | h').

    contexts  (N, T) int, the oldest token first; T = 4 makes a 5-gram, T = 0 counts single tokens
    targets   (N) int, the token behind each context

    Raises ValueError when contexts and targets do not fit together, or there are none.
    """

    def __init__(self, contexts: Tensor, targets: Tensor, vocab_size: int):
        _fit(contexts, targets)
        if not len(targets):
            raise ValueError("0 windows: give at least one to count")
        self.vocab_size = vocab_size
        self.width = contexts.shape[1]
        counts = Counter(_grams(contexts, targets))
        self.levels = [_Level(counts)]  # the longest contexts first
        for _ in range(self.width):
            counts = Counter(
                gram[1:] for gram in counts
            )  # each longer n-gram once: different tokens in front
            self.levels.append(_Level(counts))

    @property
    def n_counts(self) -> int:
        """How many n-grams it has to remember, of all lengths."""
        return sum(len(level.counts) for level in self.levels)

    def probabilities(self, context: Tensor) -> Tensor:
        """How likely each token is to follow one context; (at least T) int -> (V) float64, sums to 1."""
        rows = context.expand(self.vocab_size, -1)
        return self.logprobs(rows, torch.arange(self.vocab_size)).exp()

    def logprobs(self, contexts: Tensor, targets: Tensor) -> Tensor:
        """ln p of each target behind its context; (N, at least T) int, (N) int -> (N) float64.

        Raises ValueError when contexts and targets do not fit together, or the contexts are too short.
        """
        _fit(contexts, targets)
        if contexts.shape[1] < self.width:
            raise ValueError(
                f"contexts of {contexts.shape[1]} tokens, but {self.width} were counted: give at least so many"
            )
        recent = contexts[:, contexts.shape[1] - self.width :]
        return torch.tensor(
            [self._probability(gram) for gram in _grams(recent, targets)], dtype=torch.float64
        ).log()

    def _probability(self, gram: tuple[int, ...]) -> float:
        """p(last token | those before it), from the shortest context to the longest."""
        p = 1 / self.vocab_size
        for n, level in enumerate(reversed(self.levels), start=1):
            p = level.interpolate(gram[len(gram) - n :], p)
        return p


class _Level:
    """The counts of one length: of n-grams, and for each context how much was seen and how much was taken off."""

    def __init__(self, counts: Counter):
        self.counts = counts
        self.discounts = discounts(counts)
        self.total = Counter()
        self.spared: dict[tuple[int, ...], float] = defaultdict(float)
        for gram, count in counts.items():
            self.total[gram[:-1]] += count
            self.spared[gram[:-1]] += self._discount(count)

    def _discount(self, count: int) -> float:
        return self.discounts[min(count, 3) - 1]

    def interpolate(self, gram: tuple[int, ...], shorter: float) -> float:
        """This length's estimate, with what was spared given out as the shorter context has it."""
        total = self.total.get(gram[:-1])
        if total is None:
            return shorter
        count = self.counts.get(gram, 0)
        kept = count - self._discount(count) if count else 0.0
        return (kept + self.spared[gram[:-1]] * shorter) / total


def discounts(counts: Counter) -> tuple[float, float, float]:
    """What is taken off counts of 1, of 2, and of 3 or more.

        D(k) = k − (k + 1)·Y·n_{k+1} / n_k,   Y = n_1 / (n_1 + 2 n_2)           Chen & Goodman 1998

    n_k is how many n-grams have the count k. Where one of n_1 … n_4 is 0, or a D would not lie above 0 and at
    most at k, the text is too small for the formula, and `SMALL_TEXT` is taken.
    """
    of = Counter(counts.values())
    n1, n2, n3, n4 = (of[k] for k in (1, 2, 3, 4))
    if not (n1 and n2 and n3 and n4):
        return SMALL_TEXT
    y = n1 / (n1 + 2 * n2)
    found = (1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3)
    return found if all(0 < d <= k for k, d in enumerate(found, start=1)) else SMALL_TEXT


def _grams(contexts: Tensor, targets: Tensor) -> list[tuple[int, ...]]:
    """Each context with its target as one tuple."""
    return [(*context, target) for context, target in zip(contexts.tolist(), targets.tolist())]


def _fit(contexts: Tensor, targets: Tensor) -> None:
    if contexts.ndim != 2 or targets.ndim != 1 or len(contexts) != len(targets):
        raise ValueError(
            f"contexts {tuple(contexts.shape)} and targets {tuple(targets.shape)} do not fit: give (N, T) and (N)"
        )
