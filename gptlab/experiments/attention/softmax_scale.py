"""Why scores are divided by √D: how sharp a softmax of random queries and keys is, with the division and without.

D head width, S key time.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from gptlab.sampling import softmax

N_KEYS = 8  # as many as bars fit a picture


@dataclass(frozen=True)
class SoftmaxStats:
    """Means over many random queries of one width D: each pair is (without the division, with it)."""

    d: int
    variance: float  # of q·k
    choices: tuple[float, float]  # equally likely keys that give the same entropy, 1 to N_KEYS
    gradient: tuple[float, float]  # Σ ∂weight/∂score, 0 to 1 − 1/N_KEYS


def random_scores(d: int, n: int, seed: int = 0, n_keys: int = N_KEYS) -> Tensor:
    """q·k of n random queries with `n_keys` random keys each, all entries N(0, 1); -> (n, n_keys)."""
    generator = torch.Generator().manual_seed(seed)
    q = torch.randn(n, 1, d, generator=generator)
    k = torch.randn(n, n_keys, d, generator=generator)
    return (q * k).sum(dim=-1)


def effective_choices(weights: Tensor) -> Tensor:
    """e to the entropy, the perplexity: a number of equally likely choices; (..., S) -> (...)."""
    return torch.exp(-torch.special.xlogy(weights, weights).sum(dim=-1))


def softmax_gradient(weights: Tensor) -> Tensor:
    """Σ ∂w_s/∂score_s = Σ w_s (1 − w_s); (..., S) -> (...)."""
    return (weights * (1 - weights)).sum(dim=-1)


def softmax_stats(d: int, n: int = 400, seed: int = 0) -> SoftmaxStats:
    """Means over n random queries of width d."""
    scores = random_scores(d, n, seed)
    both = [softmax(scores), softmax(scores / math.sqrt(d))]
    return SoftmaxStats(
        d,
        float(scores.var()),
        tuple(float(effective_choices(weights).mean()) for weights in both),
        tuple(float(softmax_gradient(weights).mean()) for weights in both),
    )
