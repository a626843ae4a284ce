"""More features than channels: what a tiny network keeps of five features in two numbers.

The model is that of Elhage et al. 2022, "Toy Models of Superposition": x' = relu(x·W·Wᵀ + b). It squeezes the
features into the channels and has to give them back.

F features, C channels, D densities, S starts, B batch.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab.engine.train.step import train_adam

N_FEATURES, N_CHANNELS = 5, 2
IMPORTANCE = 0.9  # of each feature beside the one before it: which are kept if not all can be
STARTS = 8  # the best of so many is kept: such small networks get stuck
BATCH, STEPS, LR = 256, 1200, 0.01
KEPT = 0.5  # a feature's direction at least so long counts as kept


class Stored(NamedTuple):
    """The best network for one density."""

    directions: Tensor  # (F, C): where in the channels each feature is written
    bias: Tensor  # (F)

    @property
    def kept(self) -> int:
        """How many features have a direction of their own."""
        return int((self.directions.norm(dim=-1) > KEPT).sum())

    def overlap(self, features: list[float]) -> list[float]:
        """What the channels say of each feature before bias and relu: x·W·Wᵀ."""
        return (torch.tensor(features) @ self.directions @ self.directions.T).tolist()

    def given_back(self, features: list[float]) -> list[float]:
        """What the network gives back: relu(x·W·Wᵀ + b)."""
        return F.relu(torch.tensor(self.overlap(features)) + self.bias).tolist()


def draw(densities: Tensor, n: int, generator: torch.Generator) -> Tensor:
    """Features between 0 and 1, each there with its density's chance and else 0; -> (D, 1, B, F)."""
    shape = (len(densities), 1, n, N_FEATURES)
    present = torch.rand(shape, generator=generator) < densities[:, None, None, None]
    return present * torch.rand(shape, generator=generator)


def losses(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    """The error of each network; x (D, 1, B, F), w (D, S, F, C), b (D, S, 1, F) -> (D, S)."""
    given_back = F.relu(x @ w @ w.mT + b)
    importance = IMPORTANCE ** torch.arange(N_FEATURES)
    return (importance * (x - given_back).square()).sum(-1).mean(-1)


def train(densities: list[float], seed: int = 0) -> dict[float, Stored]:
    """For each chance that a feature is there, the best network; all are trained side by side."""
    generator = torch.Generator().manual_seed(seed)
    chances = torch.tensor(densities)
    size = (len(densities), STARTS, N_FEATURES, N_CHANNELS)
    w = (0.5 * torch.randn(size, generator=generator)).requires_grad_()
    b = torch.zeros(len(densities), STARTS, 1, N_FEATURES, requires_grad=True)

    def loss_of_batch() -> Tensor:
        # divided by the density, so that all learn at about the same pace
        return (losses(draw(chances, BATCH, generator), w, b).sum(-1) / chances).sum()

    train_adam([w, b], loss_of_batch, STEPS, lambda step: LR * (1 - step / STEPS))
    with torch.no_grad():
        error = losses(draw(chances, 20 * BATCH, generator), w, b)
    best = error.argmin(-1).tolist()
    return {
        density: Stored(w.detach()[row, start], b.detach()[row, start, 0])
        for row, (density, start) in enumerate(zip(densities, best, strict=True))
    }
