"""Reference bodies for gptlab/alignment.py."""

import math

import torch.nn.functional as F
from torch import Tensor

from gptlab.alignment import GROUP_EPS


def ptx_loss(ppo_loss, pretraining_loss, gamma):
    return ppo_loss + gamma * pretraining_loss


def best_of_n(rewards: Tensor) -> Tensor:
    return rewards.argmax(dim=-1)  # (..., K) -> (...)


def best_of_n_kl(n: int) -> float:
    if n < 1:
        raise ValueError(f"best of {n} is not defined; n must be at least 1")
    return math.log(n) - (n - 1) / n


def dpo_loss(
    chosen: Tensor, rejected: Tensor, ref_chosen: Tensor, ref_rejected: Tensor, beta: float
) -> Tensor:
    chosen_reward = beta * (chosen - ref_chosen)
    rejected_reward = beta * (rejected - ref_rejected)
    return -F.logsigmoid(chosen_reward - rejected_reward).mean()


def group_advantages(rewards: Tensor) -> Tensor:
    n_replies = rewards.shape[-1]
    if n_replies < 2:
        raise ValueError(f"a group of {n_replies} reply has no spread; give at least 2")
    mean = rewards.mean(dim=-1, keepdim=True)
    std = rewards.std(dim=-1, keepdim=True)  # torch divides by K - 1
    return (rewards - mean) / (std + GROUP_EPS)


def leave_one_out_advantages(rewards: Tensor) -> Tensor:
    n_replies = rewards.shape[-1]
    if n_replies < 2:
        raise ValueError(f"a group of {n_replies} reply has no others; give at least 2")
    others = rewards.sum(dim=-1, keepdim=True) - rewards
    return rewards - others / (n_replies - 1)
