"""Wrong bodies of gptlab/ppo.py, right almost everywhere: its checks must reject each."""

import torch

from gptlab.blanks.registry import reference
from tests.support.wrong_ways import wrong


@wrong("ppo.policy_gradient_loss")
def a_limit_for_advantages(logprobs, advantages, mask):
    return -(logprobs[mask] * advantages[mask].clamp(-2, 2)).mean()


@wrong("ppo.policy_gradient_loss")
def right_padding_assumed(logprobs, advantages, mask):
    lengths = mask.sum(1)
    rows = [(logprobs[b, :n] * advantages[b, :n]).sum() for b, n in enumerate(lengths)]
    return -sum(rows) / lengths.sum()


@wrong("ppo.token_log_probs")
def squeezed_logprobs(logits, ids):
    return logits[:, :-1].log_softmax(-1).gather(-1, ids[:, 1:, None]).squeeze()


@wrong("ppo.token_log_probs")
def a_floor_for_probabilities(logits, ids):
    return (
        logits[:, :-1].softmax(-1).gather(-1, ids[:, 1:, None]).squeeze(-1).clamp(min=1e-30).log()
    )


@wrong("ppo.kl_estimates")
def never_below_zero(logprobs, ref_logprobs):
    k1, k2, k3 = reference("ppo.kl_estimates")(logprobs, ref_logprobs)
    return k1.clamp(min=0), k2, k3


@wrong("ppo.token_rewards")
def the_score_shared_out(score, logprobs, ref_logprobs, mask, beta):
    out = torch.where(mask, -beta * (logprobs - ref_logprobs), 0.0)
    return out + mask * (score / mask.sum(1))[:, None]


@wrong("ppo.token_rewards")
def absolute_kl(score, logprobs, ref_logprobs, mask, beta):
    base = reference("ppo.token_rewards")(score, logprobs, logprobs, mask, beta)
    return base - torch.where(mask, beta * (logprobs - ref_logprobs).abs(), 0.0)


@wrong("ppo.gae")
def rows_that_share_what_comes_next(rewards, values, mask, gamma=1.0, lam=0.95):
    advantages, returns = reference("ppo.gae")(
        rewards.reshape(1, -1), values.reshape(1, -1), mask.reshape(1, -1), gamma, lam
    )
    return advantages.reshape(values.shape), returns.reshape(values.shape)


@wrong("ppo.gae")
def bootstrapped_in_full_rows(rewards, values, mask, gamma=1.0, lam=0.95):
    full = mask.all(1, keepdim=True)
    moved = torch.where(
        full & (torch.arange(values.shape[1]) == values.shape[1] - 1),
        rewards + gamma * values,
        rewards,
    )
    return reference("ppo.gae")(moved, values, mask, gamma, lam)


@wrong("ppo.gae")
def always_the_standard_lambda(rewards, values, mask, gamma=1.0, lam=0.95):
    return reference("ppo.gae")(rewards, values, mask, gamma, lam if lam in (0, 1) else 0.95)


@wrong("ppo.whiten")
def the_spread_floored(x, mask, shift_mean=True):
    kept = x[mask]
    out = (x - kept.mean()) / kept.std(unbiased=False).clamp(min=1e-4) + (
        0.0 if shift_mean else kept.mean()
    )
    return torch.where(mask, out, 0.0)


@wrong("ppo.whiten")
def scaled_in_place(x, mask, shift_mean=True):
    out = reference("ppo.whiten")(x, mask, shift_mean)
    x.copy_(out)
    return out


@wrong("ppo.policy_loss")
def clipped_only(logprobs, old_logprobs, advantages, mask, clip=0.2):
    ratio = (logprobs - old_logprobs).exp().clamp(1 - clip, 1 + clip)
    return -(ratio * advantages)[mask].mean()


@wrong("ppo.policy_loss")
def clipped_above_only(logprobs, old_logprobs, advantages, mask, clip=0.2):
    ratio = (logprobs - old_logprobs).exp()
    return -torch.minimum(ratio * advantages, ratio.clamp(max=1 + clip) * advantages)[mask].mean()


@wrong("ppo.policy_loss")
def clipped_in_the_log(logprobs, old_logprobs, advantages, mask, clip=0.2):
    log_ratio = logprobs - old_logprobs
    near = log_ratio.clamp(-clip, clip).exp()
    return -torch.minimum(log_ratio.exp() * advantages, near * advantages)[mask].mean()


@wrong("ppo.policy_loss")
def a_gradient_through_the_advantages_sign(logprobs, old_logprobs, advantages, mask, clip=0.2):
    return reference("ppo.policy_loss")(
        logprobs, old_logprobs, advantages.abs() * advantages.sign().clamp(min=-0.5), mask, clip
    )


@wrong("ppo.value_loss")
def the_smaller_square(values, old_values, returns, mask, clip=0.2):
    near = old_values + (values - old_values).clamp(-clip, clip)
    return torch.minimum((values - returns) ** 2, (near - returns) ** 2)[mask].mean() / 2


@wrong("ppo.value_loss")
def clipped_by_a_share(values, old_values, returns, mask, clip=0.2):
    near = torch.minimum(
        torch.maximum(values, old_values - clip * old_values.abs()),
        old_values + clip * old_values.abs(),
    )
    return torch.maximum((values - returns) ** 2, (near - returns) ** 2)[mask].mean() / 2


@wrong("ppo.adaptive_beta")
def clipped_by_the_result(beta, kl, target, n_steps, horizon):
    return beta * (1 + max(-0.2, min(0.2, (kl / target - 1) * n_steps / horizon)))


@wrong("ppo.adaptive_beta")
def doubled_or_halved(beta, kl, target, n_steps, horizon):
    return beta * 2 if kl > 1.5 * target else beta / 2 if kl < target / 1.5 else beta
