"""Reading a tuned network at another position: what a text is told then depends on its neighbours in the batch."""

from collections.abc import Callable

import torch
from torch import Tensor

from gptlab.engine.model.batches import right_pad
from gptlab.experiments.finetuning.fine_tune import Labelled
from gptlab.experiments.finetuning.task_model import PAD_ID, TaskModel

Reading = Callable[[Tensor, int], Tensor]  # (ids (B, T), extract) -> positions (B)


@torch.no_grad()
def probabilities(model: TaskModel, rows: list[list[int]], read: Reading) -> Tensor:
    """Of each label, for a batch of inputs that are read where `read` says; -> (B, n_scores)."""
    ids, _ = right_pad(rows, PAD_ID)
    hidden = model.gpt.hidden(ids)
    vectors = hidden[torch.arange(len(ids)), read(ids, model.extract)]  # (B, C)
    return model.scores(vectors[:, None]).softmax(-1)


def accuracy(model: TaskModel, data: Labelled, read: Reading, batch: int) -> float:
    """The share that is labelled rightly when so many texts are padded to one table."""
    right = 0
    for start in range(0, len(data), batch):
        rows = [inputs[0] for inputs in data.inputs[start : start + batch]]
        guesses = probabilities(model, rows, read).argmax(-1)
        right += int((guesses == data.labels[start : start + batch]).sum())
    return right / len(data)
