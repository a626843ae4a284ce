"""Wrong bodies of gptlab/ppo.py as people write them, and what each is to be told."""

import torch

from gptlab.blanks.registry import reference
from tests.support.natural_ways import natural

PROBS = "ppo.token_log_probs"
KL = "ppo.kl_estimates"
REWARDS = "ppo.token_rewards"
GAE = "ppo.gae"
WHITEN = "ppo.whiten"
POLICY = "ppo.policy_loss"
VALUE = "ppo.value_loss"
BETA = "ppo.adaptive_beta"


@natural("ppo.policy_gradient_loss", "nan times 0")
def gradient_times_the_mask(logprobs, advantages, mask):
    return -(logprobs * advantages * mask).sum() / mask.sum()


@natural("ppo.policy_gradient_loss", "every token with every advantage")
def a_column_times_a_row(logprobs, advantages, mask):
    return -(advantages[mask].unsqueeze(1) * logprobs[mask].unsqueeze(0)).mean()


@natural("ppo.policy_gradient_loss", "the mask turned around")
def zeros_where_kept(logprobs, advantages, mask):
    return -(logprobs * advantages).masked_fill(mask, 0.0).sum() / (~mask).sum()


@natural("ppo.policy_gradient_loss", "probabilities, not their logarithms")
def with_probabilities(logprobs, advantages, mask):
    return -(torch.exp(logprobs[mask]) * advantages[mask]).sum() / mask.sum()


@natural("ppo.token_rewards", "nan times 0")
def rewards_times_the_mask(score, logprobs, ref_logprobs, mask, beta):
    rewards = -beta * (logprobs - ref_logprobs) * mask
    last = mask.shape[1] - 1 - mask.flip(1).float().argmax(1)
    rewards[torch.arange(len(mask)), last] += score
    return rewards


@natural("ppo.gae", "nan times 0")
def gae_times_the_mask(rewards, values, mask, gamma=1.0, lam=0.95):
    mask = mask.float()
    B, R = values.shape
    advantages, later, value = torch.zeros(B, R), torch.zeros(B), torch.zeros(B)
    for t in reversed(range(R)):
        delta = rewards[:, t] + gamma * value - values[:, t]
        later = (delta + gamma * lam * later) * mask[:, t]
        value = values[:, t] * mask[:, t]
        advantages[:, t] = later
    return advantages, (advantages + values) * mask


@natural("ppo.whiten", "nan times 0")
def whitened_times_the_mask(x, mask, shift_mean=True):
    n = mask.sum()
    mean = (x * mask).sum() / n
    variance = (((x - mean) ** 2) * mask).sum() / n
    out = (x - mean) / (variance + 1e-8) ** 0.5
    return (out if shift_mean else out + mean) * mask


@natural("ppo.policy_loss", "nan times 0")
def policy_times_the_mask(logprobs, old_logprobs, advantages, mask, clip=0.2):
    ratio = torch.exp(logprobs - old_logprobs)
    gain = torch.min(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages)
    return -(gain * mask).sum() / mask.sum()


@natural("ppo.value_loss", "nan times 0")
def value_times_the_mask(values, old_values, returns, mask, clip=0.2):
    near = old_values + (values - old_values).clamp(-clip, clip)
    worse = torch.max((values - returns) ** 2, (near - returns) ** 2)
    return 0.5 * (worse * mask).sum() / mask.sum()


def _log_probs(logits, ids):
    return torch.log_softmax(logits, dim=-1).gather(2, ids.unsqueeze(2)).squeeze(2)


natural(PROBS, "nothing shifted")(_log_probs)
natural(PROBS, "nothing shifted, the first dropped")(
    lambda logits, ids: _log_probs(logits[:, 1:], ids[:, 1:])
)
natural(PROBS, "shifted the wrong way")(lambda logits, ids: _log_probs(logits[:, 1:], ids[:, :-1]))
natural(PROBS, "gather without the last axis")(
    lambda logits, ids: torch.log_softmax(logits[:, :-1], -1).gather(-1, ids[:, 1:])
)
natural(PROBS, "bits for nats")(
    lambda logits, ids: (
        torch.log2(torch.softmax(logits[:, :-1].clamp(-700, 700), -1))
        .gather(2, ids[:, 1:, None])
        .squeeze(2)
    )
)
natural(PROBS, "one number for a text")(
    lambda logits, ids: _log_probs(logits[:, :-1], ids[:, 1:]).sum(dim=1)
)

for _name, _k1, _k3 in (
    ("a ratio of the logarithms", lambda a, b: a / b, lambda k: torch.exp(-k) - 1 + k),
    ("policy and reference swapped", lambda a, b: b - a, lambda k: torch.exp(-k) - 1 + k),
    ("the wrong exponent in k3", lambda a, b: a - b, lambda k: torch.exp(k) - 1 - k),
    ("k3 without + k1", lambda a, b: a - b, lambda k: torch.exp(-k) - 1),
    ("k3 without −1", lambda a, b: a - b, lambda k: torch.exp(-k) + k),
):
    natural(KL, _name)(lambda a, b, k1=_k1, k3=_k3: (k1(a, b), 0.5 * k1(a, b) ** 2, k3(k1(a, b))))


def _paid(score, kl, mask, shift=0):
    out = torch.where(mask, kl, 0.0)
    for b in range(len(mask)):
        last = int(mask[b].nonzero().max()) + shift
        if last < mask.shape[1]:
            out[b, last] += score[b]
    return out


natural(REWARDS, "KL rewarded")(lambda s, a, b, mask, beta: _paid(s, beta * (a - b), mask))
natural(REWARDS, "the square charged")(
    lambda s, a, b, mask, beta: _paid(s, -beta * (a - b) ** 2 / 2, mask)
)
natural(REWARDS, "the score one token too far")(
    lambda s, a, b, mask, beta: _paid(s, beta * (b - a), mask, shift=1)
)


@natural(REWARDS, "all of the KL at the last token")
def charged_at_the_end(score, logprobs, ref_logprobs, mask, beta):
    kl = torch.where(mask, logprobs - ref_logprobs, 0.0).sum(dim=1)
    return _paid(score - beta * kl, torch.zeros_like(logprobs), mask)


def _backwards(rewards, values, mask, gamma, lam, past_the_end=False, fade=None):
    B, R = mask.shape
    advantages = torch.zeros_like(values)
    for b in range(B):
        later, value = 0.0, values[b, -1] if past_the_end else 0.0
        for t in reversed(range(R)):
            if mask[b, t]:
                delta = rewards[b, t] + gamma * value - values[b, t]
                later = delta + (gamma * lam if fade is None else fade) * later
                advantages[b, t] = later
                value = values[b, t]
    return advantages, torch.where(mask, advantages + values, 0.0)


@natural(GAE, "nothing handed on")
def one_step_of_td(rewards, values, mask, gamma=1.0, lam=0.95):
    return _backwards(rewards, values, mask, gamma, lam, fade=0.0)


@natural(GAE, "returns as plain rewards-to-go")
def plain_returns(rewards, values, mask, gamma=1.0, lam=0.95):
    returns = torch.zeros_like(values)
    for b, t in mask.nonzero().flip(0).tolist():
        kept = mask[b].nonzero().flatten().tolist()
        later = kept[kept.index(t) :]
        returns[b, t] = sum(gamma**i * rewards[b, s] for i, s in enumerate(later))
    return _backwards(rewards, values, mask, gamma, lam)[0], returns


@natural(GAE, "advantages whitened")
def whitened_inside(rewards, values, mask, gamma=1.0, lam=0.95):
    advantages, returns = _backwards(rewards, values, mask, gamma, lam)
    return reference(WHITEN)(advantages, mask), returns


@natural(GAE, "advantages whitened, and the returns made of them")
def whitened_before_the_returns(rewards, values, mask, gamma=1.0, lam=0.95):
    advantages = reference(WHITEN)(_backwards(rewards, values, mask, gamma, lam)[0], mask)
    return advantages, torch.where(mask, advantages + values, 0.0)


@natural(GAE, "advantages with the wrong sign")
def worse_than_expected(rewards, values, mask, gamma=1.0, lam=0.95):
    advantages = -_backwards(rewards, values, mask, gamma, lam)[0]
    return advantages, torch.where(mask, advantages + values, 0.0)


@natural(GAE, "λ left out")
def monte_carlo(rewards, values, mask, gamma=1.0, lam=0.95):
    return _backwards(rewards, values, mask, gamma, lam, fade=gamma)


@natural(GAE, "bootstrapped past the last kept token")
def into_the_padding(rewards, values, mask, gamma=1.0, lam=0.95):
    R = values.shape[1]
    advantages, later = torch.zeros_like(values), torch.zeros_like(values[:, 0])
    for t in reversed(range(R)):
        following = values[:, t + 1] if t + 1 < R else torch.zeros_like(values[:, 0])
        later = rewards[:, t] + gamma * following - values[:, t] + gamma * lam * later
        advantages[:, t] = later
    zero = torch.zeros_like(values)
    return torch.where(mask, advantages, zero), torch.where(mask, advantages + values, zero)


@natural(WHITEN, "cancellation")
def the_school_formula(x, mask, shift_mean=True):
    kept = torch.masked_select(x, mask)
    mean = kept.mean()
    variance = (kept * kept).mean() - mean * mean
    out = (x - mean) / torch.sqrt(variance + 1e-8)
    return torch.where(mask, out if shift_mean else out + mean, 0.0)


def _white(x, mask, shift_mean, scale):
    kept = x[mask]
    out = (x - kept.mean()) * scale(kept)
    return (out if shift_mean else out + kept.mean()).masked_fill(~mask, 0.0)


for _name, _scale in (
    ("not scaled", lambda kept: 1.0),
    ("the unbiased deviation", lambda kept: 1 / (kept.std() + 1e-8)),
    ("divided by the variance", lambda kept: 1 / (kept.var(unbiased=False) + 1e-8)),
    ("the unbiased variance", lambda kept: (kept.var() + 1e-8).rsqrt()),
):
    natural(WHITEN, _name)(
        lambda x, mask, shift_mean=True, scale=_scale: _white(x, mask, shift_mean, scale)
    )


def _policy(ratio, finish=None):
    def body(logprobs, old_logprobs, advantages, mask, clip=0.2):
        r = ratio(logprobs, old_logprobs)
        a = r * advantages
        b = torch.clamp(r, 1 - clip, 1 + clip) * advantages
        return finish(a, b, mask) if finish else -torch.min(a, b)[mask].mean()

    return body


def _ratio(new, old):
    return torch.exp(new - old)


natural(POLICY, "a ratio of log-probabilities")(_policy(lambda new, old: new / old))
natural(POLICY, "the ratio without exp")(_policy(lambda new, old: new - old))
natural(POLICY, "the larger of the two")(
    _policy(_ratio, lambda a, b, mask: -torch.max(a, b)[mask].mean())
)
natural(POLICY, "the minus sign is missing")(
    _policy(_ratio, lambda a, b, mask: torch.min(a, b)[mask].mean())
)
natural(POLICY, "padding counted")(_policy(_ratio, lambda a, b, mask: -torch.min(a, b).mean()))


@natural(POLICY, "the smaller ratio")
def the_minimum_too_early(logprobs, old_logprobs, advantages, mask, clip=0.2):
    ratio = torch.exp(logprobs - old_logprobs)
    ratio = torch.minimum(ratio, ratio.clamp(1 - clip, 1 + clip))
    return -(ratio * advantages)[mask].mean()


def _value(near, choose=torch.max, half=0.5):
    def body(values, old_values, returns, mask, clip=0.2):
        clipped = near(values, old_values, clip)
        errors = choose((values - returns).square(), (clipped - returns).square())
        return half * errors[mask].mean()

    return body


def _near(v, old, clip):
    return torch.clamp(v, old - clip, old + clip)


natural(VALUE, "the ½ left out")(_value(_near, half=1.0))
natural(VALUE, "the smaller of the two")(_value(_near, torch.min))
natural(VALUE, "both errors added")(_value(_near, torch.add))
natural(VALUE, "the value clipped around 0")(_value(lambda v, old, clip: v.clamp(-clip, clip)))
natural(VALUE, "the old value forgotten")(_value(lambda v, old, clip: (v - old).clamp(-clip, clip)))

natural(BETA, "clipped after n over horizon")(
    lambda beta, kl, target, n, horizon: (
        beta * (1 + min(max((kl - target) / target * n / horizon, -0.2), 0.2))
    )
)
natural(BETA, "the wrong way")(
    lambda beta, kl, target, n, horizon: (
        beta * (1 - min(max(kl / target - 1, -0.2), 0.2) * n / horizon)
    )
)
natural(BETA, "no brackets around the error's share")(
    lambda beta, kl, target, n, horizon: (
        beta * (1 + min(max(kl / target - 1, -0.2), 0.2)) * n / horizon
    )
)


@natural(WHITEN, "no brackets around x − m")
def python_divides_first(x, mask, shift_mean=True):
    kept = x[mask]
    out = x - kept.mean() / torch.sqrt(kept.var(correction=0) + 1e-8)
    return torch.where(mask, out if shift_mean else out + kept.mean(), 0.0)


@natural(GAE, "0 taken for no γ or λ")
def gamma_or_one(rewards, values, mask, gamma=None, lam=0.95):
    return _backwards(rewards, values, mask, gamma or 1.0, lam)


@natural(POLICY, "0 taken for no clip")
def clip_or_the_default(logprobs, old_logprobs, advantages, mask, clip=None):
    return reference(POLICY)(logprobs, old_logprobs, advantages, mask, clip or 0.2)


@natural(GAE, "a gap ends V, and fades Â")
def shifted_values(rewards, values, mask, gamma=1.0, lam=0.95):
    v, r = torch.where(mask, values, 0.0), torch.where(mask, rewards, 0.0)
    following = torch.cat([v[:, 1:], torch.zeros_like(v[:, :1])], dim=1)
    delta = (r + gamma * following - v) * mask
    later, columns = 0.0, []
    for t in range(mask.shape[1] - 1, -1, -1):
        later = delta[:, t] + gamma * lam * later
        columns.append(later)
    advantages = torch.stack(columns[::-1], dim=1) * mask
    return advantages, (advantages + v) * mask
