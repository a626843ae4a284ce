"""Drawing the next token without filters in few calls, where that was proven to draw what the learner's function draws.

It does the reference's arithmetic in the reference's order, so the tokens are the same, but in place: with 4096 scores
a row each new table costs as much as what is computed in it. B rows, V vocabulary.
"""

import math

import torch
from torch import Tensor

from gptlab import sampling
from gptlab.blanks.registry import version

BELOW = 1 - 1e-6  # of the last sum: rounding may leave nothing above it
NO_NUMBERS = "the model's scores are no numbers, so no token can be drawn: its training was lost"
_proofs: dict[int, bool] = {}  # by the version of the learner's functions


def uniform(n: int, generator: torch.Generator | None, device: torch.device | str) -> Tensor:
    """The random numbers that n rows are drawn by; (n, 1) float, from 0 to below 1."""
    return torch.rand(n, 1, generator=generator, device=device)


def draw(logits: Tensor, temperature: float, uniform: Tensor) -> Tensor:
    """One token a row at a temperature above 0.

        token = the first i with Σ_{j ≤ i} p_j > u,    p = softmax(logits / temperature)

    logits   (B, V) float32
    uniform  (B, 1) float, u of each row
    ->       (B,) int

    Raises ValueError where a row's scores are no numbers.
    """
    top = logits.amax(dim=-1, keepdim=True)  # (B, 1); nan where one score is nan
    # One sum is quicker than a look at each; it is beyond float32 where one score is, and hardly ever else.
    if not math.isfinite(top.sum().item()) and not top.isfinite().all():
        raise ValueError(NO_NUMBERS)
    sums = logits - top
    if temperature != 1:
        sums.div_(temperature)
    sums.exp_()
    sums.div_(sums.sum(dim=-1, keepdim=True)).cumsum_(dim=-1)
    return torch.searchsorted(sums, uniform * sums[:, -1:] * BELOW, right=True).squeeze(-1)


def is_proven() -> bool:
    """Whether `draw` draws what the learner's `sampling.sample_next` draws; found out anew once hers changed."""
    now = version()
    if now not in _proofs:
        _proofs.clear()
        _proofs[now] = prove_equal()
    return _proofs[now]


@torch.no_grad()
def prove_equal(seed: int = 0) -> bool:
    """Whether both draw the same tokens of random scores, and leave the generator alike.

    A function that is empty or fails is not equal.
    """
    source = torch.Generator().manual_seed(seed)
    try:
        for n, vocabulary, spread in ((1, 7, 1.0), (1, 300, 4.0), (70, 40, 2.0), (9, 1000, 0.1)):
            logits = spread * torch.randn(n, vocabulary, generator=source)
            for temperature in (1.0, 0.7, 1.9):
                hers, ours = (torch.Generator().manual_seed(seed) for _ in range(2))
                expected = sampling.sample_next(logits, temperature, None, None, hers)
                given = draw(logits, temperature, uniform(n, ours, "cpu"))
                if not torch.equal(expected, given):
                    return False
                if not torch.equal(hers.get_state(), ours.get_state()):
                    return False
    except Exception:  # whatever goes wrong in a learner's function shows when hers is run
        return False
    return True
