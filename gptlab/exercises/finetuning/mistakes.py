"""Wrong bodies of gptlab/finetuning.py: where the head reads, and what the loss is."""

import torch

from gptlab.exercises.mistake import another_way, mistake

# ---- read_position


def _read(name, hint):
    return mistake("finetuning.read_position", name, hint)


def _found(ids, extract):
    return (ids == extract).int()


_read("the end of the table", "The last column is padding in all rows but the longest.")(
    lambda ids, extract: torch.full(ids.shape[:1], ids.shape[1] - 1)
)
another_way("finetuning.read_position", "the end of the table")(
    lambda ids, extract: torch.full(ids.shape[:1], -1)
)
_read(
    "the last extract token of a row",
    "Where rows are padded with the extract token, the last one is padding: the real one is the first.",
)(lambda ids, extract: ids.shape[1] - 1 - _found(ids, extract).flip(1).argmax(1))
_read(
    "one position too early",
    "The head reads at the extract token itself: it has seen all the text.",
)(lambda ids, extract: _found(ids, extract).argmax(1) - 1)
_read(
    "one position too late", "What follows the extract token is padding. Positions count from 0."
)(lambda ids, extract: _found(ids, extract).argmax(1) + 1)
_read(
    "counted, with 0 for padding",
    "Padding may be any id and on either side: look for the extract token, which every row has.",
)(lambda ids, extract: (ids != 0).sum(1) - 1)
_read("the number of extract tokens", "Where it is, is asked: a position, not how often.")(
    lambda ids, extract: _found(ids, extract).sum(1)
)
_read("counted until the extract token is over", "Count the columns before it, on this row.")(
    lambda ids, extract: (ids != extract).sum(1)
)
_read("looked for down the columns", "A row is one input: search along the time axis, dim 1.")(
    lambda ids, extract: _found(ids, extract).argmax(0)
)
_read("the place in the whole table", "One position for each row: search along the time axis.")(
    lambda ids, extract: _found(ids, extract).argmax()
)
_read("the largest id", "The extract token need not be the largest id: compare first.")(
    lambda ids, extract: ids.argmax(1)
)
_read("the smallest id", "The extract token need not be the smallest id: compare first.")(
    lambda ids, extract: ids.argmin(1)
)
_read(
    "every extract token",
    "One position for each row, also where padding repeats the extract token.",
)(lambda ids, extract: (ids == extract).nonzero()[:, 1])
another_way("finetuning.read_position", "every extract token")(
    lambda ids, extract: torch.where(ids == extract)[1]
)
_read(
    "rows and columns", "nonzero and where name rows too: one position for each row is asked for."
)(lambda ids, extract: (ids == extract).nonzero())
another_way("finetuning.read_position", "rows and columns")(
    lambda ids, extract: torch.where(ids == extract)
)
_read(
    "a table of True and False",
    "That says which token it is: now, at which position is the first True?",
)(lambda ids, extract: ids == extract)
_read("an axis too many", "One number for each row: (B).")(
    lambda ids, extract: _found(ids, extract).argmax(1, keepdim=True)
)
_read(
    "argmax of a bool table",
    "torch takes no maximum of True and False: .int() makes numbers of them.",
)(lambda ids, extract: (ids == extract).argmax(1))
_read(
    "position 0 where there is none",
    "argmax of a row that is all 0 is 0: a head would read the start token, and nobody would notice. "
    "Raise a ValueError.",
)(lambda ids, extract: _found(ids, extract).argmax(1))


@_read("−1 where there is none", "An index of −1 reads the last column: raise a ValueError.")
def _(ids, extract):
    here = ids == extract
    return torch.where(here.any(1), here.int().argmax(1), -1)


@_read("the length where there is none", "There is no such column: raise a ValueError.")
def _(ids, extract):
    here = ids == extract
    return torch.where(here.any(1), here.int().argmax(1), ids.shape[1])


another_way("finetuning.read_position", "the length where there is none")(
    lambda ids, extract: (_found(ids, extract).cumsum(1) == 0).sum(1)
)


@_read(
    "the last column where there is none",
    "A row without an extract token was cut off: nothing in it may be read. Raise a ValueError.",
)
def _(ids, extract):
    here = ids == extract
    return torch.where(here.any(1), here.int().argmax(1), ids.shape[1] - 1)


@_read("rows without one left out", "The result has one number for each row: raise a ValueError.")
def _(ids, extract):
    here = ids == extract
    return here.int().argmax(1)[here.any(1)]


@_read(
    "an error only when no row has one", "Each row needs its own extract token: .any along dim 1."
)
def _(ids, extract):
    here = ids == extract
    if not here.any():
        raise ValueError("no extract token")
    return here.int().argmax(1)


@_read(
    "the place found in another row",
    "Search each row by itself: the rows end at different positions.",
)
def _(ids, extract):
    first = int(_found(ids, extract)[0].argmax())
    return torch.full(ids.shape[:1], first)


# ---- finetuning_loss


def _joined(name, hint):
    return mistake("finetuning.finetuning_loss", name, hint)


_joined(
    "the weight on the wrong loss", "L₂ is the labels' loss and counts fully; λ stands before L₁."
)(lambda task_loss, lm_loss, weight=0.5: weight * task_loss + lm_loss)
_joined("the weight left out", "The argument `weight` changes nothing in your result.")(
    lambda task_loss, lm_loss, weight=0.5: task_loss + lm_loss
)
_joined("always one half", "λ is what is given as `weight`; ½ is only its default.")(
    lambda task_loss, lm_loss, weight=0.5: task_loss + 0.5 * lm_loss
)
_joined("another default", "λ = 0.5 when it is not given (Radford et al. 2018, §4.1).")(
    lambda task_loss, lm_loss, weight=1.0: task_loss + weight * lm_loss
)
_joined("weights that sum to 1", "The labels' loss counts fully, whatever λ is.")(
    lambda task_loss, lm_loss, weight=0.5: (1 - weight) * task_loss + weight * lm_loss
)
_joined("weights that sum to 1, exchanged", "The labels' loss counts fully, whatever λ is.")(
    lambda task_loss, lm_loss, weight=0.5: weight * task_loss + (1 - weight) * lm_loss
)
_joined("the weight on both", "λ stands before L₁ only; brackets reach too far.")(
    lambda task_loss, lm_loss, weight=0.5: weight * (task_loss + lm_loss)
)
_joined("divided by the sum of the weights", "A sum is asked for, no weighted mean.")(
    lambda task_loss, lm_loss, weight=0.5: (task_loss + weight * lm_loss) / (1 + weight)
)
_joined("the mean of the two", "A sum is asked for: L₂ + λ·L₁.")(
    lambda task_loss, lm_loss, weight=0.5: (task_loss + lm_loss) / 2
)
_joined("a minus for the plus", "Both losses are to fall.")(
    lambda task_loss, lm_loss, weight=0.5: task_loss - weight * lm_loss
)
_joined(
    "the text's loss left out", "The auxiliary loss keeps the network a language model: add it."
)(lambda task_loss, lm_loss, weight=0.5: task_loss)
_joined("the labels' loss left out", "Without L₂ nothing is learnt of the task.")(
    lambda task_loss, lm_loss, weight=0.5: weight * lm_loss
)
_joined("the product of the two", "The losses are added; the weight multiplies one of them.")(
    lambda task_loss, lm_loss, weight=0.5: task_loss * weight * lm_loss
)
_joined("divided by the weight", "A small λ makes the text's loss count little: multiply.")(
    lambda task_loss, lm_loss, weight=0.5: task_loss + lm_loss / (weight if weight else 1)
)
another_way("finetuning.finetuning_loss", "divided by the weight")(
    lambda task_loss, lm_loss, weight=0.5: task_loss + lm_loss / weight
)
_joined("the weight added", "The weight multiplies the text's loss.")(
    lambda task_loss, lm_loss, weight=0.5: task_loss + lm_loss + weight
)
_joined("the larger of the two", "Both losses count: L₂ + λ·L₁.")(
    lambda task_loss, lm_loss, weight=0.5: torch.maximum(task_loss, weight * lm_loss)
)
_joined("both losses side by side", "One number comes out: the sum.")(
    lambda task_loss, lm_loss, weight=0.5: (task_loss, weight * lm_loss)
)
_joined(
    "numbers for tensors", "item() and float() cut a tensor from its history: nothing can train."
)(lambda task_loss, lm_loss, weight=0.5: task_loss.item() + weight * lm_loss.item())
another_way("finetuning.finetuning_loss", "numbers for tensors")(
    lambda task_loss, lm_loss, weight=0.5: torch.tensor(float(task_loss) + weight * float(lm_loss))
)
_joined(
    "the text's loss detached", "The auxiliary loss must train too: leave out detach and item."
)(lambda task_loss, lm_loss, weight=0.5: task_loss + weight * lm_loss.detach())
another_way("finetuning.finetuning_loss", "the text's loss detached")(
    lambda task_loss, lm_loss, weight=0.5: task_loss + weight * lm_loss.item()
)
_joined("the labels' loss detached", "The labels' loss must train: leave out detach and item.")(
    lambda task_loss, lm_loss, weight=0.5: task_loss.detach() + weight * lm_loss
)
another_way("finetuning.finetuning_loss", "the labels' loss detached")(
    lambda task_loss, lm_loss, weight=0.5: task_loss.item() + weight * lm_loss
)


@_joined("added in place", "+= writes into the tensor that was given: write a + b.")
def _(task_loss, lm_loss, weight=0.5):
    with torch.no_grad():
        task_loss += weight * lm_loss
    return task_loss


@another_way("finetuning.finetuning_loss", "added in place")
def _(task_loss, lm_loss, weight=0.5):
    task_loss += weight * lm_loss
    return task_loss
