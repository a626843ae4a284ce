"""Wrong bodies of `whiten`."""

import torch
import torch.nn.functional as F

from gptlab.exercises.mistake import another_way, mistake
from gptlab.exercises.ppo.mistakes_token_rewards import TIMES


def _white(name, hint):
    return mistake("ppo.whiten", name, hint)


def _whitened(
    x,
    mask,
    shift_mean=True,
    over=None,
    variance=lambda kept: kept.var(unbiased=False),
    divide=lambda c, v: c / (v + 1e-8).sqrt(),
):
    kept = x[mask] if over is None else over(x, mask)
    mean = kept.mean()
    out = divide(x - mean, variance(kept)) + (0.0 if shift_mean else mean)
    return torch.where(mask, out, 0.0)


_white("padding counted", "Mean and variance are those of the kept positions.")(
    lambda x, mask, shift_mean=True: _whitened(x, mask, shift_mean, over=lambda x, mask: x)
)
_white("padding counted as 0", "A 0 at padding still counts in the mean: choose the kept ones.")(
    lambda x, mask, shift_mean=True: _whitened(
        x, mask, shift_mean, over=lambda x, mask: torch.where(mask, x, 0.0)
    )
)
_white("the unbiased variance", "Divide by n, not by n − 1: torch does the latter unless told.")(
    lambda x, mask, shift_mean=True: _whitened(
        x, mask, shift_mean, variance=lambda kept: kept.var()
    )
)
_white("eps left out", "1e-8 is added to the variance, so that equal numbers do no harm.")(
    lambda x, mask, shift_mean=True: _whitened(
        x, mask, shift_mean, divide=lambda c, v: c / v.sqrt()
    )
)
_white("eps outside the root", "1e-8 is added to the variance, before the root.")(
    lambda x, mask, shift_mean=True: _whitened(
        x, mask, shift_mean, divide=lambda c, v: c / (v.sqrt() + 1e-8)
    )
)
_white("divided by the variance", "A root is missing.")(
    lambda x, mask, shift_mean=True: _whitened(
        x, mask, shift_mean, divide=lambda c, v: c / (v + 1e-8)
    )
)
_white("shift_mean left out", "The argument `shift_mean` changes nothing in your result.")(
    lambda x, mask, shift_mean=True: _whitened(x, mask)
)
_white("shift_mean turned around", "True means that the mean goes to 0.")(
    lambda x, mask, shift_mean=True: _whitened(x, mask, not shift_mean)
)


@_white(
    "the mean scaled too",
    "With shift_mean=False the mean is taken away, then added again as it was.",
)
def _(x, mask, shift_mean=True):
    return (
        _whitened(x, mask)
        if shift_mean
        else torch.where(mask, x / (x[mask].var(unbiased=False) + 1e-8).sqrt(), 0.0)
    )


@_white("each row by itself", "Mean and variance are those of all kept positions of the batch.")
def _(x, mask, shift_mean=True):
    return torch.cat([_whitened(x[b : b + 1], mask[b : b + 1], shift_mean) for b in range(len(x))])


@_white("numbers at padding", "Positions that are not kept get 0.")
def _(x, mask, shift_mean=True):
    kept = x[mask]
    return (
        F.layer_norm(x - kept.mean(), (1,))
        + (x - kept.mean()) / (kept.var(unbiased=False) + 1e-8).sqrt()
        + (0.0 if shift_mean else kept.mean())
    )


@_white("nan times 0", TIMES)
def _(x, mask, shift_mean=True):
    n = mask.sum()
    mean = (x * mask).sum() / n
    variance = ((x - mean) ** 2 * mask).sum() / n
    out = (x - mean) / (variance + 1e-8).sqrt()
    return (out if shift_mean else out + mean) * mask


@another_way("ppo.whiten", "nan times 0")
def _(x, mask, shift_mean=True):
    kept = x[mask]
    out = (x - kept.mean()) / (kept.var(unbiased=False) + 1e-8).sqrt()
    return (out if shift_mean else out + kept.mean()) * mask


@_white(
    "the mean added to padding", "What is not kept stays 0: choose with torch.where at the end."
)
def _(x, mask, shift_mean=True):
    kept = x[mask]
    out = torch.where(mask, (x - kept.mean()) / (kept.var(unbiased=False) + 1e-8).sqrt(), 0.0)
    return out if shift_mean else out + kept.mean()


@_white(
    "cancellation",
    "The mean of the squares less the square of the mean: for 1000.1 both are about 10⁶, and float32 "
    "keeps no hundredth beside that. Subtract the mean first, then square.",
)
def _(x, mask, shift_mean=True):
    return _whitened(x, mask, shift_mean, variance=lambda kept: (kept**2).mean() - kept.mean() ** 2)


_white("not scaled", "After the shift, the numbers are divided by their spread.")(
    lambda x, mask, shift_mean=True: _whitened(x, mask, shift_mean, divide=lambda c, v: c)
)
_white("scaled, not shifted", "Unless shift_mean is False, the mean goes to 0.")(
    lambda x, mask, shift_mean=True: torch.where(
        mask, x / (x[mask].var(unbiased=False) + 1e-8).sqrt(), 0.0
    )
)
_white("multiplied by the spread", "A wide spread has to shrink: divide.")(
    lambda x, mask, shift_mean=True: _whitened(
        x, mask, shift_mean, divide=lambda c, v: c * (v + 1e-8).sqrt()
    )
)
_white("the unbiased deviation", "Divide by n, not by n − 1, and add 1e-8 below the root.")(
    lambda x, mask, shift_mean=True: _whitened(
        x, mask, shift_mean, divide=lambda c, v: c / (v.sqrt() + 1e-8), variance=lambda k: k.var()
    )
)
_white(
    "the variance not centred", "The variance is the mean square around the mean, not around 0."
)(
    lambda x, mask, shift_mean=True: _whitened(
        x, mask, shift_mean, variance=lambda kept: (kept**2).mean()
    )
)
_white("a sum for the variance", "The variance is a mean: divide by the number of kept ones.")(
    lambda x, mask, shift_mean=True: _whitened(
        x, mask, shift_mean, variance=lambda kept: ((kept - kept.mean()) ** 2).sum()
    )
)
_white(
    "only the kept ones handed back", "The result has the shape of x, with 0 where nothing is kept."
)(lambda x, mask, shift_mean=True: _whitened(x, mask, shift_mean)[mask])
_white("the mean added back twice over", "m is added back as it was, with shift_mean=False only.")(
    lambda x, mask, shift_mean=True: torch.where(mask, _whitened(x, mask) + x[mask].mean(), 0.0)
)


_white("no brackets around x − m", "Python divides first: x − m / √….")(
    lambda x, mask, shift_mean=True: torch.where(
        mask,
        x
        - x[mask].mean() / (x[mask].var(unbiased=False) + 1e-8).sqrt()
        + (0.0 if shift_mean else x[mask].mean()),
        0.0,
    )
)


@another_way("ppo.whiten", "numbers at padding")
def _(x, mask, shift_mean=True):
    kept = x[mask]
    whitened = (x - kept.mean()) / (kept.var(unbiased=False) + 1e-8).sqrt()
    return whitened if shift_mean else whitened + kept.mean()
