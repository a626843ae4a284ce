"""Wrong bodies of gptlab/ppo.py, gptlab/alignment.py and gptlab/chat.py."""

import math

import torch
import torch.nn.functional as F

from gptlab.blanks.solutions import reference
from gptlab.chat import message_tokens

from . import wrong

# ---- ppo


@wrong("ppo.token_log_probs")
def squeezed_logprobs(logits, ids):
    return logits[:, :-1].log_softmax(-1).gather(-1, ids[:, 1:, None]).squeeze()


@wrong("ppo.token_log_probs")
def a_floor_for_probabilities(logits, ids):
    return logits[:, :-1].softmax(-1).gather(-1, ids[:, 1:, None]).squeeze(-1).clamp(min=1e-30).log()


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
    advantages, returns = reference("ppo.gae")(rewards.reshape(1, -1), values.reshape(1, -1), mask.reshape(1, -1), gamma, lam)
    return advantages.reshape(values.shape), returns.reshape(values.shape)


@wrong("ppo.gae")
def bootstrapped_in_full_rows(rewards, values, mask, gamma=1.0, lam=0.95):
    full = mask.all(1, keepdim=True)
    moved = torch.where(full & (torch.arange(values.shape[1]) == values.shape[1] - 1), rewards + gamma * values, rewards)
    return reference("ppo.gae")(moved, values, mask, gamma, lam)


@wrong("ppo.gae")
def always_the_standard_lambda(rewards, values, mask, gamma=1.0, lam=0.95):
    return reference("ppo.gae")(rewards, values, mask, gamma, lam if lam in (0, 1) else 0.95)


@wrong("ppo.whiten")
def the_spread_floored(x, mask, shift_mean=True):
    kept = x[mask]
    out = (x - kept.mean()) / kept.std(unbiased=False).clamp(min=1e-4) + (0.0 if shift_mean else kept.mean())
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
    return reference("ppo.policy_loss")(logprobs, old_logprobs, advantages.abs() * advantages.sign().clamp(min=-0.5), mask, clip)


@wrong("ppo.value_loss")
def the_smaller_square(values, old_values, returns, mask, clip=0.2):
    near = old_values + (values - old_values).clamp(-clip, clip)
    return torch.minimum((values - returns) ** 2, (near - returns) ** 2)[mask].mean() / 2


@wrong("ppo.value_loss")
def clipped_by_a_share(values, old_values, returns, mask, clip=0.2):
    near = torch.minimum(torch.maximum(values, old_values - clip * old_values.abs()), old_values + clip * old_values.abs())
    return torch.maximum((values - returns) ** 2, (near - returns) ** 2)[mask].mean() / 2


@wrong("ppo.adaptive_beta")
def clipped_by_the_result(beta, kl, target, n_steps, horizon):
    return beta * (1 + max(-0.2, min(0.2, (kl / target - 1) * n_steps / horizon)))


@wrong("ppo.adaptive_beta")
def doubled_or_halved(beta, kl, target, n_steps, horizon):
    return beta * 2 if kl > 1.5 * target else beta / 2 if kl < target / 1.5 else beta


# ---- alignment


@wrong("alignment.best_of_n")
def squeezed_index(rewards):
    return rewards.topk(1, -1).indices.squeeze()


@wrong("alignment.best_of_n_kl")
def the_limit_for_many(n):
    return math.log(n) - 1 if n > 1 else 0.0


@wrong("alignment.dpo_loss")
def ipo(chosen, rejected, ref_chosen, ref_rejected, beta):
    return ((chosen - rejected - ref_chosen + ref_rejected - 1 / (2 * beta)) ** 2).mean()


@wrong("alignment.dpo_loss")
def through_the_reference_only(chosen, rejected, ref_chosen, ref_rejected, beta):
    return reference("alignment.dpo_loss")(chosen.detach(), rejected.detach(), ref_chosen, ref_rejected, beta)


@wrong("alignment.group_advantages")
def a_smaller_eps(rewards):
    return (rewards - rewards.mean(-1, keepdim=True)) / (rewards.std(-1, keepdim=True) + 1e-6)


@wrong("alignment.group_advantages")
def nothing_for_two(rewards):
    if rewards.shape[-1] == 2:
        return torch.zeros_like(rewards)
    return reference("alignment.group_advantages")(rewards)


@wrong("alignment.leave_one_out_advantages")
def the_group_is_the_first_axis_of_one(rewards):
    n = rewards.shape[0] if rewards.shape[0] > 1 else rewards.shape[-1]
    return rewards - (rewards.sum(-1, keepdim=True) - rewards) / (n - 1)


# ---- chat


@wrong("chat.append_kv")
def into_the_old_cache(cache, k, v):
    if cache is None:
        return k, v
    joined = [torch.cat([old, new], 2) for old, new in zip(cache, (k, v))]
    cache[0].zero_()
    return tuple(joined)


@wrong("chat.attend_cached")
def one_query_only(q, cache, keep=None):
    k, v = cache
    mask = None if keep is None else keep[:, None, None, :].expand(-1, 1, q.shape[2], -1)
    return F.scaled_dot_product_attention(q, k, v, mask)


@wrong("chat.attend_cached")
def the_first_rows_keep(q, cache, keep=None):
    return reference("chat.attend_cached")(q, cache, None if keep is None else keep[:1].expand(len(q), -1))


@wrong("chat.trim_history")
def the_system_message_is_dropped_when_it_does_not_fit(messages, budget, count_tokens):
    if sum(message_tokens(m, count_tokens) for m in (messages[0], messages[-1])) > budget:
        return messages[-1:]
    return reference("chat.trim_history")(messages, budget, count_tokens)


@wrong("chat.trim_history")
def the_last_answer_is_dropped(messages, budget, count_tokens):
    kept = reference("chat.trim_history")(messages, budget, count_tokens)
    start = 1 if kept[0]["role"] == "system" else 0
    return kept[:start] if all(m["role"] == "assistant" for m in kept[start:]) else kept


@wrong("chat.trim_history")
def any_system_message_stays(messages, budget, count_tokens):
    kept = reference("chat.trim_history")(messages, budget, count_tokens)
    return [m for m in messages if m in kept or m["role"] == "system"]


@wrong("chat.elo_update")
def rounded(rating_a, rating_b, outcome, k=32):
    a, b = reference("chat.elo_update")(rating_a, rating_b, outcome, k)
    return float(round(a)), float(round(b))


@wrong("chat.elo_update")
def never_more_than_four_hundred_apart(rating_a, rating_b, outcome, k=32):
    gap = max(-400, min(400, rating_b - rating_a))
    change = k * (outcome - 1 / (1 + 10 ** (gap / 400)))
    return rating_a + change, rating_b - change
