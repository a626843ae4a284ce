"""Wrong bodies of `bigram_probabilities`."""

import torch

from gptlab.exercises.mistake import another_way, mistake


def _smooth(counts, smoothing):
    return counts + float(smoothing)


def _filled(probabilities):
    return torch.where(probabilities.isnan(), 1 / probabilities.shape[-1], probabilities)


@mistake(
    "ngram.bigram_probabilities",
    "columns divided, not rows",
    "What has to sum to 1 is everything that may follow one token.",
)
def _(counts, smoothing=0.0):
    smoothed = _smooth(counts, smoothing)
    return _filled(smoothed / smoothed.sum(dim=0, keepdim=True))


@mistake(
    "ngram.bigram_probabilities",
    "keepdim forgotten",
    "Sums of shape (V) line up with the columns, not with the rows that they belong to.",
)
def _(counts, smoothing=0.0):
    smoothed = _smooth(counts, smoothing)
    return _filled(smoothed / smoothed.sum(dim=-1))


@mistake(
    "ngram.bigram_probabilities",
    "divided by the sum of the whole table",
    "That gives how likely a pair is, not how likely a token is after another.",
)
def _(counts, smoothing=0.0):
    smoothed = _smooth(counts, smoothing)
    return _filled(smoothed / smoothed.sum())


@mistake(
    "ngram.bigram_probabilities",
    "smoothing missing below the fraction line",
    "Look at what a row sums to once every entry above the line has grown.",
)
def _(counts, smoothing=0.0):
    return _filled(_smooth(counts, smoothing) / counts.sum(dim=-1, keepdim=True))


@mistake(
    "ngram.bigram_probabilities",
    "smoothing counted once below the fraction line",
    "Every one of the row's entries grew, so its sum grew by more than one smoothing.",
)
def _(counts, smoothing=0.0):
    return _filled(_smooth(counts, smoothing) / (counts.sum(dim=-1, keepdim=True) + smoothing))


@mistake(
    "ngram.bigram_probabilities",
    "smoothing left out",
    "The argument `smoothing` changes nothing in your result.",
)
def _(counts, smoothing=0.0):
    return _filled(counts / counts.sum(dim=-1, keepdim=True))


@mistake(
    "ngram.bigram_probabilities",
    "0 / 0 for a token never seen",
    "A row of zeros has the sum 0: decide what it should say.",
)
def _(counts, smoothing=0.0):
    smoothed = _smooth(counts, smoothing)
    return smoothed / smoothed.sum(dim=-1, keepdim=True)


@mistake(
    "ngram.bigram_probabilities",
    "zeros for a token never seen",
    "A row of zeros is no distribution: each row has to sum to 1.",
)
def _(counts, smoothing=0.0):
    smoothed = _smooth(counts, smoothing)
    return torch.nan_to_num(smoothed / smoothed.sum(dim=-1, keepdim=True))


def _plain_rows(counts):
    """Each row by its sum: nan for a token never seen."""
    return counts / counts.sum(dim=-1, keepdim=True)


LEFT_OUT = "ngram.bigram_probabilities", "smoothing left out"
another_way(*LEFT_OUT)(lambda counts, smoothing=0.0: _plain_rows(counts))
another_way(*LEFT_OUT)(lambda counts, smoothing=0.0: torch.nan_to_num(_plain_rows(counts)))


@mistake(
    "ngram.bigram_probabilities",
    "floats added to whole numbers in place",
    "counts holds whole numbers and is not yours: counts + smoothing makes a new tensor.",
)
def _(counts, smoothing=0.0):
    counts += smoothing
    return _plain_rows(counts)


@another_way("ngram.bigram_probabilities", "floats added to whole numbers in place")
def _(counts, smoothing=0.0):
    counts += smoothing
    return _filled(_plain_rows(counts))


TOO_LATE = "ngram.bigram_probabilities", "smoothing after the division"
mistake(*TOO_LATE, "The smoothing is a count: add it before you divide, above the line and below.")(
    lambda counts, smoothing=0.0: _plain_rows(counts) + smoothing
)
another_way(*TOO_LATE)(lambda counts, smoothing=0.0: _filled(_plain_rows(counts)) + smoothing)
another_way(*TOO_LATE)(
    lambda counts, smoothing=0.0: torch.nan_to_num(_plain_rows(counts)) + smoothing
)


ROUNDED_DOWN = "ngram.bigram_probabilities", "shares rounded down to whole numbers"


@mistake(
    *ROUNDED_DOWN,
    "Every share is below 1: divide with /, not //, and not into a tensor like counts, which holds whole numbers.",
)
def _(counts, smoothing=0.0):
    smoothed = counts + smoothing
    return smoothed // smoothed.sum(dim=-1, keepdim=True)


@another_way(*ROUNDED_DOWN)
def _(counts, smoothing=0.0):
    smoothed = _smooth(counts, smoothing)
    return _filled(smoothed / smoothed.sum(dim=-1, keepdim=True)).to(counts.dtype)


@mistake(
    "ngram.bigram_probabilities",
    "a softmax of the counts",
    "Counts are shares already: divide each by the sum of its row, without exp.",
)
def _(counts, smoothing=0.0):
    return (counts + smoothing).softmax(dim=-1)


@mistake(
    "ngram.bigram_probabilities",
    "a little added to every count",
    "A small number against 0 / 0 gives unseen pairs a chance; decide about rows of zeros by themselves.",
)
def _(counts, smoothing=0.0):
    smoothed = _smooth(counts, smoothing) + 1e-9
    return smoothed / smoothed.sum(dim=-1, keepdim=True)


@another_way("ngram.bigram_probabilities", "a softmax of the counts")
def _(counts, smoothing=0.0):
    return torch.softmax((counts + smoothing).double(), dim=-1)


@mistake(
    "ngram.bigram_probabilities",
    "sums below 1 raised to 1",
    "With a little smoothing a row's sum may well lie below 1: only a sum of exactly 0 is no divisor.",
)
def _(counts, smoothing=0.0):
    smoothed = counts + smoothing
    return smoothed / smoothed.sum(-1, keepdim=True).clamp(min=1)


@mistake(
    "ngram.bigram_probabilities",
    "smoothed by 1 whatever is given",
    "How much is added is the caller's choice: `smoothing`, which may be 0.",
)
def _(counts, smoothing=0.0):
    return (counts + 1) / (counts + 1).sum(-1, keepdim=True)


@another_way("ngram.bigram_probabilities", "smoothing missing below the fraction line")
def _(counts, smoothing=0.0):
    total = counts.sum(-1, keepdim=True)
    return torch.where(total > 0, (counts + smoothing) / total, 1 / counts.shape[0])
