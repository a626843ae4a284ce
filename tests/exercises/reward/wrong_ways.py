"""Wrong bodies of gptlab/reward.py, right almost everywhere: its checks must reject each."""

import torch
import torch.nn.functional as F

from gptlab.blanks.registry import reference
from tests.support.wrong_ways import wrong


@wrong("reward.last_token_index")
def longest_run(mask):
    return mask.shape[1] - 1 - mask.flip(1).int().argmax(1).clamp(max=2)


@wrong("reward.pairwise_loss")
def hinge(chosen, rejected):
    return F.relu(1 - (chosen - rejected)).mean()


@wrong("reward.pairwise_loss")
def a_clamped_difference(chosen, rejected):
    return -F.logsigmoid((chosen - rejected).clamp(-100, 100)).mean()


@wrong("reward.pairwise_loss")
def a_little_added_in_the_log(chosen, rejected):
    return -torch.log(torch.sigmoid(chosen - rejected) + 1e-8).mean()


@wrong("reward.ranking_loss")
def prompts_mixed(rewards):
    flat = rewards.reshape(-1)
    return reference("reward.ranking_loss")(flat)


@wrong("reward.ranking_loss")
def listwise(rewards):
    return torch.stack(
        [rewards[..., i:].logsumexp(-1) - rewards[..., i] for i in range(rewards.shape[-1] - 1)]
    ).mean()


@wrong("reward.agreement")
def of_the_different_labels(labels_a, labels_b):
    a, b = list(map(int, labels_a)), list(map(int, labels_b))
    return len(set(a) & set(b)) / len(set(a) | set(b))


@wrong("reward.agreement")
def kappa(labels_a, labels_b):
    share = reference("reward.agreement")(labels_a, labels_b)
    return (share - 0.5) / 0.5 if share < 1 else 1.0


@wrong("reward.normalize")
def clipped_to_ten(rewards, mean, std):
    return ((rewards - mean) / (std + 1e-3)).clamp(-10, 10)


@wrong("reward.calibration_error")
def answers_below_a_half_left_out(sure, right, n_bins=10):
    kept = sure >= 0.5
    if not kept.any():
        return 0.0
    return reference("reward.calibration_error")(sure[kept], right[kept], n_bins)


@wrong("reward.calibration_error")
def bins_with_one_answer_left_out(sure, right, n_bins=10):
    bin_of = (sure * n_bins).long().clamp(max=n_bins - 1)
    kept = torch.bincount(bin_of, minlength=n_bins)[bin_of] > 1
    return (
        reference("reward.calibration_error")(sure[kept], right[kept], n_bins)
        if kept.any()
        else 0.0
    )


@wrong("reward.calibration_error")
def right_or_wrong_only(sure, right, n_bins=10):
    return reference("reward.calibration_error")(sure, (right > 0.5).to(right), n_bins)
