"""Wrong bodies of `adaptive_beta`."""

import torch

from gptlab.exercises.mistake import another_way, mistake


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


another_way("ppo.adaptive_beta", "target over kl")(
    _changed(lambda kl, target: max(-0.2, min(0.2, target / kl - 1)))
)
_beta("beta left out", "1 + e · n / horizon is the factor by which beta changes.")(
    lambda beta, kl, target, n, horizon: 1 + _error(kl, target) * n / horizon
)


@_beta("torch.clamp of a number", "torch.clamp takes tensors: for numbers there are min and max.")
def _(beta, kl, target, n_steps, horizon):
    return beta * (1 + torch.clamp(kl / target - 1, -0.2, 0.2) * n_steps / horizon)
