"""Other ways to write gptlab/alignment.py."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from gptlab import alignment
from tests.support.other_ways import other_way


@other_way("alignment.ptx_loss")
def turned(ppo_loss, pretraining_loss, gamma):
    return pretraining_loss * gamma + ppo_loss


@other_way("alignment.ptx_loss")
def with_add(ppo_loss, pretraining_loss, gamma):
    return torch.add(ppo_loss, pretraining_loss, alpha=gamma)


@other_way("alignment.best_of_n")
def with_max(rewards):
    return rewards.max(dim=-1).indices


@other_way("alignment.best_of_n")
def with_sort(rewards):
    return rewards.sort(dim=-1, descending=True, stable=True).indices[..., 0]


@other_way("alignment.best_of_n")
def with_topk(rewards):
    return rewards.topk(1, dim=-1).indices.squeeze(-1)


@other_way("alignment.best_of_n_kl")
def shortened(n):
    return math.log(n) - 1 + 1 / n


@other_way("alignment.best_of_n_kl")
def with_numpy(n):
    return np.log(n) - (n - 1) / n


@other_way("alignment.dpo_loss")
def with_ratios(chosen, rejected, ref_chosen, ref_rejected, beta):
    policy, reference = chosen - rejected, ref_chosen - ref_rejected
    return F.softplus(-beta * (policy - reference)).mean()


@other_way("alignment.dpo_loss")
def as_pairs(chosen, rejected, ref_chosen, ref_rejected, beta):
    rewards = beta * torch.stack([chosen - ref_chosen, rejected - ref_rejected])
    return -rewards.log_softmax(dim=0)[0].mean()


@other_way("alignment.group_advantages")
def with_var_mean(rewards):
    variance, mean = torch.var_mean(rewards, dim=-1, unbiased=True, keepdim=True)
    return (rewards - mean) / (variance.sqrt() + 1e-4)


@other_way("alignment.group_advantages")
def written_out(rewards):
    K = rewards.shape[-1]
    centred = rewards - rewards.sum(-1, keepdim=True) / K
    return centred / ((centred**2).sum(-1, keepdim=True) / (K - 1)).sqrt().add(1e-4)


@other_way("alignment.leave_one_out_advantages")
def scaled(rewards):
    K = rewards.shape[-1]
    return (rewards - rewards.mean(-1, keepdim=True)) * K / (K - 1)


@other_way("alignment.leave_one_out_advantages")
def with_a_matrix(rewards):
    K = rewards.shape[-1]
    others = (1 - torch.eye(K, dtype=rewards.dtype)) / (K - 1)
    return rewards - rewards @ others


@other_way("alignment.ptx_loss")
def with_a_sum(ppo_loss, pretraining_loss, gamma):
    return sum([ppo_loss, gamma * pretraining_loss])


@other_way("alignment.best_of_n")
def with_python_max(rewards):
    rows = rewards.reshape(-1, rewards.shape[-1]).tolist()
    return torch.tensor([row.index(max(row)) for row in rows]).reshape(rewards.shape[:-1])


@other_way("alignment.best_of_n_kl")
def as_a_tensor(n):
    return torch.log(torch.tensor(float(n), dtype=torch.float64)) - (n - 1) / n


@other_way("alignment.best_of_n_kl")
def with_log1p(n):
    return math.log1p(n - 1) + 1 / n - 1


@other_way("alignment.dpo_loss")
def pair_by_pair(chosen, rejected, ref_chosen, ref_rejected, beta):
    total = 0.0
    for w, l, ref_w, ref_l in zip(chosen, rejected, ref_chosen, ref_rejected):
        total = total - F.logsigmoid(beta * (w - ref_w) - beta * (l - ref_l))
    return total / chosen.numel()


@other_way("alignment.group_advantages")
def row_by_row(rewards):
    rows = [
        (row - row.mean()) / (row.std(correction=1) + 1e-4)
        for row in rewards.reshape(-1, rewards.shape[-1])
    ]
    return torch.stack(rows).reshape(rewards.shape)


@other_way("alignment.group_advantages")
def with_numpy_inside(rewards):
    r = rewards.detach().numpy()
    return torch.from_numpy(
        (r - r.mean(-1, keepdims=True)) / (r.std(-1, ddof=1, keepdims=True) + 1e-4)
    )


@other_way("alignment.leave_one_out_advantages")
def one_left_out(rewards):
    K = rewards.shape[-1]
    columns = [
        rewards[..., i] - (rewards[..., :i].sum(-1) + rewards[..., i + 1 :].sum(-1)) / (K - 1)
        for i in range(K)
    ]
    return torch.stack(columns, dim=-1)


@other_way("alignment.dpo_loss")
def with_the_reference_detached(chosen, rejected, ref_chosen, ref_rejected, beta):
    margin = (chosen - ref_chosen.detach()) - (rejected - ref_rejected.detach())
    return F.binary_cross_entropy_with_logits(beta * margin, torch.ones_like(margin))


@other_way("alignment.ptx_loss")
def add_alpha(ppo_loss, pretraining_loss, gamma):
    return torch.add(ppo_loss, pretraining_loss, alpha=gamma)


@other_way("alignment.ptx_loss")
def dot(ppo_loss, pretraining_loss, gamma):
    return (torch.stack([ppo_loss, pretraining_loss]) * torch.tensor([1.0, gamma])).sum()


@other_way("alignment.best_of_n")
def by_loop(rewards):
    flat = rewards.reshape(-1, rewards.shape[-1])
    out = []
    for row in flat.tolist():
        out.append(row.index(max(row)))
    return torch.tensor(out).reshape(rewards.shape[:-1])


@other_way("alignment.best_of_n")
def stable_sort(rewards):
    return torch.sort(rewards, dim=-1, descending=True, stable=True).indices[..., 0]


@other_way("alignment.best_of_n_kl")
def harmonic_style(n):
    return math.log(n) - 1 + 1 / n


@other_way("alignment.best_of_n_kl")
def fine_numeric(n):
    return float(torch.log(torch.tensor(float(n), dtype=torch.float64)) + (1 - n) / n)


@other_way("alignment.dpo_loss")
def softplus(chosen, rejected, ref_chosen, ref_rejected, beta):
    margin = beta * (chosen - rejected) - beta * (ref_chosen - ref_rejected)
    return F.softplus(-margin).mean()


@other_way("alignment.dpo_loss")
def logaddexp_loop(chosen, rejected, ref_chosen, ref_rejected, beta):
    total = 0
    for c, r, rc, rr in zip(chosen, rejected, ref_chosen, ref_rejected):
        m = beta * ((c - rc) - (r - rr))
        total = total + torch.logaddexp(torch.zeros_like(m), -m)
    return total / len(chosen)


@other_way("alignment.group_advantages")
def by_hand(rewards):
    k = rewards.shape[-1]
    centred = rewards - rewards.sum(-1, keepdim=True) / k
    return centred / ((centred.pow(2).sum(-1, keepdim=True) / (k - 1)).sqrt() + 1e-4)


@other_way("alignment.group_advantages")
def rows(rewards):
    rows = rewards.reshape(-1, rewards.shape[-1])
    out = torch.stack([(r - r.mean()) / (r.std() + alignment.GROUP_EPS) for r in rows])
    return out.view_as(rewards)


@other_way("alignment.leave_one_out_advantages")
def by_loop_of_leave_one_out_advantages(rewards):
    out = torch.empty_like(rewards)
    k = rewards.shape[-1]
    for i in range(k):
        rest = [j for j in range(k) if j != i]
        out[..., i] = rewards[..., i] - rewards[..., rest].mean(-1)
    return out


@other_way("alignment.leave_one_out_advantages")
def scaled_mean(rewards):
    k = rewards.shape[-1]
    return (rewards - rewards.mean(-1, keepdim=True)) * k / (k - 1)


@other_way("alignment.leave_one_out_advantages")
def matrix(rewards):
    k = rewards.shape[-1]
    w = torch.full((k, k), -1 / (k - 1), dtype=rewards.dtype)
    w.fill_diagonal_(1)
    return rewards @ w
