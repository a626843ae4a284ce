"""Fine-tuning one network on few labels: from the shipped base model or from nothing, with curves.

B batch. Losses are in nats: per example for the labels, per token for the texts.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from gptlab import finetuning
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.engine.train.step import train_adam, trapezoid
from gptlab.experiments.finetuning.task_model import Inputs, TaskModel, transfer
from gptlab.experiments.finetuning.tasks import Example, Task, TaskSource, arrange
from gptlab.ngram import cross_entropy

LR = 1e-3
BATCH = 16  # examples
CLIP = 1.0
N_MEASURED = 200  # examples of validation and test


@dataclass
class Labelled:
    """Examples as inputs, and their labels (N,)."""

    inputs: list[Inputs]
    labels: Tensor

    def __len__(self) -> int:
        return len(self.inputs)

    def rows(self, chosen: list[int]) -> "Labelled":
        """Some of them."""
        return Labelled([self.inputs[i] for i in chosen], self.labels[chosen])


@dataclass
class Curve:
    """What was measured while training: the step, and for each the loss and accuracy on both sets."""

    steps: list[int] = field(default_factory=list)
    train_loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)

    @property
    def best(self) -> int:
        """Where the validation loss was lowest: an index into `steps`."""
        return min(range(len(self.steps)), key=self.validation_loss.__getitem__)


class Bench:
    """A base model, its tokenizer and the little web's tasks."""

    def __init__(self, base: GPT, tokenizer: Tokenizer, source: TaskSource):
        self.base = base
        self.tokenizer = tokenizer
        self.source = source
        v = base.config.vocab_size
        self.special = (v, v + 1, v + 2)

    def labelled(self, task: Task, part: str, n: int, seed: int = 0) -> Labelled:
        """n examples of a part, arranged."""
        return self.arranged(task, self.source.draw(task, part, n, seed))

    def arranged(self, task: Task, examples: list[Example]) -> Labelled:
        """Examples as the network reads them."""
        inputs = [arrange(task, example, self.tokenizer, self.special) for example in examples]
        return Labelled(inputs, torch.tensor([example.label for example in examples]))

    def model(
        self, task: Task, pretrained: bool = True, layers: int | None = None, seed: int = 0
    ) -> TaskModel:
        """An untuned model for a task; `layers` = take only so many blocks of the base."""
        gpt = transfer(self.base if pretrained else None, self.base.config, seed, layers)
        return TaskModel(gpt, task.n_scores, seed)


def batch_loss(model: TaskModel, data: Labelled, weight: float) -> Tensor:
    """The loss of fine-tuning on some examples, by the learner's `finetuning_loss`."""
    scores, text_loss = model(data.inputs, with_text=weight > 0)
    return finetuning.finetuning_loss(cross_entropy(scores, data.labels), text_loss, weight)


@torch.no_grad()
def measure(model: TaskModel, data: Labelled, batch: int = 50) -> tuple[float, float]:
    """Loss, in nats per example, and accuracy on labelled examples."""
    loss = right = 0.0
    for start in range(0, len(data), batch):
        part = data.rows(list(range(start, min(start + batch, len(data)))))
        scores, _ = model(part.inputs, with_text=False)
        loss += float(cross_entropy(scores, part.labels)) * len(part)
        right += float((scores.argmax(-1) == part.labels).sum())
    return loss / len(data), right / len(data)


def fine_tune(
    model: TaskModel,
    train: Labelled,
    validation: Labelled | None = None,
    weight: float = 0.5,
    steps: int = 100,
    lr: float = LR,
    every: int = 10,
    seed: int = 0,
    after: Callable[[int], bool] | None = None,
) -> Curve:
    """Train all weights; with a validation set, measure both sets before the first step and after every few.

    after  called with the index of each measurement; True ends the training
    """
    generator = torch.Generator().manual_seed(seed)
    curve = Curve()
    order: list[int] = []

    def loss() -> Tensor:
        while len(order) < min(BATCH, len(train)):
            order.extend(torch.randperm(len(train), generator=generator).tolist())
        chosen = [order.pop() for _ in range(min(BATCH, len(train)))]
        return batch_loss(model, train.rows(chosen), weight)

    done = 0

    def stop() -> bool:
        nonlocal done
        done += 1
        if validation is None or done % every:
            return False
        record(curve, done, model, train, validation)
        return after is not None and after(len(curve.steps) - 1)

    if validation is not None:
        record(curve, 0, model, train, validation)
    model.train()
    schedule = trapezoid(lr, steps, warmup=max(1, steps // 20), cooldown=steps // 2)
    train_adam(model.parameters(), loss, steps, schedule, clip=CLIP, stop=stop)
    model.eval()
    return curve


def record(
    curve: Curve, step: int, model: TaskModel, train: Labelled, validation: Labelled
) -> None:
    """Add one measurement to a curve."""
    loss, right = measure(model, train.rows(list(range(min(len(train), N_MEASURED)))))
    curve.train_loss.append(loss)
    curve.train_accuracy.append(right)
    loss, right = measure(model, validation)
    curve.validation_loss.append(loss)
    curve.validation_accuracy.append(right)
    curve.steps.append(step)
