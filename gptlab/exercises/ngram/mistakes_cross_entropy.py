"""Wrong bodies of `cross_entropy`."""

import math

import torch
import torch.nn.functional as F

from gptlab.exercises.mistake import another_way, mistake


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
    "all targets looked up in every row",
    "x[:, targets] takes N numbers from each of N rows; row n has one target, its own: gather.",
)
def _(logits, targets, ignore_index=-100):
    z, y = _kept(logits, targets, ignore_index)
    return -z.log_softmax(dim=-1)[:, y].mean()


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


@mistake(
    "ngram.cross_entropy",
    "torch wants the vocabulary on another axis",
    "F.cross_entropy takes axis 1 for the vocabulary: make one list of rows, logits.flatten(0, -2), targets.flatten().",
)
def _(logits, targets, ignore_index=-100):
    return F.cross_entropy(logits, targets, ignore_index=ignore_index)


@another_way("ngram.cross_entropy", "softmax over the wrong axis")
def _(logits, targets, ignore_index=-100):
    kept, wanted = _kept(logits, targets, ignore_index)
    return -kept.log_softmax(0)[torch.arange(len(kept)), wanted].mean()


@mistake(
    "ngram.cross_entropy",
    "the entropy of the model",
    "That is how unsure the model is; the targets change nothing in it. Take the log-probability of what came.",
)
def _(logits, targets, ignore_index=-100):
    kept, _ = _kept(logits, targets, ignore_index)
    logprobs = kept.log_softmax(-1)
    return -(logprobs.exp() * logprobs).sum(-1).mean()
