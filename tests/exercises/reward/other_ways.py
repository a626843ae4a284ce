"""Other ways to write gptlab/reward.py."""

import itertools

import numpy as np
import torch
import torch.nn.functional as F

from tests.support.other_ways import other_way


@other_way("reward.last_token_index")
def with_flip(mask):
    return mask.shape[1] - 1 - mask.flip(1).int().argmax(1)


@other_way("reward.last_token_index")
def with_nonzero(mask):
    return torch.stack([row.nonzero().max() for row in mask])


@other_way("reward.last_token_index")
def with_products(mask):
    return (mask * torch.arange(mask.size(1))).argmax(dim=1)


@other_way("reward.pairwise_loss")
def with_softplus(chosen, rejected):
    return F.softplus(rejected - chosen).mean()


@other_way("reward.pairwise_loss")
def with_logaddexp(chosen, rejected):
    return torch.logaddexp(torch.zeros_like(chosen), rejected - chosen).sum() / len(chosen)


@other_way("reward.pairwise_loss")
def as_a_choice_of_two(chosen, rejected):
    both = torch.stack([chosen, rejected], dim=-1)
    return F.cross_entropy(both, torch.zeros(len(chosen), dtype=torch.long))


@other_way("reward.ranking_loss")
def with_loops(rewards):
    K = rewards.shape[-1]
    losses = [
        F.softplus(rewards[..., l] - rewards[..., w]) for w in range(K) for l in range(w + 1, K)
    ]
    return torch.stack(losses).mean()


@other_way("reward.ranking_loss")
def with_a_table(rewards):
    K = rewards.size(-1)
    differences = rewards.unsqueeze(-1) - rewards.unsqueeze(-2)
    above = torch.ones(K, K).triu(1).bool()
    return -F.logsigmoid(differences[..., above]).mean()


@other_way("reward.ranking_loss")
def with_combinations(rewards):
    pairs = torch.tensor(list(itertools.combinations(range(rewards.shape[-1]), 2)))
    chosen = rewards[..., pairs]
    return -F.log_softmax(chosen, dim=-1)[..., 0].mean()


@other_way("reward.agreement")
def with_a_count(labels_a, labels_b):
    equal = 0
    for i in range(len(labels_a)):
        if labels_a[i] == labels_b[i]:
            equal += 1
    return equal / len(labels_a)


@other_way("reward.agreement")
def with_numpy(labels_a, labels_b):
    a, b = np.asarray(labels_a), np.asarray(labels_b)
    return np.mean(a == b)


@other_way("reward.agreement")
def with_tensors(labels_a, labels_b):
    a, b = torch.as_tensor(labels_a), torch.as_tensor(labels_b)
    return (a == b).float().mean()


@other_way("reward.normalize")
def with_methods(rewards, mean, std):
    return rewards.sub(mean).div(std)


@other_way("reward.normalize")
def with_a_product(rewards, mean, std):
    return rewards * (1 / std) - mean / std


@other_way("reward.last_token_index")
def with_cumsum(mask):
    return mask.long().cumsum(dim=1).argmax(dim=1)


@other_way("reward.last_token_index")
def with_python(mask):
    return torch.tensor([max(t for t, keep in enumerate(row) if keep) for row in mask.tolist()])


@other_way("reward.pairwise_loss")
def with_binary_cross_entropy(chosen, rejected):
    return F.binary_cross_entropy_with_logits(chosen - rejected, torch.ones_like(chosen))


@other_way("reward.pairwise_loss")
def pair_by_pair(chosen, rejected):
    return sum(
        torch.log1p(torch.exp(-(w - l).abs())) + (l - w).clamp(min=0)
        for w, l in zip(chosen, rejected)
    ) / len(chosen)


@other_way("reward.ranking_loss")
def prompt_by_prompt(rewards):
    K = rewards.shape[-1]
    rows = []
    for row in rewards.reshape(-1, K):
        pairs = [(row[w], row[l]) for w in range(K) for l in range(K) if w < l]
        rows.append(-F.logsigmoid(torch.stack([w - l for w, l in pairs])).mean())
    return torch.stack(rows).mean()


@other_way("reward.ranking_loss")
def with_a_triangle_of_weights(rewards):
    K = rewards.shape[-1]
    losses = F.softplus(rewards[..., None, :] - rewards[..., :, None])  # [w, l]
    return (losses * torch.ones(K, K).triu(1)).sum((-1, -2)).mean() * 2 / (K * (K - 1))


@other_way("reward.agreement")
def with_map(labels_a, labels_b):
    return sum(map(lambda a, b: int(a) == int(b), labels_a, labels_b)) / len(labels_b)


@other_way("reward.normalize")
def without_a_gradient(rewards, mean, std):
    with torch.no_grad():
        return (rewards - mean).mul_(1 / std)


@other_way("reward.calibration_error")
def with_bincount(sure, right, n_bins=10):
    bin_of = torch.clamp((sure * n_bins).floor(), 0, n_bins - 1).long()
    came = torch.bincount(bin_of, weights=right, minlength=n_bins)
    said = torch.bincount(bin_of, weights=sure, minlength=n_bins)
    return float((came - said).abs().sum() / len(sure))


@other_way("reward.calibration_error")
def closed_above(sure, right, n_bins=10):
    edges = torch.linspace(0, 1, n_bins + 1, dtype=sure.dtype)
    error = torch.zeros((), dtype=sure.dtype)
    for low, high in zip(edges[:-1], edges[1:]):
        here = (sure > low) & (sure <= high) | (sure == 0) & (low == 0)
        if here.sum() > 0:
            error += here.to(sure.dtype).mean() * (right[here].mean() - sure[here].mean()).abs()
    return error.item()


@other_way("reward.calibration_error")
def sorted_into_lists(sure, right, n_bins=10):
    bins = [[] for _ in range(n_bins)]
    for said, came in zip(sure.tolist(), right.tolist()):
        bins[min(n_bins - 1, int(said * n_bins))].append((said, came))
    total = 0.0
    for bin in bins:
        if bin:
            said = sum(pair[0] for pair in bin) / len(bin)
            came = sum(pair[1] for pair in bin) / len(bin)
            total += len(bin) / len(sure) * abs(said - came)
    return total


@other_way("reward.calibration_error")
def with_a_table_of_members(sure, right, n_bins=10):
    bin_of = torch.bucketize(sure, torch.arange(1, n_bins).to(sure) / n_bins, right=True)
    members = torch.nn.functional.one_hot(bin_of, n_bins).to(sure)  # (N, bins)
    n = members.sum(0)
    gaps = (members.T @ right - members.T @ sure) / n.clamp(min=1)
    return torch.sum(n / n.sum() * gaps.abs())
