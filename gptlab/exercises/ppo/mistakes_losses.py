"""Wrong bodies of `policy_loss`, `value_loss` and `adaptive_beta`."""

import torch

from gptlab.exercises.mistake import mistake


def _mean_of_means(losses, mask):
    return (torch.where(mask, losses, 0.0).sum(1) / mask.sum(1)).mean()


MEANS = [
    (
        "padding counted",
        "The mean runs over the kept positions.",
        lambda losses, mask: losses.mean(),
    ),
    (
        "divided by all positions",
        "The mean runs over the kept positions: divide by their number.",
        lambda losses, mask: torch.where(mask, losses, 0.0).mean(),
    ),
    (
        "a mean of means",
        "A long response weighs more than a short one: all kept positions of the batch count alike.",
        _mean_of_means,
    ),
    ("a sum for a mean", "The loss is per token.", lambda losses, mask: losses[mask].sum()),
    (
        "the mask turned around",
        "True means keep.",
        lambda losses, mask: losses[~mask].mean() if (~mask).any() else losses.sum() * float("nan"),
    ),
]

# ---- policy_loss


def _policy(name, hint):
    return mistake("ppo.policy_loss", name, hint)


@_policy("the larger of the two", "The objective is pessimistic: it takes the smaller gain.")
def _(logprobs, old_logprobs, advantages, mask, clip=0.2):
    ratio = torch.exp(logprobs - old_logprobs)
    clipped = ratio.clamp(1 - clip, 1 + clip)
    return -torch.maximum(ratio * advantages, clipped * advantages)[mask].mean()


@_policy("the minus sign is missing", "The gain is to grow, and a loss is made small.")
def _(logprobs, old_logprobs, advantages, mask, clip=0.2):
    ratio = torch.exp(logprobs - old_logprobs)
    clipped = ratio.clamp(1 - clip, 1 + clip)
    return torch.minimum(ratio * advantages, clipped * advantages)[mask].mean()


@_policy("the ratio turned around", "ρ is the new probability over the old one.")
def _(logprobs, old_logprobs, advantages, mask, clip=0.2):
    ratio = torch.exp(old_logprobs - logprobs)
    clipped = ratio.clamp(1 - clip, 1 + clip)
    return -torch.minimum(ratio * advantages, clipped * advantages)[mask].mean()


@_policy("the ratio without exp", "A difference of logarithms is no ratio yet.")
def _(logprobs, old_logprobs, advantages, mask, clip=0.2):
    ratio = logprobs - old_logprobs
    clipped = ratio.clamp(1 - clip, 1 + clip)
    return -torch.minimum(ratio * advantages, clipped * advantages)[mask].mean()


@_policy("one plus the difference for the ratio", "exp(d) is 1 + d only for small d.")
def _(logprobs, old_logprobs, advantages, mask, clip=0.2):
    ratio = 1 + logprobs - old_logprobs
    clipped = ratio.clamp(1 - clip, 1 + clip)
    return -torch.minimum(ratio * advantages, clipped * advantages)[mask].mean()


@_policy("not clipped", "The argument `clip` changes nothing in your result.")
def _(logprobs, old_logprobs, advantages, mask, clip=0.2):
    ratio = torch.exp(logprobs - old_logprobs)
    return -(ratio * advantages)[mask].mean()


@_policy(
    "only the clipped gain", "Without the minimum, a ratio that went wrong has no gradient back."
)
def _(logprobs, old_logprobs, advantages, mask, clip=0.2):
    ratio = torch.exp(logprobs - old_logprobs)
    clipped = ratio.clamp(1 - clip, 1 + clip)
    return -(clipped * advantages)[mask].mean()


@_policy("clipped above only", "The ratio is bounded on both sides.")
def _(logprobs, old_logprobs, advantages, mask, clip=0.2):
    ratio = torch.exp(logprobs - old_logprobs)
    clipped = ratio.clamp(max=1 + clip)
    return -torch.minimum(ratio * advantages, clipped * advantages)[mask].mean()


@_policy("clipped below only", "The ratio is bounded on both sides.")
def _(logprobs, old_logprobs, advantages, mask, clip=0.2):
    ratio = torch.exp(logprobs - old_logprobs)
    clipped = ratio.clamp(min=1 - clip)
    return -torch.minimum(ratio * advantages, clipped * advantages)[mask].mean()


@_policy("clipped around 0", "A ratio that has not moved is 1.")
def _(logprobs, old_logprobs, advantages, mask, clip=0.2):
    ratio = torch.exp(logprobs - old_logprobs)
    clipped = ratio.clamp(-clip, clip)
    return -torch.minimum(ratio * advantages, clipped * advantages)[mask].mean()


@_policy("a fixed clip", "The caller says how large ε is.")
def _(logprobs, old_logprobs, advantages, mask, clip=0.2):
    ratio = torch.exp(logprobs - old_logprobs)
    clipped = ratio.clamp(0.8, 1.2)
    return -torch.minimum(ratio * advantages, clipped * advantages)[mask].mean()


def _losses_with(mean):
    """A policy loss that is right but for its mean."""

    def body(logprobs, old_logprobs, advantages, mask, clip=0.2):
        ratio = torch.exp(logprobs - old_logprobs)
        clipped = ratio.clamp(1 - clip, 1 + clip)
        return mean(-torch.minimum(ratio * advantages, clipped * advantages), mask)

    return body


for _name, _hint, _mean in MEANS:
    _policy(_name, _hint)(_losses_with(_mean))


@_policy(
    "no gradient through the ratio", "Only the old log-probabilities and the advantages are fixed."
)
def _(logprobs, old_logprobs, advantages, mask, clip=0.2):
    with torch.no_grad():
        ratio = torch.exp(logprobs - old_logprobs)
        clipped = ratio.clamp(1 - clip, 1 + clip)
        return -torch.minimum(ratio * advantages, clipped * advantages)[mask].mean()


# ---- value_loss


def _value(name, hint):
    return mistake("ppo.value_loss", name, hint)


@_value("the smaller of the two", "The loss is pessimistic: it takes the larger error.")
def _(values, old_values, returns, mask, clip=0.2):
    clipped = old_values + (values - old_values).clamp(-clip, clip)
    errors = torch.minimum((values - returns) ** 2, (clipped - returns) ** 2)
    return errors[mask].mean() / 2


@_value("the ½ left out", "The ½ is inside.")
def _(values, old_values, returns, mask, clip=0.2):
    clipped = old_values + (values - old_values).clamp(-clip, clip)
    errors = torch.maximum((values - returns) ** 2, (clipped - returns) ** 2)
    return errors[mask].mean()


@_value(
    "not clipped",
    "`clip` changes nothing in your result: what is it that has to stay near the old value?",
)
def _(values, old_values, returns, mask, clip=0.2):
    errors = (values - returns) ** 2
    return errors[mask].mean() / 2


@_value("only the clipped error", "Both errors are formed, and the larger one counts.")
def _(values, old_values, returns, mask, clip=0.2):
    clipped = old_values + (values - old_values).clamp(-clip, clip)
    errors = (clipped - returns) ** 2
    return errors[mask].mean() / 2


@_value(
    "the old value forgotten", "What is clipped is the change, and the old value is added again."
)
def _(values, old_values, returns, mask, clip=0.2):
    clipped = (values - old_values).clamp(-clip, clip)
    errors = torch.maximum((values - returns) ** 2, (clipped - returns) ** 2)
    return errors[mask].mean() / 2


@_value("clipped as a ratio", "Values are not ratios: clip their difference.")
def _(values, old_values, returns, mask, clip=0.2):
    clipped = old_values * (values / old_values).clamp(1 - clip, 1 + clip)
    errors = torch.maximum((values - returns) ** 2, (clipped - returns) ** 2)
    return errors[mask].mean() / 2


@_value("errors without the square", "The error is squared.")
def _(values, old_values, returns, mask, clip=0.2):
    clipped = old_values + (values - old_values).clamp(-clip, clip)
    errors = torch.maximum((values - returns).abs(), (clipped - returns).abs())
    return errors[mask].mean() / 2


@_value("a fixed clip", "The caller says how large ε is.")
def _(values, old_values, returns, mask, clip=0.2):
    clipped = old_values + (values - old_values).clamp(-0.2, 0.2)
    errors = torch.maximum((values - returns) ** 2, (clipped - returns) ** 2)
    return errors[mask].mean() / 2


def _errors_with(mean):
    """A value loss that is right but for its mean."""

    def body(values, old_values, returns, mask, clip=0.2):
        clipped = old_values + (values - old_values).clamp(-clip, clip)
        return mean(torch.maximum((values - returns) ** 2, (clipped - returns) ** 2), mask) / 2

    return body


for _name, _hint, _mean in MEANS:
    _value(_name, _hint)(_errors_with(_mean))

# ---- adaptive_beta


def _beta(name, hint):
    return mistake("ppo.adaptive_beta", name, hint)


@_beta("not clipped", "One odd batch must not move the price far: the error is clipped.")
def _(beta, kl, target, n_steps, horizon):
    error = kl / target - 1
    return beta * (1 + error * n_steps / horizon)


@_beta("clipped above only", "The error is clipped on both sides.")
def _(beta, kl, target, n_steps, horizon):
    error = kl / target - 1
    error = min(0.2, error)
    return beta * (1 + error * n_steps / horizon)


@_beta("clipped below only", "The error is clipped on both sides.")
def _(beta, kl, target, n_steps, horizon):
    error = kl / target - 1
    error = max(-0.2, error)
    return beta * (1 + error * n_steps / horizon)


@_beta("the wrong way", "Too much KL makes it dearer.")
def _(beta, kl, target, n_steps, horizon):
    error = 1 - kl / target
    error = max(-0.2, min(0.2, error))
    return beta * (1 + error * n_steps / horizon)


@_beta("the difference for the ratio", "The error is relative to the target.")
def _(beta, kl, target, n_steps, horizon):
    error = kl - target
    error = max(-0.2, min(0.2, error))
    return beta * (1 + error * n_steps / horizon)


@_beta("target over kl", "The error is relative to the target.")
def _(beta, kl, target, n_steps, horizon):
    error = 1 - target / kl
    error = max(-0.2, min(0.2, error))
    return beta * (1 + error * n_steps / horizon)


@_beta("−1 left out", "On target, nothing changes.")
def _(beta, kl, target, n_steps, horizon):
    error = kl / target
    error = max(-0.2, min(0.2, error))
    return beta * (1 + error * n_steps / horizon)


@_beta("horizon over n", "The larger the horizon, the slower.")
def _(beta, kl, target, n_steps, horizon):
    error = kl / target - 1
    error = max(-0.2, min(0.2, error))
    return beta * (1 + error * horizon / n_steps)


@_beta("the horizon left out", "The larger the horizon, the slower.")
def _(beta, kl, target, n_steps, horizon):
    error = kl / target - 1
    error = max(-0.2, min(0.2, error))
    return beta * (1 + error * n_steps)


@_beta("n left out", "More episodes since the last call, a larger step.")
def _(beta, kl, target, n_steps, horizon):
    error = kl / target - 1
    error = max(-0.2, min(0.2, error))
    return beta * (1 + error / horizon)


@_beta("added to beta", "The change is a share of beta.")
def _(beta, kl, target, n_steps, horizon):
    error = kl / target - 1
    error = max(-0.2, min(0.2, error))
    return beta + error * n_steps / horizon


@_beta("1 + left out", "Where there is no error, beta stays.")
def _(beta, kl, target, n_steps, horizon):
    error = kl / target - 1
    error = max(-0.2, min(0.2, error))
    return beta * error * n_steps / horizon


@_beta("clipped at 0.1", "Look at the bounds of the clip.")
def _(beta, kl, target, n_steps, horizon):
    error = kl / target - 1
    error = max(-0.1, min(0.1, error))
    return beta * (1 + error * n_steps / horizon)
