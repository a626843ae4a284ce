"""Reference bodies for gptlab/reward.py."""

import torch
import torch.nn.functional as F
from torch import Tensor


def last_token_index(mask: Tensor) -> Tensor:
    positions = torch.arange(mask.shape[-1], device=mask.device)
    return torch.where(mask, positions, -1).amax(dim=-1)  # (B, T) -> (B)


def pairwise_loss(chosen: Tensor, rejected: Tensor) -> Tensor:
    return -F.logsigmoid(chosen - rejected).mean()


def ranking_loss(rewards: Tensor) -> Tensor:
    n_replies = rewards.shape[-1]
    if n_replies < 2:
        raise ValueError(f"a ranking of {n_replies} reply has no pair; give at least 2")
    better, worse = torch.triu_indices(n_replies, n_replies, offset=1, device=rewards.device)
    differences = rewards[..., better] - rewards[..., worse]  # (..., K) -> (..., C(K,2))
    return -F.logsigmoid(differences).mean()


def agreement(labels_a, labels_b) -> float:
    if len(labels_a) != len(labels_b):
        raise ValueError(
            f"{len(labels_a)} labels cannot be compared with {len(labels_b)}; label the same pairs twice"
        )
    equal = [bool(a == b) for a, b in zip(labels_a, labels_b, strict=True)]
    return sum(equal) / len(equal)


def calibration_error(sure: Tensor, right: Tensor, n_bins: int = 10) -> float:
    bin_of = (sure * n_bins).long().clamp(max=n_bins - 1)  # (N)
    error = 0.0
    for b in range(n_bins):
        here = bin_of == b
        if here.any():
            gap = right[here].mean() - sure[here].mean()
            error += float(here.sum()) / len(sure) * float(gap.abs())
    return error


def normalize(rewards: Tensor, mean, std) -> Tensor:
    return (rewards - mean) / std
