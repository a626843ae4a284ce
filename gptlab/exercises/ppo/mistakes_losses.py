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


_TIMES = "nan · 0 is nan, and so is inf · 0: choose with [mask] or torch.where."


def _gains(ratio=lambda new, old: torch.exp(new - old), gain=None, bounds=lambda c: (1 - c, 1 + c)):
    """A policy loss with another ratio, another gain or other bounds."""

    def smaller(ratio, clipped, advantages):
        return torch.minimum(ratio * advantages, clipped * advantages)

    def body(logprobs, old_logprobs, advantages, mask, clip=0.2):
        r = ratio(logprobs, old_logprobs)
        low, high = bounds(clip)
        return -(gain or smaller)(r, r.clamp(low, high), advantages)[mask].mean()

    return body


_policy("nan times 0", _TIMES)(
    _losses_with(lambda losses, mask: (losses * mask).sum() / mask.sum())
)
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


def _near(clipped_of, larger=torch.maximum, finish=lambda errors, mask: errors[mask].mean() / 2):
    """A value loss whose clipped value, or what is made of the errors, is another."""

    def body(values, old_values, returns, mask, clip=0.2):
        clipped = clipped_of(values, old_values, returns, clip)
        return finish(larger((values - returns) ** 2, (clipped - returns) ** 2), mask)

    return body


def _step(values, old, returns, clip):
    return old + (values - old).clamp(-clip, clip)


_value("nan times 0", _TIMES)(
    _near(_step, finish=lambda errors, mask: (errors * mask).sum() / mask.sum() / 2)
)
_value("the value clipped around 0", "V stays near V_old, not near 0.")(
    _near(lambda v, old, r, c: v.clamp(-c, c))
)
_value("the change with the wrong sign", "V_old is left in the direction of V.")(
    _near(lambda v, old, r, c: old - (v - old).clamp(-c, c))
)
_value("both errors added", "The larger of the two counts, not both.")(_near(_step, torch.add))
_value("the mean of both errors", "The larger of the two counts, not both.")(
    _near(_step, lambda a, b: (a + b) / 2)
)
_value(
    "the larger of the two means",
    "The larger error is chosen for each token, then the mean is taken.",
)(
    lambda v, old, r, mask, clip=0.2: (
        torch.maximum(((v - r) ** 2)[mask].mean(), ((_step(v, old, r, clip) - r) ** 2)[mask].mean())
        / 2
    )
)
_value("the root of the mean", "The loss is the mean square itself.")(
    _near(_step, finish=lambda errors, mask: errors[mask].mean().sqrt() / 2)
)
_value("one loss a token", "The result is one number, the mean.")(
    _near(_step, finish=lambda errors, mask: errors[mask] / 2)
)
_value("the minus sign of the policy's", "An error is made small as it is: no sign is turned.")(
    _near(_step, finish=lambda errors, mask: -errors[mask].mean() / 2)
)


_value("0 taken for no clip", "`clip or 0.2` puts the default in place of 0: ε is always given.")(
    lambda v, old, r, mask, clip=0.2: _near(_step)(v, old, r, mask, clip or 0.2)
)


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


def _changed(error, share=lambda e, n, horizon: 1 + e * n / horizon):
    return lambda beta, kl, target, n, horizon: beta * share(error(kl, target), n, horizon)


def _error(kl, target):
    return max(-0.2, min(0.2, kl / target - 1))


_beta("clipped after n over horizon", "The error is clipped, and then multiplied by n / horizon.")(
    lambda beta, kl, target, n, horizon: (
        beta * (1 + max(-0.2, min(0.2, (kl / target - 1) * n / horizon)))
    )
)
_beta("never lowered", "Too little KL makes it cheaper: the lower bound is −0.2.")(
    _changed(lambda kl, target: max(0.0, min(0.2, kl / target - 1)))
)
_beta("no brackets around the error's share", "1 + e · n / horizon: only the error is multiplied.")(
    _changed(_error, lambda e, n, horizon: (1 + e) * n / horizon)
)
_beta("n and horizon left out", "The change grows with n and shrinks with the horizon.")(
    _changed(_error, lambda e, n, horizon: 1 + e)
)
_beta("kl over target clipped", "First subtract 1, then clip.")(
    _changed(lambda kl, target: max(-0.2, min(0.2, kl / target)) - 1)
)
_beta("raised to a power", "beta is multiplied by 1 + e · n / horizon.")(
    _changed(_error, lambda e, n, horizon: (1 + e) ** (n / horizon))
)
_beta("min and max swapped", "min bounds from above, max from below.")(
    _changed(lambda kl, target: min(-0.2, max(0.2, kl / target - 1)))
)


_beta("no brackets around kl − target", "Python divides first: kl − target / target.")(
    _changed(lambda kl, target: max(-0.2, min(0.2, kl - target / target)))
)
