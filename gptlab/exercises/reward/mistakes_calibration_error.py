"""Wrong bodies of `calibration_error`."""

import math

import torch

from gptlab.exercises.mistake import another_way, mistake

KEY = "reward.calibration_error"


def _ece(name, hint):
    return mistake(KEY, name, hint)


def _groups(sure, right, n_bins, bin_of=None):
    """For each bin that holds answers: how many, the mean of sure, the mean of right."""
    if bin_of is None:
        bin_of = (sure * n_bins).long().clamp(max=n_bins - 1)
    rows = []
    for b in bin_of.unique():
        here = bin_of == b
        rows.append((int(here.sum()), float(sure[here].mean()), float(right[here].mean())))
    return rows


def _weighted(rows):
    return sum(n * abs(came - said) for n, said, came in rows) / sum(n for n, _, _ in rows)


def _of_bins(total):
    """A body that makes something else of the right bins: total(rows, N, n_bins)."""
    return lambda sure, right, n_bins=10: total(_groups(sure, right, n_bins), len(sure), n_bins)


_ece("the sign kept", "Too sure in one bin and not sure enough in another must not cancel.")(
    _of_bins(lambda rows, N, n_bins: sum(n * (came - said) for n, said, came in rows) / N)
)
another_way(KEY, "the sign kept")(
    _of_bins(lambda rows, N, n_bins: sum(n * (said - came) for n, said, came in rows) / N)
)
_ece(
    "one bin for all answers",
    "Over all answers, too sure here makes up for not sure enough there: compare bin by bin.",
)(lambda sure, right, n_bins=10: float((right.mean() - sure.mean()).abs()))
_ece(
    "each answer by itself",
    "One answer is right or wrong, never 80 % right: take means over a bin before you compare.",
)(lambda sure, right, n_bins=10: float((right - sure).abs().mean()))
_ece(
    "the Brier score",
    "The squared distance of single answers is another score: it also asks for answers that are right.",
)(lambda sure, right, n_bins=10: float(((right - sure) ** 2).mean()))
_ece(
    "every bin weighs the same",
    "A bin with two answers must not count as much as one with a thousand: weigh by n_b / N.",
)(_of_bins(lambda rows, N, n_bins: sum(abs(r - s) for _, s, r in rows) / len(rows)))
_ece(
    "divided by the number of bins",
    "The weights are the shares of the answers, n_b / N, not 1/bins.",
)(_of_bins(lambda rows, N, n_bins: sum(abs(r - s) for _, s, r in rows) / n_bins))
_ece("the distances added up", "Each bin's distance counts by its share of the answers, n_b / N.")(
    _of_bins(lambda rows, N, n_bins: sum(abs(r - s) for _, s, r in rows))
)
_ece("not divided by N", "The weight of a bin is a share, n_b / N, not a number of answers.")(
    _of_bins(lambda rows, N, n_bins: sum(n * abs(r - s) for n, s, r in rows))
)
_ece("the distances squared", "The distance of the two means counts as it is, without a square.")(
    _of_bins(lambda rows, N, n_bins: sum(n * (r - s) ** 2 for n, s, r in rows) / N)
)
_ece("the root of the mean square", "The distances are averaged as they are: no square, no root.")(
    _of_bins(lambda rows, N, n_bins: math.sqrt(sum(n * (r - s) ** 2 for n, s, r in rows) / N))
)
_ece("the largest distance", "That is the maximum calibration error; the mean is asked for.")(
    _of_bins(lambda rows, N, n_bins: max(abs(r - s) for _, s, r in rows))
)
_ece("percent", "The error lies between 0 and 1.")(
    _of_bins(lambda rows, N, n_bins: 100 * _weighted(rows))
)
_ece("one less the error", "A model that is right as often as it says has an error of 0.")(
    _of_bins(lambda rows, N, n_bins: 1 - _weighted(rows))
)
_ece("the share of right answers", "How sure the model was changes nothing in your result.")(
    _of_bins(lambda rows, N, n_bins: sum(n * came for n, _, came in rows) / N)
)
_ece("the mean of sure", "How often the model was right changes nothing in your result.")(
    _of_bins(lambda rows, N, n_bins: sum(n * said for n, said, _ in rows) / N)
)
_ece("n_bins left at 10", "The argument `n_bins` changes nothing in your result.")(
    lambda sure, right, n_bins=10: _weighted(_groups(sure, right, 10))
)
_ece("weighed by the right answers", "n_b counts all answers of a bin, the wrong ones too.")(
    _of_bins(
        lambda rows, N, n_bins: (
            sum(n * r * abs(r - s) for n, s, r in rows) / sum(n * r for n, s, r in rows)
        )
    )
)


@_ece(
    "the middle of the bin", "What the model said is the mean of `sure` in the bin, not its middle."
)
def _(sure, right, n_bins=10):
    bin_of = (sure * n_bins).long().clamp(max=n_bins - 1)
    return _weighted(_groups((bin_of + 0.5) / n_bins, right, n_bins, bin_of))


@_ece(
    "the lower end of the bin", "What the model said is the mean of `sure` in the bin, not its end."
)
def _(sure, right, n_bins=10):
    bin_of = (sure * n_bins).long().clamp(max=n_bins - 1)
    return _weighted(_groups(bin_of / n_bins, right, n_bins, bin_of))


@_ece(
    "the upper end of the bin", "What the model said is the mean of `sure` in the bin, not its end."
)
def _(sure, right, n_bins=10):
    bin_of = (sure * n_bins).long().clamp(max=n_bins - 1)
    return _weighted(_groups((bin_of + 1) / n_bins, right, n_bins, bin_of))


@_ece(
    "bins of equal numbers",
    "The bins are equally wide; how many answers each holds comes as it may.",
)
def _(sure, right, n_bins=10):
    order = sure.argsort(stable=True)
    return _weighted(
        [
            (len(part), float(sure[part].mean()), float(right[part].mean()))
            for part in order.tensor_split(n_bins)
            if len(part)
        ]
    )


@_ece("bins from ½ to 1", "The bins divide the whole range from 0 to 1.")
def _(sure, right, n_bins=10):
    bin_of = ((sure - 0.5) * 2 * n_bins).long().clamp(0, n_bins - 1)
    return _weighted(_groups(sure, right, n_bins, bin_of))


@_ece("rounded to the nearest bin", "A bin has two ends: 0.67 and 0.62 lie in the same tenth.")
def _(sure, right, n_bins=10):
    return _weighted(_groups(sure, right, n_bins, (sure * n_bins).round()))


@_ece("bins that hold all that is below", "A bin has two ends, a lower one too.")
def _(sure, right, n_bins=10):
    total = 0.0
    for b in range(n_bins):
        here = sure <= (b + 1) / n_bins
        if here.any():
            total += float(here.sum()) * float((right[here].mean() - sure[here].mean()).abs())
    return total / len(sure)


@_ece("empty bins divide 0 by 0", "The mean of an empty bin is nan: leave such a bin out.")
def _(sure, right, n_bins=10):
    bin_of = (sure * n_bins).long().clamp(max=n_bins - 1)
    total = 0.0
    for b in range(n_bins):
        here = bin_of == b
        gap = right[here].mean() - sure[here].mean()
        total += float(here.sum()) / len(sure) * float(gap.abs())
    return total


@_ece("1 is in no bin", "1 times n_bins is one bin too far: the upper end belongs to the last bin.")
def _(sure, right, n_bins=10):
    bin_of = (sure * n_bins).long()
    kept = bin_of < n_bins
    rows = _groups(sure[kept], right[kept], n_bins, bin_of[kept])
    return sum(n * abs(came - said) for n, said, came in rows) / len(sure)


@another_way(KEY, "1 is in no bin")
def _(sure, right, n_bins=10):
    return _weighted(_groups(sure, right, n_bins, (sure * n_bins).long()))


@another_way(KEY, "1 is in no bin")
def _(sure, right, n_bins=10):
    counts = [0] * n_bins
    for said in sure.tolist():
        counts[int(said * n_bins)] += 1
    return _weighted(_groups(sure, right, n_bins))


@_ece("0 is in no bin", "The lower end, 0, belongs to the first bin.")
def _(sure, right, n_bins=10):
    kept = sure > 0
    bin_of = (sure * n_bins).ceil().long() - 1
    rows = _groups(sure[kept], right[kept], n_bins, bin_of[kept])
    return sum(n * abs(came - said) for n, said, came in rows) / len(sure)


@_ece("the bins by `right`", "An answer's bin is chosen by how sure the model was of it.")
def _(sure, right, n_bins=10):
    bin_of = (right * n_bins).long().clamp(max=n_bins - 1)
    return _weighted(_groups(sure, right, n_bins, bin_of))


@_ece(
    "only the bins that are too sure",
    "A bin in which the model is not sure enough misses the truth as well: take the size.",
)
def _(sure, right, n_bins=10):
    rows = _groups(sure, right, n_bins)
    return sum(n * max(0.0, said - came) for n, said, came in rows) / len(sure)
