"""One budget, many sizes: which size has the lowest loss, from runs that cost about the same.

Sizes and lengths of the ladder double, so runs with about the same 6·N·D lie on its diagonals.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gptlab.experiments.scaling.laws import Point, mean_over_seeds

LEAST_SIZES = 4  # of a curve: a parabola through three points fits anything


@dataclass(frozen=True)
class IsoFlop:
    """The runs of about one budget, smallest model first, and the lowest point of the parabola through them."""

    budget: float  # operations, the geometric mean of the runs'
    sizes: tuple[int, ...]  # parameters
    losses: tuple[float, ...]  # nats a token, means over the seeds
    parabola: tuple[float, float, float]  # loss = p0·u² + p1·u + p2, u = log N

    @property
    def best_size(self) -> float:
        """Where the parabola is lowest; nan where it has no lowest point."""
        curvature, slope, _ = self.parabola
        return math.exp(-slope / (2 * curvature)) if curvature > 0 else math.nan

    @property
    def inside(self) -> bool:
        """Whether the lowest point lies between the sizes that were tried."""
        return self.sizes[0] < self.best_size < self.sizes[-1]

    def smooth(self, size: float) -> float:
        """The parabola's loss at a size."""
        return float(np.polyval(self.parabola, math.log(size)))


def isoflops(found: Sequence[Point], cost: Callable[[float, float], float]) -> list[IsoFlop]:
    """The ladder's diagonals that are long enough, the cheapest first.

    cost  operations of the training of N parameters on D tokens
    """
    losses = mean_over_seeds(found)
    sizes = sorted({n for n, _ in losses})
    lengths = sorted({d for _, d in losses})
    diagonals: dict[int, list[tuple[int, int]]] = {}
    for i, n in enumerate(sizes):
        for j, d in enumerate(lengths):
            if (n, d) in losses:
                diagonals.setdefault(i + j, []).append((n, d))
    return [
        _curve(places, [losses[place] for place in places], cost)
        for _, places in sorted(diagonals.items())
        if len(places) >= LEAST_SIZES
    ]


def _curve(places: list[tuple[int, int]], losses: list[float], cost: Callable) -> IsoFlop:
    costs = [cost(n, d) for n, d in places]
    budget = math.exp(sum(math.log(one) for one in costs) / len(costs))
    sizes = [n for n, _ in places]
    parabola = np.polyfit(np.log(sizes), losses, 2)
    p0, p1, p2 = (float(p) for p in parabola)
    return IsoFlop(budget, tuple(sizes), tuple(losses), (p0, p1, p2))
