"""Other ways to write gptlab/reward.py."""

import itertools

import numpy as np
import torch
import torch.nn.functional as F

from other_ways import other_way


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
    losses = [F.softplus(rewards[..., l] - rewards[..., w]) for w in range(K) for l in range(w + 1, K)]
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
