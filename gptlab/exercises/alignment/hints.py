"""Hints for gptlab/alignment.py."""

HINTS = {
    "ptx_loss": (
        "Two losses, one number that weighs the second.",
        "PPO's loss keeps its whole weight.",
        "PPO's loss plus gamma times the other; leave both as tensors.",
    ),
    "best_of_n": (
        "An index is asked for, not a reward.",
        "There is a tensor method for the place of the maximum; name the axis.",
        "arg… of max, over dim=-1: it returns the first where several share.",
    ),
    "best_of_n_kl": (
        "Check it by head: for n = 1 there is no choice, and the result is 0.",
        "math.log is the natural logarithm.",
        "The logarithm of n, less a fraction that is close to 1 for large n. Refuse n < 1 first.",
    ),
    "dpo_loss": (
        "How much likelier has the policy made each response than the reference did? That is its reward.",
        "A reward is beta times (log π − log π_ref), once for the chosen and once for the rejected response.",
        "Then it is pairwise_loss of the two rewards: minus the mean of logsigmoid of their difference.",
    ),
    "group_advantages": (
        "Every row is a group. Which axis do mean and deviation go over, and how do their shapes fit again?",
        "mean and std over dim=-1 with keepdim=True; torch's std divides by K − 1 by itself.",
        "(rewards − mean) / (std + GROUP_EPS). Refuse K < 2.",
    ),
    "leave_one_out_advantages": (
        "What is the sum of the others, if you know the sum of all?",
        "sum over dim=-1 with keepdim=True, less the rewards: for every reply, the sum of the others.",
        "The rewards less that sum divided by K − 1. Refuse K < 2.",
    ),
}
