"""Wrong bodies of gptlab/alignment.py, right almost everywhere: its checks must reject each."""

import math

import torch

from gptlab.blanks.registry import reference
from tests.support.wrong_ways import wrong


@wrong("alignment.best_of_n")
def squeezed_index(rewards):
    return rewards.topk(1, -1).indices.squeeze()


@wrong("alignment.best_of_n_kl")
def the_limit_for_many(n):
    return math.log(n) - 1 if n > 1 else 0.0


@wrong("alignment.dpo_loss")
def ipo(chosen, rejected, ref_chosen, ref_rejected, beta):
    return ((chosen - rejected - ref_chosen + ref_rejected - 1 / (2 * beta)) ** 2).mean()


@wrong("alignment.dpo_loss")
def through_the_reference_only(chosen, rejected, ref_chosen, ref_rejected, beta):
    return reference("alignment.dpo_loss")(
        chosen.detach(), rejected.detach(), ref_chosen, ref_rejected, beta
    )


@wrong("alignment.group_advantages")
def a_smaller_eps(rewards):
    return (rewards - rewards.mean(-1, keepdim=True)) / (rewards.std(-1, keepdim=True) + 1e-6)


@wrong("alignment.group_advantages")
def nothing_for_two(rewards):
    if rewards.shape[-1] == 2:
        return torch.zeros_like(rewards)
    return reference("alignment.group_advantages")(rewards)


@wrong("alignment.leave_one_out_advantages")
def the_group_is_the_first_axis_of_one(rewards):
    n = rewards.shape[0] if rewards.shape[0] > 1 else rewards.shape[-1]
    return rewards - (rewards.sum(-1, keepdim=True) - rewards) / (n - 1)
