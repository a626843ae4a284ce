"""Pairs of texts arranged wrongly, to see which mistakes a fine-tuned network forgives."""

from collections.abc import Callable

from gptlab.experiments.finetuning.fine_tune import Labelled
from gptlab.experiments.finetuning.task_model import TaskModel

Change = Callable[[list[int]], list[int]]


def rearranged(model: TaskModel, data: Labelled) -> dict[str, Labelled]:
    """Pairs (start, one text, delimiter, another, extract) as they are, and in three wrong ways, by name."""

    def swapped(row: list[int]) -> list[int]:
        middle = row.index(model.delim)
        return [row[0], *row[middle + 1 : -1], model.delim, *row[1:middle], row[-1]]

    changes: dict[str, Change] = {
        "as trained": list,
        "no delimiter": lambda row: [token for token in row if token != model.delim],
        "second text first": swapped,
        "extract token first": lambda row: [row[-1], *row[:-1]],
    }
    return {
        name: Labelled([[change(row) for row in rows] for rows in data.inputs], data.labels)
        for name, change in changes.items()
    }
