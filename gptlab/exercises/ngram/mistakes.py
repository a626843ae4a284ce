"""Wrong bodies of gptlab/ngram.py."""

import math

import torch
import torch.nn.functional as F

from gptlab.exercises.mistake import another_way, mistake

# ---- bigram_counts


def _count(first, second, vocab_size):
    counts = torch.zeros(vocab_size, vocab_size, dtype=torch.long)
    return counts.index_put((first, second), torch.tensor(1), accumulate=True)


@mistake(
    "ngram.bigram_counts",
    "rows and columns swapped",
    "Ask which of the two tokens of a pair names the row.",
)
def _(ids, vocab_size):
    return _count(ids[1:], ids[:-1], vocab_size)


@mistake(
    "ngram.bigram_counts",
    "pairs that do not overlap",
    "Each token is the second of one pair and the first of the next one.",
)
def _(ids, vocab_size):
    second = ids[1::2]
    return _count(ids[::2][: len(second)], second, vocab_size)


@mistake(
    "ngram.bigram_counts",
    "a pair that comes again is not counted again",
    "`counts[a, b] += 1` with tensors of indices adds 1 to a place once, however often it is named.",
)
def _(ids, vocab_size):
    return (_count(ids[:-1], ids[1:], vocab_size) > 0).long()


@mistake(
    "ngram.bigram_counts",
    "the last token is followed by the first",
    "A text of T tokens has T − 1 pairs: nothing stands behind the last, nor before the first (ids[−1] is the last).",
)
def _(ids, vocab_size):
    return _count(ids, ids.roll(-1), vocab_size)


@mistake(
    "ngram.bigram_counts",
    "single tokens counted",
    "Two neighbours together make one count, so the table needs both.",
)
def _(ids, vocab_size):
    return torch.diag(torch.bincount(ids, minlength=vocab_size))


@mistake(
    "ngram.bigram_counts",
    "counts that are not whole numbers",
    "torch.zeros makes floats unless you name a dtype.",
)
def _(ids, vocab_size):
    return _count(ids[:-1], ids[1:], vocab_size).float()


@mistake(
    "ngram.bigram_counts",
    "a pair behind the end",
    "T tokens make T − 1 pairs: the last token begins none.",
)
def _(ids, vocab_size):
    counts = torch.zeros(vocab_size, vocab_size, dtype=torch.long)
    for t in range(len(ids)):
        counts[ids[t], ids[t + 1]] += 1
    return counts


@mistake(
    "ngram.bigram_counts",
    "the last pair left out",
    "T tokens make T − 1 pairs, the last two among them.",
)
def _(ids, vocab_size):
    return _count(ids[:-2], ids[1:-1], vocab_size)


@mistake(
    "ngram.bigram_counts",
    "one row for all rows",
    "[[0] * V] * V is one list V times over: make each row by itself, or use torch.zeros.",
)
def _(ids, vocab_size):
    return torch.bincount(ids[1:], minlength=vocab_size).repeat(vocab_size, 1)


@mistake(
    "ngram.bigram_counts",
    "both directions counted",
    "Only the order in which the two tokens stand counts: out[a, b], not out[b, a] as well.",
)
def _(ids, vocab_size):
    counts = _count(ids[:-1], ids[1:], vocab_size)
    return counts + counts.T


@mistake(
    "ngram.bigram_counts",
    "all pairs, not only neighbours",
    "Each token is held against the very next one, not against all later ones.",
)
def _(ids, vocab_size):
    first, second = torch.triu_indices(len(ids), len(ids), offset=1)
    return _count(ids[first], ids[second], vocab_size)


@mistake(
    "ngram.bigram_counts",
    "one too many everywhere",
    "A pair that never came has a count of 0: begin with zeros.",
)
def _(ids, vocab_size):
    return _count(ids[:-1], ids[1:], vocab_size) + 1


@mistake("ngram.bigram_counts", "a list for a tensor", "Give the list to torch.tensor.")
def _(ids, vocab_size):
    return _count(ids[:-1], ids[1:], vocab_size).tolist()


@mistake(
    "ngram.bigram_counts",
    "bincount without minlength",
    "Where the last pairs do not occur, torch.bincount stops early: tell it how many numbers there are.",
)
def _(ids, vocab_size):
    return torch.bincount(ids[:-1] * vocab_size + ids[1:]).reshape(vocab_size, vocab_size)


# ---- bigram_probabilities


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


# ---- cross_entropy


def _flat(logits, targets):
    return logits.reshape(-1, logits.shape[-1]), targets.reshape(-1)


def _each(logits, targets, ignore_index):
    return F.cross_entropy(*_flat(logits, targets), ignore_index=ignore_index, reduction="none")


@mistake(
    "ngram.cross_entropy",
    "the minus sign is missing",
    "A logarithm of a probability is never above 0, and a surprise is never below it.",
)
def _(logits, targets, ignore_index=-100):
    return -F.cross_entropy(*_flat(logits, targets), ignore_index=ignore_index)


@mistake(
    "ngram.cross_entropy",
    "bits for nats",
    "The logarithm has the wrong base: a nat is a natural one.",
)
def _(logits, targets, ignore_index=-100):
    return F.cross_entropy(*_flat(logits, targets), ignore_index=ignore_index) / math.log(2)


@mistake("ngram.cross_entropy", "a sum for a mean", "The loss is per token.")
def _(logits, targets, ignore_index=-100):
    return _each(logits, targets, ignore_index).sum()


@mistake(
    "ngram.cross_entropy",
    "ignored targets counted in the mean",
    "Ignored targets add nothing above the line; look at what you divide by.",
)
def _(logits, targets, ignore_index=-100):
    return _each(logits, targets, ignore_index).mean()


@mistake(
    "ngram.cross_entropy",
    "a mean of means",
    "Rows with few kept targets must not weigh as much as full ones: all kept targets count alike.",
)
def _(logits, targets, ignore_index=-100):
    losses = _each(logits, targets, ignore_index).reshape(targets.shape)
    if targets.ndim == 1:
        return losses.sum() / (targets != ignore_index).sum()
    return (losses.sum(-1) / (targets != ignore_index).sum(-1)).mean()


@mistake(
    "ngram.cross_entropy",
    "only −100 is ignored",
    "The caller says with ignore_index which target to ignore.",
)
def _(logits, targets, ignore_index=-100):
    return F.cross_entropy(*_flat(logits, targets))


@mistake(
    "ngram.cross_entropy",
    "targets to be ignored looked up all the same",
    "−100 is no place in the vocabulary: leave these rows out before you look up.",
)
def _(logits, targets, ignore_index=-100):
    rows, aims = _flat(logits, targets)
    return -rows.log_softmax(dim=-1).gather(1, aims[:, None])[aims != ignore_index].mean()


@mistake(
    "ngram.cross_entropy",
    "a shift by one",
    "Row n of the logits is held against target n; nothing is shifted here.",
)
def _(logits, targets, ignore_index=-100):
    return F.cross_entropy(*_flat(logits[..., :-1, :], targets[..., 1:]), ignore_index=ignore_index)


@mistake(
    "ngram.cross_entropy",
    "softmax over the wrong axis",
    "Probabilities of one position sum to 1 over the vocabulary, the last axis.",
)
def _(logits, targets, ignore_index=-100):
    return F.nll_loss(*_flat(logits.log_softmax(dim=0), targets), ignore_index=ignore_index)


@mistake(
    "ngram.cross_entropy",
    "a probability without its logarithm",
    "The surprise is the logarithm of the probability, with its sign turned.",
)
def _(logits, targets, ignore_index=-100):
    return F.nll_loss(*_flat(logits.softmax(dim=-1), targets), ignore_index=ignore_index)


@mistake(
    "ngram.cross_entropy", "no softmax", "Logits are scores: they are no log-probabilities yet."
)
def _(logits, targets, ignore_index=-100):
    return F.nll_loss(*_flat(logits, targets), ignore_index=ignore_index)


@mistake(
    "ngram.cross_entropy",
    "exp overflows",
    "exp(10,000) is inf, and inf / inf is nan: make the scores smaller first.",
)
def _(logits, targets, ignore_index=-100):
    weights = logits.exp()
    logprobs = (weights / weights.sum(dim=-1, keepdim=True)).log()
    return F.nll_loss(*_flat(logprobs, targets), ignore_index=ignore_index)


@mistake(
    "ngram.cross_entropy",
    "the log of a softmax that rounded to 0",
    "Take the logarithm before anything is rounded: write it out on paper and shorten.",
)
def _(logits, targets, ignore_index=-100):
    return F.nll_loss(*_flat(logits.softmax(dim=-1).log(), targets), ignore_index=ignore_index)


def _kept(logits, targets, ignore_index):
    """Rows and targets that are not ignored."""
    keep = targets != ignore_index
    return logits[keep], targets[keep]


ROUNDED = "ngram.cross_entropy", "the log of a softmax that rounded to 0"
OVERFLOW = "ngram.cross_entropy", "exp overflows"
UNKEPT = "ngram.cross_entropy", "targets to be ignored looked up all the same"


@another_way(*ROUNDED)
def _(logits, targets, ignore_index=-100):
    z, y = _kept(logits, targets, ignore_index)
    return -z.softmax(dim=-1).gather(-1, y[:, None]).log().mean()


@another_way(*OVERFLOW)
def _(logits, targets, ignore_index=-100):
    z, y = _kept(logits, targets, ignore_index)
    return (z.exp().sum(dim=-1).log() - z.gather(-1, y[:, None])[:, 0]).mean()


@another_way(*OVERFLOW)
def _(logits, targets, ignore_index=-100):
    z, y = _kept(logits, targets, ignore_index)
    weights = z.exp()
    return -(weights.gather(-1, y[:, None])[:, 0] / weights.sum(dim=-1)).log().mean()


@another_way(*UNKEPT)
def _(logits, targets, ignore_index=-100):
    chosen = logits.log_softmax(dim=-1).gather(-1, targets[..., None])[..., 0]
    return -chosen[targets != ignore_index].mean()


@another_way(*UNKEPT)
def _(logits, targets, ignore_index=-100):
    rows = logits.reshape(-1, logits.shape[-1]).log_softmax(dim=-1)
    return -rows[torch.arange(len(rows)), targets.reshape(-1)].mean()


def _with_a_little(small, inside):
    def body(logits, targets, ignore_index=-100):
        z, y = _kept(logits, targets, ignore_index)
        return -inside(z.softmax(dim=-1).gather(-1, y[:, None]), small).log().mean()

    return body


LITTLE = "ngram.cross_entropy", "a little added inside the logarithm"
mistake(
    *LITTLE,
    "That bounds the surprise: at scores of ±10,000 it is 20,000. Take the logarithm before anything is rounded.",
)(_with_a_little(1e-9, torch.add))
for _small in (1e-8, 1e-10, 1e-12, 1e-15, 1e-6):
    another_way(*LITTLE)(_with_a_little(_small, torch.add))
for _small in (1e-9, 1e-8, 1e-10, 1e-12):
    another_way(*LITTLE)(_with_a_little(_small, torch.clamp))


@mistake(
    "ngram.cross_entropy",
    "gather without an axis for the targets",
    "gather wants as many axes in the index as in the table: targets[..., None] has one more.",
)
def _(logits, targets, ignore_index=-100):
    z, y = _kept(logits, targets, ignore_index)
    return -z.log_softmax(dim=-1).gather(-1, y).mean()


PICKED = "ngram.cross_entropy", "whole rows picked by the targets"
mistake(
    *PICKED, "x[targets] takes row number y; wanted is from row n the number at place y: gather."
)(lambda logits, targets, ignore_index=-100: -logits.log_softmax(dim=-1)[targets].mean())


@another_way(*PICKED)
def _(logits, targets, ignore_index=-100):
    z, y = _kept(logits, targets, ignore_index)
    return -z.log_softmax(dim=-1)[y].mean()


@mistake(
    "ngram.cross_entropy",
    "a number for a tensor",
    "float(…), .item() and math end in a plain number, and no gradient comes through it: leave the tensor as it is.",
)
def _(logits, targets, ignore_index=-100):
    return F.cross_entropy(*_flat(logits, targets), ignore_index=ignore_index).item()


@mistake(
    "ngram.cross_entropy",
    "the mean over the whole vocabulary",
    "Of each row only the log-probability of its target counts.",
)
def _(logits, targets, ignore_index=-100):
    return -_kept(logits, targets, ignore_index)[0].log_softmax(dim=-1).mean()


@mistake(
    "ngram.cross_entropy", "one surprise for each target", "The loss is one number, their mean."
)
def _(logits, targets, ignore_index=-100):
    losses = _each(logits, targets, ignore_index)
    return losses[targets.reshape(-1) != ignore_index]


@mistake(
    "ngram.cross_entropy",
    "the log of the mean probability",
    "Each target has a surprise of its own: first the logarithm, then the mean.",
)
def _(logits, targets, ignore_index=-100):
    z, y = _kept(logits, targets, ignore_index)
    return -z.softmax(dim=-1).gather(-1, y[:, None]).mean().log()


@mistake(
    "ngram.cross_entropy",
    "only two axes",
    "Logits may have any number of axes in front of the last: x[keep] makes one list of rows of them.",
)
def _(logits, targets, ignore_index=-100):
    logprobs = logits.log_softmax(dim=-1)
    return -sum(logprobs[n, y] for n, y in enumerate(targets) if y != ignore_index) / sum(
        1 for y in targets if y != ignore_index
    )


# ---- perplexity

mistake("ngram.perplexity", "2 for e", "The loss is in nats, not in bits.")(lambda loss: 2**loss)
mistake("ngram.perplexity", "the sign turned", "A larger loss must give a larger perplexity.")(
    lambda loss: math.e**-loss
)
mistake("ngram.perplexity", "10 for e", "The loss is in nats: their base is e.")(
    lambda loss: 10**loss
)
mistake(
    "ngram.perplexity",
    "the loss itself",
    "Hesitating between n equally likely tokens costs ln n nats.",
)(lambda loss: loss + 0)


@mistake(
    "ngram.perplexity",
    "only numbers",
    "math.exp takes one number; a tensor of losses has to work too.",
)
def _(loss):
    return math.exp(loss)


@mistake("ngram.perplexity", "only tensors", "A Python number has no method exp.")
def _(loss):
    return loss.exp()


@another_way("ngram.perplexity", "only tensors")
def _(loss):
    return torch.exp(loss)
