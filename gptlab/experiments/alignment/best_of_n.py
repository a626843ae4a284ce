"""Best-of-n on replies that were drawn once: its mean score and its KL, for every n.

N replies to a prompt give the best of n for every n up to N: of all the ways to choose n of the N, the share in which a
reply is the best is known by counting (Gao et al. 2022 estimate it so too).
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor


def chosen_shares(n_replies: int, n: int) -> Tensor:
    """How often each of N replies, sorted worst first, is the best of n of them drawn without replacement; (N,).

        P(rank i) = C(i − 1, n − 1) / C(N, n)

    Raises ValueError unless 1 ≤ n ≤ N.
    """
    if not 1 <= n <= n_replies:
        raise ValueError(f"the best of {n} among {n_replies} replies is not defined")
    ranks = torch.arange(1, n_replies + 1, dtype=torch.float64)
    total = _log_choose(torch.tensor(float(n_replies)).double(), n)
    return torch.where(ranks >= n, (_log_choose(ranks - 1, n - 1) - total).exp(), 0.0)


def _log_choose(a: Tensor, b: int) -> Tensor:
    """log C(a, b), where a ≥ b."""
    a = a.clamp(min=b)
    return torch.lgamma(a + 1) - math.lgamma(b + 1) - torch.lgamma(a - b + 1)


def best_of_curve(proxy: Tensor, others: Sequence[Tensor], ns: Sequence[int]) -> Tensor:
    """Mean of other scores over the reply that the proxy calls the best of n; (len(others), len(ns)).

    proxy   (N,) float, one for each reply, repeats included
    others  (N,) float each: gold, length, the proxy itself …

    Replies that the proxy scores alike share their places evenly.
    """
    order = proxy.argsort(stable=True)
    _, inverse = torch.unique(proxy[order], return_inverse=True)
    rows = []
    for n in ns:
        shares = chosen_shares(len(proxy), n)
        tied = torch.zeros(int(inverse.max()) + 1, dtype=torch.float64)
        tied = tied.index_add(0, inverse, shares) / torch.bincount(inverse)
        rows.append([float((tied[inverse] * other[order].double()).sum()) for other in others])
    return torch.tensor(rows).T


def exact_kl(probabilities: Tensor, scores: Tensor, n: int) -> float:
    """KL(best-of-n, policy) in nats, for a policy with finitely many replies; the first of equal scores is taken last.

        p_n(y) = F(y)ⁿ − F(y⁻)ⁿ,   F the probability of a reply no better than y, F(y⁻) of one before it
        KL = Σ p_n log(p_n / p)

    probabilities  (M,) float that sum to 1
    scores         (M,) float, what the best is chosen by
    """
    p = probabilities.double()[scores.argsort(stable=True)]
    upto = p.cumsum(0).clamp(max=1.0)
    chosen = upto**n - torch.cat([upto.new_zeros(1), upto[:-1]]) ** n
    held = chosen > 0
    return float((chosen[held] * (chosen[held] / p[held]).log()).sum())


def sampled_kl(counts: Tensor, log_probs: Tensor, scores: Tensor, n: int) -> float:
    """The same, estimated from M different replies of which each came `counts` times and has an exact probability.

    F comes from the counts, the probability of the reply itself from the model: KL is the mean of
    log(p_n(y) / p(y)) over what best-of-n takes.
    """
    order = scores.argsort(stable=True)
    counts, p = counts[order], log_probs[order].double().exp()
    n_replies = int(counts.sum())
    middle = (
        counts.cumsum(0) - counts / 2
    ).double() / n_replies  # of the stretch of F that is y's own
    before, upto = (middle - p / 2).clamp(min=0.0), (middle + p / 2).clamp(max=1.0)
    # A rare reply's stretch is too short for the difference; there it is p · n F^(n − 1).
    whole = (upto**n - before**n).clamp(min=1e-300).log() - p.log()
    log_gain = torch.where(p < 1e-6, math.log(n) + (n - 1) * middle.log(), whole)
    shares = chosen_shares(n_replies, n)
    own = torch.zeros(len(counts), dtype=torch.float64)
    own = own.index_add(0, torch.arange(len(counts)).repeat_interleave(counts), shares)
    return float((own * log_gain).sum())
