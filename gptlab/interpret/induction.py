"""Induction in a GPT: which heads look at what came next the last time, and what the model gains from a repetition.

L layers, H heads, T time.
"""

from collections.abc import Iterable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab import scaling
from gptlab.engine.model.gpt import GPT
from gptlab.interpret.ablation import ablated_logits
from gptlab.interpret.attention_maps import attention_maps

PERIOD, TIMES = 25, 4  # Olsson et al. 2022: 25 random tokens, written four times


def repeated_tokens(
    pool: Sequence[int], start: int, n: int, period: int = PERIOD, times: int = TIMES, seed: int = 0
) -> Tensor:
    """Rows of random tokens of a pool, each row written `times` times after a start token; (n, 1 + T) int."""
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randint(len(pool), (n, period), generator=generator)
    once = torch.as_tensor(pool)[drawn]
    return torch.cat([torch.full((n, 1), start), *[once] * times], dim=1)


def induction_scores(model: GPT, rows: Tensor) -> Tensor:
    """The reader's `induction_score` of every head, mean over rows; rows (n, T) int -> (L, H), 0 to 1."""
    return torch.stack([scaling.induction_score(attention_maps(model, r), r) for r in rows]).mean(0)


def chance_score(rows: Tensor) -> float:
    """The induction score of a head that looks everywhere alike."""
    n = rows.shape[1]
    alike = torch.ones(n, n).tril() / torch.arange(1, n + 1)[:, None]
    return float(torch.stack([scaling.induction_score(alike, row) for row in rows]).mean())


@torch.no_grad()
def losses_by_copy(
    model: GPT, rows: Tensor, period: int = PERIOD, ablated: Iterable[tuple] = ()
) -> list[float]:
    """The loss on the first copy, the second, and so on, nats per token, while some parts are silent."""
    logits = ablated_logits(model, rows[:, :-1], ablated)
    losses = F.cross_entropy(logits.transpose(1, 2), rows[:, 1:], reduction="none")  # (n, T)
    return [float(copy.mean()) for copy in losses.split(period, dim=1)]
