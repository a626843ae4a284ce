"""Wrong bodies of the two metrics in gptlab/zero_shot.py."""

import random

import torch

from gptlab.exercises.mistake import another_way, mistake

# ---- exact_match


def _em(name, hint):
    return mistake("zero_shot.exact_match", name, hint)


_em("padding is compared too", "What the mask drops belongs to no answer.")(
    lambda predicted, targets, mask: (predicted == targets).all(-1).double().mean()
)
_em(
    "padding counts as wrong",
    "A short answer can never be right this way: what is not kept must not spoil its row.",
)(lambda predicted, targets, mask: ((predicted == targets) & mask).all(-1).double().mean())
_em("the share of tokens", "One wrong token makes the whole answer wrong.")(
    lambda predicted, targets, mask: (predicted == targets)[mask].double().mean()
)
_em("one right token is enough", "Every kept token must be right.")(
    lambda predicted, targets, mask: ((predicted == targets) & mask).any(-1).double().mean()
)
_em("a number, not a share", "Divide by the number of answers.")(
    lambda predicted, targets, mask: ((predicted == targets) | ~mask).all(-1).double().sum()
)
_em("one verdict an answer", "The share of answers is one number.")(
    lambda predicted, targets, mask: ((predicted == targets) | ~mask).all(-1).double()
)
_em("all answers or nothing", "Each answer has a verdict of its own: all along the last axis.")(
    lambda predicted, targets, mask: ((predicted == targets) | ~mask).all().double()
)
_em("place by place instead of answer by answer", "An answer is a row: all along the last axis.")(
    lambda predicted, targets, mask: ((predicted == targets) | ~mask).all(0).double().mean()
)
_em("the mask turned round", "True means keep.")(
    lambda predicted, targets, mask: ((predicted == targets) | mask).all(-1).double().mean()
)
_em("the share of wrong answers", "Count the answers that are right.")(
    lambda predicted, targets, mask: 1 - ((predicted == targets) | ~mask).all(-1).double().mean()
)
_em("percent", "A share lies between 0 and 1.")(
    lambda predicted, targets, mask: 100 * ((predicted == targets) | ~mask).all(-1).double().mean()
)
_em(
    "the mean over answers of their shares",
    "One wrong token makes the whole answer wrong: no part of it counts.",
)(
    lambda predicted, targets, mask: (
        (((predicted == targets) & mask).sum(-1) / mask.sum(-1)).double().mean()
    )
)
_em("only the first token", "The whole answer must be right, not only its beginning.")(
    lambda predicted, targets, mask: ((predicted == targets) | ~mask)[:, 0].double().mean()
)
_em("only the last token", "The whole answer must be right, not only its end.")(
    lambda predicted, targets, mask: ((predicted == targets) | ~mask)[:, -1].double().mean()
)
_em("divided by the number of tokens", "Divide by the number of answers, B.")(
    lambda predicted, targets, mask: (
        ((predicted == targets) | ~mask).all(-1).double().sum() / mask.sum()
    )
)
_em(
    "sums compared",
    "Two different answers can have the same sum: compare token by token.",
)(
    lambda predicted, targets, mask: (
        ((predicted * mask).sum(-1) == (targets * mask).sum(-1)).double().mean()
    )
)
_em(
    "the mean of True and False",
    "torch takes no mean of a bool tensor: .float() makes numbers of them.",
)(lambda predicted, targets, mask: ((predicted == targets) | ~mask).all(-1).mean())
another_way("zero_shot.exact_match", "all answers or nothing")(
    lambda predicted, targets, mask: float(torch.equal(predicted[mask], targets[mask]))
)

# ---- token_accuracy


def _token(name, hint):
    return mistake("zero_shot.token_accuracy", name, hint)


_token("padding is counted", "What the mask drops belongs to no answer.")(
    lambda predicted, targets, mask: (predicted == targets).double().mean()
)
_token("divided by every place", "Divide by the number of places that are kept, not by B·T.")(
    lambda predicted, targets, mask: ((predicted == targets) & mask).double().mean()
)
_token(
    "padding counts as right",
    "What is not kept is neither right nor wrong (and 0 == 0 is True): leave it out.",
)(lambda predicted, targets, mask: ((predicted == targets) | ~mask).double().mean())
_token(
    "the mean over answers of their shares",
    "Each token counts alike, so that an answer of four counts four times as much as one of one.",
)(
    lambda predicted, targets, mask: (
        (((predicted == targets) & mask).sum(-1) / mask.sum(-1)).double().mean()
    )
)
_token("the share of whole answers", "That is exact match; here each token counts for itself.")(
    lambda predicted, targets, mask: ((predicted == targets) | ~mask).all(-1).double().mean()
)
_token("divided by the number of answers", "Divide by the number of tokens that are kept.")(
    lambda predicted, targets, mask: ((predicted == targets) & mask).double().sum() / len(predicted)
)
_token("a number, not a share", "Divide by the number of tokens that are kept.")(
    lambda predicted, targets, mask: ((predicted == targets) & mask).double().sum()
)
_token("one verdict a token", "The share of the tokens is one number.")(
    lambda predicted, targets, mask: (predicted == targets)[mask].double()
)
_token("one share an answer", "The share of all tokens is one number.")(
    lambda predicted, targets, mask: (
        ((predicted == targets) & mask).sum(-1) / mask.sum(-1)
    ).double()
)
_token("the mask turned round", "True means keep.")(
    lambda predicted, targets, mask: (predicted == targets)[~mask].double().mean()
)
_token("the share of wrong tokens", "Count those that are right.")(
    lambda predicted, targets, mask: (predicted != targets)[mask].double().mean()
)
_token("percent", "A share lies between 0 and 1.")(
    lambda predicted, targets, mask: 100 * (predicted == targets)[mask].double().mean()
)
another_way("zero_shot.token_accuracy", "padding counts as right")(
    lambda predicted, targets, mask: (predicted * mask == targets * mask).double().mean()
)
_token(
    "the mean of True and False",
    "torch takes no mean of a bool tensor: .float() makes numbers of them.",
)(lambda predicted, targets, mask: (predicted == targets)[mask].mean())
_token("only the last token of each row", "Every kept token counts.")(
    lambda predicted, targets, mask: (predicted == targets)[:, -1].double().mean()
)
