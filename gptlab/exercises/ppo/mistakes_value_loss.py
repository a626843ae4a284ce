"""Wrong bodies of `value_loss`."""

import torch

from gptlab.exercises.mistake import mistake
from gptlab.exercises.ppo.mistakes_policy_loss import MEANS, TIMES


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


_value("nan times 0", TIMES)(
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


_value("the step from the new value", "V_clip starts from V_old, and goes at most ε towards V.")(
    _near(lambda v, old, r, c: v + (v - old).clamp(-c, c))
)
_value("the new value against its clip", "Both errors are measured against R, the return.")(
    lambda v, old, r, mask, clip=0.2: ((v - _step(v, old, r, clip))[mask] ** 2).mean() / 2
)
