"""What GRPO's two divisions weigh: prompts on which all replies are alike, and long replies."""

import torch
from torch import Tensor, nn

from gptlab import alignment
from gptlab.experiments.alignment.bench import Bench
from gptlab.experiments.alignment.group_policy import REPLIES


def real_groups(bench: Bench, proxy: nn.Module, prompts: int = 48) -> Tensor:
    """Rewards of four replies of the SFT model to each of many questions; (P, 4)."""
    alignment.group_advantages(torch.zeros(1, 2))  # asked before replies are written
    written = bench.write(bench.reference, bench.training_questions(prompts), 77, REPLIES)
    return bench.proxy_scores(proxy, written).view(prompts, REPLIES)


def shares_by_spread(rewards: Tensor, parts: int = 4) -> list[tuple[float, float, float]]:
    """Groups from the least to the most different rewards, cut into parts of equal size.

    rewards  (P, K) float
    ->       for each part: mean standard deviation; its share of all advantages, in size, by GRPO and by RLOO
    """
    spreads = rewards.std(dim=-1)
    order = spreads.argsort()
    sizes = [
        advantages(rewards).abs().sum(-1)
        for advantages in (alignment.group_advantages, alignment.leave_one_out_advantages)
    ]
    return [
        (float(spreads[rows].mean()), *(float(size[rows].sum() / size.sum()) for size in sizes))
        for rows in torch.tensor_split(order, parts)
    ]
