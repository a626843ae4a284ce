"""Laws of the loss: published ones, one fitted to the ladder with its floor known, and how sure it is.

L(N, D) = E + A/N^α + B/D^β                    Hoffmann et al. 2022, §3.3, eq. 2
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

import torch

from gptlab import scaling
from gptlab.experiments.scaling.ladder import CONTEXT, VOCABULARY


@dataclass(frozen=True)
class LossLaw:
    """One law of that form; losses in nats a token, N in parameters, D in tokens."""

    floor: float  # E
    a: float
    alpha: float
    b: float
    beta: float

    def loss(self, n_params: float, n_tokens: float) -> float:
        """What it says of a model of that size after that many tokens."""
        return self.floor + self.a / n_params**self.alpha + self.b / n_tokens**self.beta

    def best(self, budget_flops: float) -> tuple[float, float]:
        """N and D with the lowest loss for a budget, by the reader's `compute_optimal`."""
        n, d = scaling.compute_optimal(budget_flops, self.a, self.alpha, self.b, self.beta)
        return float(n), float(d)

    @property
    def size_exponent(self) -> float:
        """e of N_opt ∝ C^e: β/(α + β)."""
        return self.beta / (self.alpha + self.beta)


# Hoffmann et al. 2022, §3.3, as printed; Besiroglu et al. 2024 fitted the same form to points read off its figure
CHINCHILLA = LossLaw(1.69, 406.4, 0.34, 410.7, 0.28)
REFIT = LossLaw(1.8172, 482.01, 0.3478, 2085.43, 0.3658)
CHINCHILLA_BUDGET = 5.76e23  # operations: what Gopher took, and Chinchilla was given; §4


@dataclass(frozen=True)
class Point:
    """One trained model: how large, how many tokens, which seed, and its loss on held-out pages."""

    n_params: int
    n_tokens: int
    seed: int
    loss: float


def points(log: dict, embeddings: bool = True) -> list[Point]:
    """The end of every run in the ladder's log; without embeddings, N is what Kaplan et al. 2020 count."""
    return [
        Point(_size(run, embeddings), run["n_tokens"], run["seed"], run["held_out"][-1][1])
        for run in log["runs"]
    ]


def _size(run: dict, embeddings: bool) -> int:
    left_out = 0 if embeddings else (VOCABULARY + CONTEXT) * run["d_model"]
    return run["n_parameters"] - left_out


def unmatched_points(log: dict) -> list[Point]:
    """The longest run of each size and seed, read off on its way: its cosine was meant for more tokens."""
    sizes = {run["n_parameters"] for run in log["runs"]}
    trained = {(run["n_parameters"], run["n_tokens"]) for run in log["runs"]}
    longest = max(d for _, d in trained if all((n, d) in trained for n in sizes))
    return [
        Point(run["n_parameters"], n_tokens, run["seed"], loss)
        for run in log["runs"]
        if run["n_tokens"] == longest
        for n_tokens, loss in run["held_out"]
    ]


def mean_over_seeds(found: Sequence[Point]) -> dict[tuple[int, int], float]:
    """The mean loss of each size and length, by (N, D)."""
    groups: dict[tuple[int, int], list[float]] = {}
    for point in found:
        groups.setdefault((point.n_params, point.n_tokens), []).append(point.loss)
    return {place: fmean(losses) for place, losses in sorted(groups.items())}


def fit_loss_law(found: Sequence[Point], floor: float) -> LossLaw:
    """Least squares in log(L − E), with E known: four numbers, found from several starts."""
    n = torch.tensor([float(p.n_params) for p in found], dtype=torch.float64).log()
    d = torch.tensor([float(p.n_tokens) for p in found], dtype=torch.float64).log()
    wanted = (torch.tensor([p.loss for p in found], dtype=torch.float64) - floor).log()

    def misfit(law: torch.Tensor) -> torch.Tensor:
        """law: log A at the mean of log N, α, log B at the mean of log D, β."""
        terms = torch.stack([law[0] - law[1] * (n - n.mean()), law[2] - law[3] * (d - d.mean())])
        return (terms.logsumexp(0) - wanted).square().mean()

    tried = [_descended(misfit, alpha, beta) for alpha in (0.2, 0.8) for beta in (0.2, 0.8)]
    a, alpha, b, beta = min(tried, key=lambda law: float(misfit(law))).tolist()
    return LossLaw(
        floor,
        math.exp(a + alpha * float(n.mean())),
        alpha,
        math.exp(b + beta * float(d.mean())),
        beta,
    )


def _descended(misfit: Callable, alpha: float, beta: float) -> torch.Tensor:
    law = torch.tensor([0.0, alpha, 0.0, beta], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([law], max_iter=300, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = misfit(law)
        loss.backward()
        return loss

    optimizer.step(closure)
    return law.detach()


def bootstrap(
    found: Sequence[Point],
    statistic: Callable[[list[Point]], float],
    times: int = 200,
    seed: int = 0,
) -> tuple[float, float]:
    """The middle 95 % of a statistic when, for each size and length, seeds are drawn anew with replacement."""
    draw = random.Random(seed)
    groups: dict[tuple[int, int], list[Point]] = {}
    for point in found:
        groups.setdefault((point.n_params, point.n_tokens), []).append(point)
    values = sorted(
        statistic([p for group in groups.values() for p in draw.choices(group, k=len(group))])
        for _ in range(times)
    )
    return values[round(0.025 * (times - 1))], values[round(0.975 * (times - 1))]
