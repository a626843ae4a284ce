"""Wrong bodies of `policy_loss`, `value_loss` and `adaptive_beta`."""

import torch

from gptlab.exercises.mistake import mistake


def _mean(losses, mask):
    return losses[mask].mean()


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


def _surrogate(
    logprobs,
    old_logprobs,
    advantages,
    mask,
    clip=0.2,
    mean=_mean,
    ratio=torch.exp,
    choose=torch.minimum,
    low=lambda clip: 1 - clip,
    high=lambda clip: 1 + clip,
    sign=-1.0,
):
    rho = ratio(logprobs - old_logprobs)
    return sign * mean(
        choose(rho * advantages, rho.clamp(low(clip), high(clip)) * advantages), mask
    )


def _surrogate_with(**changed):
    return lambda *given, clip=0.2: _surrogate(*given, clip=clip, **changed)


_policy("the larger of the two", "The objective is pessimistic: it takes the smaller gain.")(
    _surrogate_with(choose=torch.maximum)
)
_policy("the minus sign is missing", "The gain is to grow, and a loss is made small.")(
    _surrogate_with(sign=1.0)
)
_policy("the ratio turned around", "ρ is the new probability over the old one.")(
    _surrogate_with(ratio=lambda d: torch.exp(-d))
)
_policy("the ratio without exp", "A difference of logarithms is no ratio yet.")(
    _surrogate_with(ratio=lambda d: d)
)
_policy("one plus the difference for the ratio", "exp(d) is 1 + d only for small d.")(
    _surrogate_with(ratio=lambda d: 1 + d)
)
_policy("not clipped", "The argument `clip` changes nothing in your result.")(
    _surrogate_with(choose=lambda a, b: a)
)
_policy(
    "only the clipped gain", "Without the minimum, a ratio that went wrong has no gradient back."
)(_surrogate_with(choose=lambda a, b: b))
_policy("clipped above only", "The ratio is bounded on both sides.")(
    _surrogate_with(low=lambda clip: 0.0)
)
_policy("clipped below only", "The ratio is bounded on both sides.")(
    _surrogate_with(high=lambda clip: 1e9)
)
_policy("clipped around 0", "A ratio that has not moved is 1.")(
    _surrogate_with(low=lambda clip: -clip, high=lambda clip: clip)
)
_policy("a fixed clip", "The caller says how large ε is.")(
    _surrogate_with(low=lambda clip: 0.8, high=lambda clip: 1.2)
)
for _name, _hint, _way in MEANS:
    _policy(_name, _hint)(_surrogate_with(mean=_way))


@_policy(
    "no gradient through the ratio", "Only the old log-probabilities and the advantages are fixed."
)
def _(logprobs, old_logprobs, advantages, mask, clip=0.2):
    return _surrogate(logprobs.detach(), old_logprobs.detach(), advantages.detach(), mask, clip)


# ---- value_loss


def _value(name, hint):
    return mistake("ppo.value_loss", name, hint)


def _squares(
    values,
    old_values,
    returns,
    mask,
    clip=0.2,
    mean=_mean,
    half=0.5,
    choose=torch.maximum,
    near=lambda new, old, goal, clip: old + (new - old).clamp(-clip, clip),
    power=lambda x: x**2,
):
    clipped = near(values, old_values, returns, clip)
    return half * mean(choose(power(values - returns), power(clipped - returns)), mask)


def _squares_with(**changed):
    return lambda *given, clip=0.2: _squares(*given, clip=clip, **changed)


_value("the smaller of the two", "The loss is pessimistic: it takes the larger error.")(
    _squares_with(choose=torch.minimum)
)
_value("the ½ left out", "The ½ is inside.")(_squares_with(half=1.0))
_value(
    "not clipped",
    "`clip` changes nothing in your result: what is it that has to stay near the old value?",
)(_squares_with(choose=lambda a, b: a))
_value("only the clipped error", "Both errors are formed, and the larger one counts.")(
    _squares_with(choose=lambda a, b: b)
)
_value(
    "the old value forgotten", "What is clipped is the change, and the old value is added again."
)(_squares_with(near=lambda new, old, goal, clip: (new - old).clamp(-clip, clip)))
_value("clipped as a ratio", "Values are not ratios: clip their difference.")(
    _squares_with(near=lambda new, old, goal, clip: old * (new / old).clamp(1 - clip, 1 + clip))
)
_value("errors without the square", "The error is squared.")(_squares_with(power=lambda x: x.abs()))
_value("a fixed clip", "The caller says how large ε is.")(
    _squares_with(near=lambda new, old, goal, clip: old + (new - old).clamp(-0.2, 0.2))
)
for _name, _hint, _way in MEANS:
    _value(_name, _hint)(_squares_with(mean=_way))

# ---- adaptive_beta


def _beta(name, hint):
    return mistake("ppo.adaptive_beta", name, hint)


def _controller(
    error=lambda kl, target: kl / target - 1,
    limit=(-0.2, 0.2),
    step=lambda n, h: n / h,
    new=lambda beta, change: beta * (1 + change),
):
    def body(beta, kl, target, n_steps, horizon):
        return new(beta, max(limit[0], min(limit[1], error(kl, target))) * step(n_steps, horizon))

    return body


_beta("not clipped", "One odd batch must not move the price far: the error is clipped.")(
    _controller(limit=(-1e9, 1e9))
)
_beta("clipped above only", "The error is clipped on both sides.")(_controller(limit=(-1e9, 0.2)))
_beta("clipped below only", "The error is clipped on both sides.")(_controller(limit=(-0.2, 1e9)))
_beta("the wrong way", "Too much KL makes it dearer.")(
    _controller(error=lambda kl, target: 1 - kl / target)
)
_beta("the difference for the ratio", "The error is relative to the target.")(
    _controller(error=lambda kl, target: kl - target)
)
_beta("target over kl", "The error is relative to the target.")(
    _controller(error=lambda kl, target: 1 - target / kl)
)
_beta("−1 left out", "On target, nothing changes.")(
    _controller(error=lambda kl, target: kl / target)
)
_beta("horizon over n", "The larger the horizon, the slower.")(_controller(step=lambda n, h: h / n))
_beta("the horizon left out", "The larger the horizon, the slower.")(
    _controller(step=lambda n, h: n)
)
_beta("n left out", "More episodes since the last call, a larger step.")(
    _controller(step=lambda n, h: 1 / h)
)
_beta("added to beta", "The change is a share of beta.")(
    _controller(new=lambda beta, change: beta + change)
)
_beta("1 + left out", "Where there is no error, beta stays.")(
    _controller(new=lambda beta, change: beta * change)
)
_beta("clipped at 0.1", "Look at the bounds of the clip.")(_controller(limit=(-0.1, 0.1)))
