"""Reference bodies for gptlab/ppo.py."""

import torch
from torch import Tensor

from gptlab.ppo import KL_ERROR_LIMIT, WHITEN_EPS
from gptlab.reward import last_token_index


def policy_gradient_loss(logprobs: Tensor, advantages: Tensor, mask: Tensor) -> Tensor:
    gains = advantages[mask] * logprobs[mask]  # (B, R) -> (n)
    return -gains.mean()


def token_log_probs(logits: Tensor, ids: Tensor) -> Tensor:
    logprobs = torch.log_softmax(logits[:, :-1], dim=-1)  # (B, T-1, V)
    targets = ids[:, 1:, None]  # (B, T-1, 1)
    return logprobs.gather(-1, targets).squeeze(-1)  # (B, T-1)


def kl_estimates(logprobs: Tensor, ref_logprobs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    k1 = logprobs - ref_logprobs
    k2 = k1**2 / 2
    k3 = torch.expm1(-k1) + k1
    return k1, k2, k3


def token_rewards(
    score: Tensor, logprobs: Tensor, ref_logprobs: Tensor, mask: Tensor, beta: float
) -> Tensor:
    penalty = torch.where(mask, -beta * (logprobs - ref_logprobs), 0.0)
    positions = torch.arange(mask.shape[1], device=mask.device)
    is_last = positions == last_token_index(mask)[:, None]  # (B, R)
    return penalty + torch.where(is_last, score[:, None], 0.0)


def gae(
    rewards: Tensor, values: Tensor, mask: Tensor, gamma: float = 1.0, lam: float = 0.95
) -> tuple[Tensor, Tensor]:
    next_value = torch.zeros_like(values[:, 0])  # (B)
    next_advantage = torch.zeros_like(values[:, 0])
    columns = []
    for t in reversed(range(values.shape[1])):
        keep = mask[:, t]
        delta = rewards[:, t] + gamma * next_value - values[:, t]
        advantage = delta + gamma * lam * next_advantage
        columns.append(torch.where(keep, advantage, 0.0))
        # A dropped token hands on what comes after it, so padding cannot leak in.
        next_value = torch.where(keep, values[:, t], next_value)
        next_advantage = torch.where(keep, advantage, next_advantage)
    advantages = torch.stack(columns[::-1], dim=1)  # (B, R)
    returns = torch.where(mask, advantages + values, 0.0)
    return advantages, returns


def whiten(x: Tensor, mask: Tensor, shift_mean: bool = True) -> Tensor:
    kept = x[mask]  # (B, R) -> (n)
    mean = kept.mean()
    variance = ((kept - mean) ** 2).mean()
    # Padding becomes the mean first: a nan there would come back through the gradient.
    centered = torch.where(mask, x, mean) - mean
    whitened = centered / torch.sqrt(variance + WHITEN_EPS)
    if not shift_mean:
        whitened = whitened + mean
    return torch.where(mask, whitened, 0.0)


def policy_loss(
    logprobs: Tensor, old_logprobs: Tensor, advantages: Tensor, mask: Tensor, clip: float = 0.2
) -> Tensor:
    ratio = torch.exp(logprobs[mask] - old_logprobs[mask])  # (B, R) -> (n)
    clipped_ratio = ratio.clamp(1 - clip, 1 + clip)
    kept_advantages = advantages[mask]
    gain = torch.minimum(ratio * kept_advantages, clipped_ratio * kept_advantages)
    return -gain.mean()


def value_loss(
    values: Tensor, old_values: Tensor, returns: Tensor, mask: Tensor, clip: float = 0.2
) -> Tensor:
    new, old, goal = values[mask], old_values[mask], returns[mask]  # (B, R) -> (n)
    clipped = old + (new - old).clamp(-clip, clip)
    squared_error = torch.maximum((new - goal) ** 2, (clipped - goal) ** 2)
    return squared_error.mean() / 2


def adaptive_beta(beta: float, kl: float, target: float, n_steps: int, horizon: float) -> float:
    error = max(-KL_ERROR_LIMIT, min(KL_ERROR_LIMIT, kl / target - 1))
    return beta * (1 + error * n_steps / horizon)
