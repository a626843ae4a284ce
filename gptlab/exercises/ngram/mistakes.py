"""Wrong bodies of gptlab/ngram.py."""

import math

import torch
import torch.nn.functional as F

from gptlab.exercises.mistake import mistake

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
    "A text of T tokens has T − 1 pairs: behind the last token there is nothing.",
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
