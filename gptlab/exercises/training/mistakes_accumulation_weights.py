"""Wrong bodies of `accumulation_weights`."""

import torch

from gptlab.exercises.mistake import another_way, mistake

KEY = "training.accumulation_weights"


def _weights(name, hint):
    return mistake(KEY, name, hint)


def _counted(label, ignore_index):
    return int((label != ignore_index).sum())


def _shares(amount=_counted, weight=lambda amounts, i: amounts[i] / sum(amounts)):
    """Weights made of one amount for each micro-batch, with one thing changed."""

    def body(labels, ignore_index=-100):
        amounts = [amount(label, ignore_index) for label in labels]
        return [weight(amounts, i) for i in range(len(amounts))]

    return body


_weights(
    "the same weight for all",
    "A micro-batch of one token would weigh as much as one of a thousand.",
)(_shares(weight=lambda amounts, i: 1 / len(amounts)))
_weights("no weights at all", "A sum of means grows with the number of micro-batches.")(
    _shares(weight=lambda amounts, i: 1.0)
)
_weights("padding counted", "A label equal to ignore_index is not part of any mean.")(
    _shares(lambda label, ignore_index: label.numel())
)
_weights("sequences counted", "L is a mean over tokens, not over sequences.")(
    _shares(lambda label, ignore_index: len(label))
)
_weights("the length counted", "Each tensor holds B · T labels, and some of them are padding.")(
    _shares(lambda label, ignore_index: label.shape[1])
)
_weights("not divided", "The weights of a mean add up to 1.")(
    _shares(weight=lambda amounts, i: float(amounts[i]))
)
_weights(
    "one over the count", "That divides each mean once more; a longer micro-batch weighs more."
)(_shares(weight=lambda amounts, i: 1 / amounts[i] if amounts[i] else 0.0))
_weights("the fraction turned around", "A micro-batch with more tokens weighs more, not less.")(
    _shares(weight=lambda amounts, i: sum(amounts) / amounts[i] if amounts[i] else 0.0)
)
_weights("more weight for fewer tokens", "A micro-batch with more tokens weighs more, not less.")(
    _shares(
        weight=lambda amounts, i: (
            1 / amounts[i] / sum(1 / n for n in amounts if n) if amounts[i] else 0.0
        )
    )
)
_weights("divided by the largest", "The weights of a mean add up to 1.")(
    _shares(weight=lambda amounts, i: amounts[i] / max(amounts))
)
_weights("divided by the mean count", "The weights of a mean add up to 1, not to K.")(
    _shares(weight=lambda amounts, i: amounts[i] * len(amounts) / sum(amounts))
)
_weights("divided by K as well", "Dividing by all counted tokens is enough.")(
    _shares(weight=lambda amounts, i: amounts[i] / sum(amounts) / len(amounts))
)
_weights("the softmax of the counts", "Shares are in proportion to the counts; no exponential.")(
    _shares(weight=lambda amounts, i: torch.tensor(amounts).double().softmax(0)[i].item())
)
_weights("the padding counted alone", "`==` finds the labels that do not count.")(
    _shares(lambda label, ignore_index: int((label == ignore_index).sum()) or 1)
)
another_way(KEY, "the padding counted alone")(
    _shares(lambda label, ignore_index: int((label == ignore_index).sum()))
)
_weights("token 0 taken for padding", "Only ignore_index marks padding; 0 is a token like others.")(
    _shares(lambda label, ignore_index: int((label > 0).sum()))
)
another_way(KEY, "token 0 taken for padding")(
    _shares(lambda label, ignore_index: int(((label != ignore_index) & (label != 0)).sum()))
)
_weights("always −100", "The argument `ignore_index` changes nothing in your result.")(
    _shares(lambda label, ignore_index: _counted(label, -100))
)
another_way(KEY, "always −100")(_shares(lambda label, ignore_index: int((label >= 0).sum())))
_weights("divided by all positions", "The sum below the line counts what is counted above it.")(
    lambda labels, ignore_index=-100: [
        _counted(label, ignore_index) / sum(other.numel() for other in labels) for label in labels
    ]
)
_weights(
    "the share inside each micro-batch",
    "Compare a micro-batch with the whole batch, not with its own padding.",
)(lambda labels, ignore_index=-100: [_counted(x, ignore_index) / x.numel() for x in labels])
_weights("different tokens counted", "Every position counts, also where a token comes twice.")(
    _shares(lambda label, ignore_index: len(label[label != ignore_index].unique()))
)
_weights("token numbers added up", "Count the labels; what number a token has does not matter.")(
    _shares(lambda label, ignore_index: float(label[label != ignore_index].sum()))
)
_weights("whole-number division", "`//` throws the remainder away: a share is below 1.")(
    _shares(weight=lambda amounts, i: amounts[i] // sum(amounts))
)
_weights("shifted once more", "The labels are in their places already: none is left out.")(
    _shares(lambda label, ignore_index: _counted(label[:, 1:], ignore_index))
)
_weights("the counts before this one only", "Divide by the count of all K micro-batches.")(
    _shares(weight=lambda amounts, i: amounts[i] / max(sum(amounts[: i + 1]), 1))
)
_weights("one number", "A list is asked for, with one weight for each micro-batch.")(
    lambda labels, ignore_index=-100: sum(_counted(label, ignore_index) for label in labels)
)
_weights("nothing handed back", "A list of weights is asked for: is a `return` missing?")(
    lambda labels, ignore_index=-100: None
)


@_weights("the list taken for a tensor", "`labels` is a list: go through its tensors one by one.")
def _(labels, ignore_index=-100):
    return (labels != ignore_index).sum(-1)


@_weights("the list stacked", "The micro-batches have sizes of their own: they do not stack.")
def _(labels, ignore_index=-100):
    counted = (torch.stack(labels) != ignore_index).flatten(1).sum(1)
    return counted / counted.sum()


@mistake(
    "training.accumulation_weights",
    "what does not count is counted",
    "A label equal to ignore_index does not count; all others do.",
)
def _(labels, ignore_index=-100):
    n = [int((x == ignore_index).sum()) for x in labels]
    return [i / max(sum(n), 1) for i in n]
