"""Wrong bodies of `group_advantages` and `leave_one_out_advantages`."""

import math

import torch
import torch.nn.functional as F

from gptlab import alignment
from gptlab.exercises.mistake import mistake

# ---- group_advantages


def _group(name, hint):
    return mistake("alignment.group_advantages", name, hint)


def _centred(rewards, dim=-1):
    return rewards - rewards.mean(dim, keepdim=True)


_group("the biased deviation", "The standard deviation divides by K − 1.")(
    lambda r: _centred(r) / (r.std(-1, keepdim=True, unbiased=False) + 1e-4)
)
_group("not divided by the deviation", "Each group gets the same spread.")(_centred)
_group("divided by the variance", "A root is missing.")(
    lambda r: _centred(r) / (r.var(-1, keepdim=True) + 1e-4)
)
_group("1e-4 left out", "Where all replies get the same reward, you divide 0 by 0.")(
    lambda r: _centred(r) / r.std(-1, keepdim=True)
)
_group("1e-4 inside the root", "1e-4 is added to the standard deviation.")(
    lambda r: _centred(r) / (r.var(-1, keepdim=True) + 1e-4).sqrt()
)
_group("the whole batch for a group", "Each prompt's replies are a group of their own.")(
    lambda r: (r - r.mean()) / (r.std() + 1e-4)
)
_group("groups along the first axis", "The K replies to a prompt stand along the last axis.")(
    lambda r: _centred(r, 0) / (r.std(0, keepdim=True) + 1e-4)
)
_group("the mean left in", "A reply is judged against its group's mean.")(
    lambda r: r / (r.std(-1, keepdim=True) + 1e-4)
)
_group("keepdim forgotten", "Means of shape (…) line up with the wrong axis.")(
    lambda r: (r - r.mean(-1)) / (r.std(-1) + 1e-4)
)


_group("no brackets around r − mean", "Python divides first: r − mean / std.")(
    lambda r: r - r.mean(-1, keepdim=True) / (r.std(-1, keepdim=True) + 1e-4)
)
_group("1e-4 outside the bracket", "1e-4 is added to the standard deviation, below the line.")(
    lambda r: _centred(r) / r.std(-1, keepdim=True) + 1e-4
)
_group(
    "the mean of the others", "That is RLOO's baseline; GRPO's mean is that of the whole group."
)(
    lambda r: (
        (r - (r.sum(-1, keepdim=True) - r) / (r.shape[-1] - 1)) / (r.std(-1, keepdim=True) + 1e-4)
    )
)
_group(
    "the mean of the others, not divided", "That is RLOO; GRPO takes the group's mean and divides."
)(lambda r: r - (r.sum(-1, keepdim=True) - r) / (r.shape[-1] - 1))
_group("the sign turned", "Better than the group means above 0.")(
    lambda r: -_centred(r) / (r.std(-1, keepdim=True) + 1e-4)
)
_group("the sum for the mean", "A reply is judged against its group's mean.")(
    lambda r: (r - r.sum(-1, keepdim=True)) / (r.std(-1, keepdim=True) + 1e-4)
)
_group("the median for the mean", "A reply is judged against its group's mean.")(
    lambda r: (r - r.median(-1, keepdim=True).values) / (r.std(-1, keepdim=True) + 1e-4)
)
_group("multiplied by the deviation", "A wide spread has to shrink: divide.")(
    lambda r: _centred(r) * (r.std(-1, keepdim=True) + 1e-4)
)
_group("best and worst for the spread", "The spread is the standard deviation.")(
    lambda r: _centred(r) / (r.amax(-1, keepdim=True) - r.amin(-1, keepdim=True) + 1e-4)
)
_group("r · std + mean", "That makes raw rewards of advantages: subtract the mean, divide by std.")(
    lambda r: r * r.std(-1, keepdim=True) + r.mean(-1, keepdim=True)
)


# ---- leave_one_out_advantages


def _rloo(name, hint):
    return mistake("alignment.leave_one_out_advantages", name, hint)


def _others(r):
    return r.sum(-1, keepdim=True) - r


_rloo("its own reward in the baseline", "The baseline is the mean of the others.")(_centred)
_rloo("divided by K", "There are K − 1 others.")(lambda r: r - _others(r) / r.shape[-1])
_rloo("the sum of the others", "The baseline is a mean.")(lambda r: r - _others(r))
_rloo("the sum of all over K − 1", "Its own reward does not belong to the sum.")(
    lambda r: r - r.sum(-1, keepdim=True) / (r.shape[-1] - 1)
)
_rloo("the sign turned", "Better than the others means above 0.")(
    lambda r: _others(r) / (r.shape[-1] - 1) - r
)
_rloo("only the baseline", "The advantage is how much better it was than that.")(
    lambda r: _others(r) / (r.shape[-1] - 1)
)
_rloo("the whole batch for a group", "Each prompt's replies are a group of their own.")(
    lambda r: r - (r.sum() - r) / (r.numel() - 1)
)
_rloo("groups along the first axis", "The K replies to a prompt stand along the last axis.")(
    lambda r: r - (r.sum(0, keepdim=True) - r) / (r.shape[0] - 1 or math.nan)
)
_rloo("the best of the others", "The baseline is the mean of the others.")(
    lambda r: (
        r
        - torch.where(
            r == r.amax(-1, keepdim=True), r.topk(2, -1).values[..., 1:], r.amax(-1, keepdim=True)
        )
    )
)
_rloo("divided by the deviation too", "That is GRPO's; this one only subtracts.")(
    lambda r: (r - _others(r) / (r.shape[-1] - 1)) / (r.std(-1, keepdim=True) + 1e-4)
)


_rloo("no brackets around the others' sum", "Python divides first: sum − r / (K − 1).")(
    lambda r: r - (r.sum(-1, keepdim=True) - r / (r.shape[-1] - 1))
)
_rloo("the median of the group", "The baseline is the mean of the others.")(
    lambda r: r - r.median(-1, keepdim=True).values
)
_rloo("all others added to it", "The advantage is a difference.")(
    lambda r: r + _others(r) / (r.shape[-1] - 1)
)
_rloo("keepdim forgotten", "A sum of shape (…) lines up with the wrong axis.")(
    lambda r: r - (r.sum(-1) - r) / (r.shape[-1] - 1)
)
_rloo("the group's mean over K − 1", "The others' sum is divided by K − 1, not the group's mean.")(
    lambda r: _centred(r) / (r.shape[-1] - 1)
)
_rloo("GRPO", "Nothing is divided by a deviation, and the baseline is the mean of the others.")(
    lambda r: _centred(r) / (r.std(-1, keepdim=True) + 1e-4)
)
_rloo(
    "the sum over the first axis, K from the last",
    "The others are replies to the same prompt: they stand along the last axis.",
)(lambda r: r - (r.sum(0, keepdim=True) - r) / (r.shape[-1] - 1))
_rloo(
    "the mean over the first axis",
    "The baseline is the mean of the other replies to the same prompt, along the last axis.",
)(lambda r: _centred(r, 0))


@mistake(
    "alignment.group_advantages",
    "held against the best",
    "A reply is judged against the mean of its group.",
)
def _(rewards):
    return (rewards - rewards.max(-1, keepdim=True).values) / (
        rewards.std(-1, keepdim=True) + alignment.GROUP_EPS
    )


@mistake(
    "alignment.group_advantages",
    "a softmax",
    "An advantage is a distance from the mean, above or below 0; it is no probability.",
)
def _(rewards):
    return torch.softmax(rewards, -1)


@mistake(
    "alignment.leave_one_out_advantages",
    "no brackets around the sum of the others",
    "Division binds first: the brackets belong around Σ − r_i.",
)
def _(rewards):
    k = rewards.shape[-1]
    return rewards - rewards.sum(-1, keepdim=True) - rewards / (k - 1)


@mistake(
    "alignment.leave_one_out_advantages",
    "the number of prompts for K",
    "K is how many replies a prompt has: the length of the last axis.",
)
def _(rewards):
    k = len(rewards)
    return rewards - (rewards.sum(-1, keepdim=True) - rewards) / (k - 1)
