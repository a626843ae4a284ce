"""Wrong bodies of `policy_loss`."""

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


TIMES = "nan · 0 is nan, and so is inf · 0: choose with [mask] or torch.where."


def _gains(ratio=lambda new, old: torch.exp(new - old), gain=None, bounds=lambda c: (1 - c, 1 + c)):
    """A policy loss with another ratio, another gain or other bounds."""

    def smaller(ratio, clipped, advantages):
        return torch.minimum(ratio * advantages, clipped * advantages)

    def body(logprobs, old_logprobs, advantages, mask, clip=0.2):
        r = ratio(logprobs, old_logprobs)
        low, high = bounds(clip)
        return -(gain or smaller)(r, r.clamp(low, high), advantages)[mask].mean()

    return body


_policy("nan times 0", TIMES)(_losses_with(lambda losses, mask: (losses * mask).sum() / mask.sum()))
_policy(
    "a ratio of log-probabilities", "ρ is the ratio of the probabilities: exp of a difference."
)(_gains(lambda new, old: new / old))
_policy("exp of each, then the difference", "ρ is a ratio: exp(log π − log π_old).")(
    _gains(lambda new, old: new.exp() - old.exp())
)
_policy("the smaller ratio", "The smaller of the two gains is taken, not the smaller ratio.")(
    _gains(gain=lambda ratio, clipped, a: torch.minimum(ratio, clipped) * a)
)
_policy("the gain clipped, not the ratio", "The ratio is clipped, then multiplied by Â.")(
    lambda new, old, a, mask, clip=0.2: (
        -(torch.exp(new - old) * a).clamp(1 - clip, 1 + clip)[mask].mean()
    )
)
_policy("no ratio", "The gain is ρ · Â: the log-probability alone knows no old policy.")(
    lambda new, old, a, mask, clip=0.2: -(new * a)[mask].mean()
)
_policy("the advantage left out of the clipped gain", "Both gains are a ratio times Â.")(
    _gains(gain=lambda ratio, clipped, a: torch.minimum(ratio * a, clipped))
)
_policy("clipped at 1/(1 + ε)", "The bounds are 1 − ε and 1 + ε.")(
    _gains(bounds=lambda c: (1 / (1 + c), 1 + c))
)
_policy(
    "the difference clipped, not the ratio", "First exp, then the clip between 1 − ε and 1 + ε."
)(
    _gains(
        gain=lambda ratio, clipped, a: torch.minimum(
            ratio * a, ratio.log().clamp(-0.2, 0.2).exp() * a
        )
    )
)
_policy("advantages whitened", "Whitening is a step of its own, before this one.")(
    lambda new, old, a, mask, clip=0.2: _gains()(
        new, old, (a - a[mask].mean()) / (a[mask].var(unbiased=False) + 1e-8).sqrt(), mask, clip
    )
)
_policy("one loss a token", "The result is one number, the mean.")(
    _losses_with(lambda losses, mask: losses[mask])
)


_policy("0 taken for no clip", "`clip or 0.2` puts the default in place of 0: ε is always given.")(
    lambda new, old, a, mask, clip=0.2: _gains()(new, old, a, mask, clip or 0.2)
)


_policy(
    "the smaller of the gain and the clipped gain", "The ratio is clipped, then multiplied by Â."
)(
    lambda new, old, a, mask, clip=0.2: (
        -torch.minimum(
            torch.exp(new - old) * a, (torch.exp(new - old) * a).clamp(1 - clip, 1 + clip)
        )[mask].mean()
    )
)
