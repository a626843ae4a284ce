"""Other ways to write gptlab/ppo.py."""

import numpy as np
import torch
import torch.nn.functional as F

from tests.support.other_ways import other_way


@other_way("ppo.policy_gradient_loss")
def with_where_and_a_count(logprobs, advantages, mask):
    gains = torch.where(mask, logprobs, 0.0) * torch.where(mask, advantages, 0.0)
    return -gains.sum() / mask.sum()


@other_way("ppo.policy_gradient_loss")
def as_a_dot_product(logprobs, advantages, mask):
    chosen = logprobs.masked_select(mask)
    return chosen @ advantages.detach().masked_select(mask) / -len(chosen)


@other_way("ppo.policy_gradient_loss")
def token_by_token(logprobs, advantages, mask):
    losses = [
        -advantages[b, t] * logprobs[b, t]
        for b in range(len(mask))
        for t in range(mask.shape[1])
        if mask[b, t]
    ]
    return torch.stack(losses).mean()


@other_way("ppo.token_log_probs")
def with_cross_entropy(logits, ids):
    return -F.cross_entropy(logits[:, :-1].transpose(1, 2), ids[:, 1:], reduction="none")


@other_way("ppo.token_log_probs")
def with_logsumexp(logits, ids):
    used = logits[:, :-1, :]
    chosen = torch.take_along_dim(used, ids[:, 1:, None], dim=2)[..., 0]
    return chosen - torch.logsumexp(used, dim=2)


@other_way("ppo.token_log_probs")
def with_index(logits, ids):
    B, T, _ = logits.shape
    table = F.log_softmax(logits, dim=-1)
    return table[torch.arange(B)[:, None], torch.arange(T - 1), ids[:, 1:]]


@other_way("ppo.token_log_probs")
def over_everything(logits, ids):
    return torch.log_softmax(logits, -1)[:, :-1].gather(2, ids[:, 1:].unsqueeze(2)).squeeze(2)


@other_way("ppo.kl_estimates")
def with_ratios(logprobs, ref_logprobs):
    log_ratio = ref_logprobs - logprobs
    return -log_ratio, 0.5 * log_ratio.square(), log_ratio.exp() - 1 - log_ratio


@other_way("ppo.kl_estimates")
def as_a_list(logprobs, ref_logprobs):
    k1 = torch.sub(logprobs, ref_logprobs)
    return [k1, k1 * k1 / 2, torch.exp(-k1) - 1 + k1]


@other_way("ppo.kl_estimates")
def stacked(logprobs, ref_logprobs):
    k1 = logprobs - ref_logprobs
    return torch.stack([k1, k1**2 / 2, torch.exp(-k1) - 1 + k1])


@other_way("ppo.token_rewards")
def row_by_row(score, logprobs, ref_logprobs, mask, beta):
    out = torch.zeros_like(logprobs)
    for b, row in enumerate(mask):
        places = row.nonzero().flatten()
        out[b, places] = -beta * (logprobs[b, places] - ref_logprobs[b, places])
        out[b, places[-1]] += score[b]
    return out


@other_way("ppo.token_rewards")
def filled_and_scattered(score, logprobs, ref_logprobs, mask, beta):
    kl = (logprobs - ref_logprobs).masked_fill(~mask, 0)
    last = (mask * torch.arange(mask.shape[1])).argmax(dim=1, keepdim=True)
    return (-beta * kl).scatter_add(1, last, score[:, None])


@other_way("ppo.gae")
def by_the_sum(rewards, values, mask, gamma=1.0, lam=0.95):
    advantages = torch.zeros_like(values)
    for b in range(len(values)):
        kept = mask[b].nonzero().flatten().tolist()
        for n, t in enumerate(kept):
            for step, s in enumerate(kept[n:]):
                later = values[b, kept[n + step + 1]] if n + step + 1 < len(kept) else 0.0
                advantages[b, t] += (gamma * lam) ** step * (
                    rewards[b, s] + gamma * later - values[b, s]
                )
    return advantages, torch.where(mask, advantages + values, torch.zeros_like(values))


@other_way("ppo.gae")
def row_by_row_back(rewards, values, mask, gamma=1.0, lam=0.95):
    advantages, returns = torch.zeros_like(values), torch.zeros_like(values)
    for b in range(values.shape[0]):
        next_value = advantage = 0.0
        for t in reversed(range(values.shape[1])):
            if not mask[b, t]:
                continue
            advantage = rewards[b, t] + gamma * next_value - values[b, t] + gamma * lam * advantage
            next_value = values[b, t]
            advantages[b, t], returns[b, t] = advantage, advantage + next_value
    return [advantages, returns]


@other_way("ppo.whiten")
def with_var_mean(x, mask, shift_mean=True):
    variance, mean = torch.var_mean(x[mask], unbiased=False)
    out = (x - mean) * torch.rsqrt(variance + 1e-8)
    return (out if shift_mean else out + mean).masked_fill(~mask, 0)


@other_way("ppo.whiten")
def into_zeros(x, mask, shift_mean=True):
    kept = x[mask]
    centred = kept - kept.mean()
    out = torch.zeros_like(x)
    out[mask] = centred / (centred.pow(2).mean() + 1e-8).sqrt() + (0 if shift_mean else kept.mean())
    return out


@other_way("ppo.policy_loss")
def with_two_losses(logprobs, old_logprobs, advantages, mask, clip=0.2):
    ratio = (logprobs - old_logprobs).exp()
    losses = torch.max(
        -advantages * ratio, -advantages * torch.clamp(ratio, 1.0 - clip, 1.0 + clip)
    )
    return torch.where(mask, losses, 0.0).sum() / mask.sum()


@other_way("ppo.policy_loss")
def kept_one_by_one(logprobs, old_logprobs, advantages, mask, clip=0.2):
    losses = []
    for b, t in mask.nonzero().tolist():
        ratio = torch.exp(logprobs[b, t] - old_logprobs[b, t])
        gain = torch.min(torch.stack([ratio, ratio.clip(1 - clip, 1 + clip)]) * advantages[b, t])
        losses.append(-gain)
    return sum(losses) / len(losses)


@other_way("ppo.value_loss")
def with_clamp(values, old_values, returns, mask, clip=0.2):
    clipped = torch.clamp(values, old_values - clip, old_values + clip)
    losses = torch.max((values - returns).square(), (clipped - returns).square())
    return 0.5 * losses[mask].mean()


@other_way("ppo.value_loss")
def kept_first(values, old_values, returns, mask, clip=0.2):
    v, old, goal = (torch.masked_select(x, mask) for x in (values, old_values, returns))
    near = torch.where((v - old).abs() > clip, old + clip * torch.sign(v - old), v)
    return torch.stack([(v - goal) ** 2, (near - goal) ** 2]).amax(0).sum() / (2 * mask.sum())


@other_way("ppo.adaptive_beta")
def with_branches(beta, kl, target, n_steps, horizon):
    error = (kl - target) / target
    if error > 0.2:
        error = 0.2
    if error < -0.2:
        error = -0.2
    return beta + beta * error * n_steps / horizon


@other_way("ppo.adaptive_beta")
def with_torch(beta, kl, target, n_steps, horizon):
    error = torch.tensor(kl / target - 1, dtype=torch.float64).clamp(-0.2, 0.2)
    return beta * (1 + error.item() * n_steps / horizon)


@other_way("ppo.token_log_probs")
def position_by_position(logits, ids):
    columns = [
        F.log_softmax(logits[:, t], dim=-1).gather(1, ids[:, t + 1 : t + 2])[:, 0]
        for t in range(ids.shape[1] - 1)
    ]
    return torch.stack(columns, dim=1)


@other_way("ppo.token_log_probs")
def with_one_hots(logits, ids):
    one_hot = F.one_hot(ids[:, 1:], logits.shape[-1]).to(logits.dtype)
    return torch.einsum("btv,btv->bt", logits[:, :-1].log_softmax(-1), one_hot)


@other_way("ppo.kl_estimates")
def with_expm1(logprobs, ref_logprobs):
    difference = ref_logprobs - logprobs
    return difference.neg(), difference.pow(2).div(2), torch.expm1(difference).sub(difference)


@other_way("ppo.token_rewards")
def with_one_hot_scores(score, logprobs, ref_logprobs, mask, beta):
    last = (torch.arange(mask.shape[1]) * mask).max(dim=1).values
    paid = F.one_hot(last, mask.shape[1]) * score.unsqueeze(1)
    return torch.where(
        mask, paid - beta * logprobs + beta * ref_logprobs, torch.zeros_like(logprobs)
    )


@other_way("ppo.gae")
def from_the_returns(rewards, values, mask, gamma=1.0, lam=0.95):
    returns = torch.zeros_like(values)
    for b in range(len(values)):
        later, next_value = 0.0, 0.0  # the λ-return: r + γ((1 − λ)·V' + λ·G')
        for t in mask[b].nonzero().flatten().flip(0).tolist():
            later = rewards[b, t] + gamma * ((1 - lam) * next_value + lam * later)
            next_value, returns[b, t] = values[b, t], later
    return torch.where(mask, returns - values, 0.0), returns


@other_way("ppo.gae")
def without_a_gradient(rewards, values, mask, gamma=1.0, lam=0.95):
    with torch.no_grad():
        advantages, later, value = (
            torch.zeros_like(rewards),
            rewards.new_zeros(len(rewards)),
            rewards.new_zeros(len(rewards)),
        )
        for t in range(rewards.size(1) - 1, -1, -1):
            m = mask[:, t]
            step = rewards[:, t] + gamma * value - values[:, t] + gamma * lam * later
            later[m], value[m] = step[m], values[:, t][m]
            advantages[:, t][m] = step[m]
        return advantages, (advantages + values).masked_fill(~mask, 0.0)


@other_way("ppo.whiten")
def number_by_number(x, mask, shift_mean=True):
    kept = x[mask].tolist()
    mean = sum(kept) / len(kept)
    spread = (sum((k - mean) ** 2 for k in kept) / len(kept) + 1e-8) ** 0.5
    back = 0.0 if shift_mean else mean
    rows = zip(x.tolist(), mask.tolist())
    return torch.tensor(
        [[(n - mean) / spread + back if m else 0.0 for n, m in zip(*row)] for row in rows]
    )


@other_way("ppo.whiten")
def without_a_gradient_whitened(x, mask, shift_mean=True):
    with torch.no_grad():
        mean, std = x[mask].mean(), (x[mask].var(correction=0) + 1e-8).sqrt()
        out = x.clone().sub_(mean).div_(std)
        if not shift_mean:
            out += mean
        out[~mask] = 0.0
        return out


@other_way("ppo.policy_loss")
def by_the_sign_of_the_advantage(logprobs, old_logprobs, advantages, mask, clip=0.2):
    ratio = torch.exp(logprobs - old_logprobs)
    kept_back = torch.where(advantages > 0, ratio.clamp(max=1 + clip), ratio.clamp(min=1 - clip))
    return -torch.masked_select(kept_back * advantages, mask).mean()


@other_way("ppo.value_loss")
def half_first(values, old_values, returns, mask, clip=0.2):
    near = torch.min(torch.max(values, old_values - clip), old_values + clip)
    worse = torch.max(0.5 * (returns - values) ** 2, 0.5 * (returns - near) ** 2)
    return worse.masked_fill(~mask, 0.0).sum() / mask.count_nonzero()


@other_way("ppo.adaptive_beta")
def with_numpy(beta, kl, target, n_steps, horizon):
    return beta * (1.0 + np.clip(kl / target - 1.0, -0.2, 0.2) * n_steps / horizon)


@other_way("ppo.policy_loss")
def with_what_is_given_detached(logprobs, old_logprobs, advantages, mask, clip=0.2):
    old_logprobs, advantages = old_logprobs.detach(), advantages.detach()
    ratio = (logprobs - old_logprobs).exp()
    return torch.max(-ratio * advantages, -ratio.clamp(1 - clip, 1 + clip) * advantages)[
        mask
    ].mean()


@other_way("ppo.value_loss")
def with_targets_detached(values, old_values, returns, mask, clip=0.2):
    near = old_values.detach() + (values - old_values.detach()).clip(-clip, clip)
    losses = [F.mse_loss(x, returns.detach(), reduction="none") for x in (values, near)]
    return torch.maximum(*losses)[mask].mean() * 0.5


@other_way("ppo.kl_estimates")
def without_a_gradient_of_kl(logprobs, ref_logprobs):
    with torch.no_grad():
        return with_ratios(logprobs, ref_logprobs)
