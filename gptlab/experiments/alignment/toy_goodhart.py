"""Two proxies that agree with gold equally well, one merely noisy, one blind to a fault: best-of-n tells them apart.

eager    how far a reply goes in pleasing, from N(0, 1)
gold     eager − 0.4 · eager²: some is good, too much is bad
blind    eager: it has never seen too much
noisy    gold and Gaussian noise, as much of it as makes it agree with gold as `blind` does
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gptlab.experiments.alignment.best_of_n import best_of_curve

FAULT = 0.4
N = 15_000  # replies
NS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


@dataclass(frozen=True)
class ToyCurve:
    """What best-of-n gives by one proxy: means of proxy and gold for each n of NS, and the agreement with gold."""

    proxy: list[float]
    gold: list[float]
    correlation: float


def toy_replies(seed: int = 0, n: int = N) -> tuple[Tensor, dict[str, Tensor]]:
    """Gold of n replies (n,), and what each proxy says of them."""
    generator = torch.Generator().manual_seed(seed)
    eager = torch.randn(n, generator=generator)
    gold = eager - FAULT * eager**2
    # corr(gold, eager)² = 1 / (1 + 2·0.4²): the noise that gives another proxy the same
    spread = (2 * FAULT**2 * (1 + 2 * FAULT**2)) ** 0.5
    noisy = gold + spread * torch.randn(n, generator=generator)
    return gold, {"noisy": noisy, "blind": eager}


def toy_curves(seed: int = 0, ns: Sequence[int] = NS) -> dict[str, ToyCurve]:
    """Both proxies' curves."""
    gold, proxies = toy_replies(seed)
    found = {}
    for name, proxy in proxies.items():
        rows = best_of_curve(proxy, [proxy, gold], ns).tolist()
        agreement = float(torch.corrcoef(torch.stack([proxy, gold]))[0, 1])
        found[name] = ToyCurve(rows[0], rows[1], agreement)
    return found
