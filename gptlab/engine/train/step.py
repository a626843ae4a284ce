"""One update of a model, as every training loop takes it, and a small Adam trainer for toy models."""

import math
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from gptlab import training
from gptlab.engine.hardware import one_thread
from gptlab.engine.model.batches import TrainingDiverged
from gptlab.engine.model.protocol import Trainable


def update(
    model: Trainable,
    loss: float,
    clip: float,
    take_step: Callable[[], None],
    check: Callable[[float, float], None],
) -> float:
    """Take one step down the gradient that lies in `.grad`; returns its norm before clipping.

        g ← ∇loss · min(1, clip / ‖∇loss‖)                        Pascanu et al. 2013, algorithm 1

    take_step  lets the optimizer use the gradients
    check      gets loss and norm before the step is taken, and raises where it would spoil the weights
    """
    with one_thread():
        grads = [p.grad for p in model.parameters() if p.grad is not None]
        norm = float(training.clip_by_global_norm(grads, clip))
        check(loss, norm)
        take_step()
    return norm


def check_finite(loss: float, norm: float, step: int, lr: float) -> None:
    """Raise TrainingDiverged, naming the step and the learning rate to lower, where a number is not finite."""
    for what, value in (("the loss", loss), ("the gradient's norm", norm)):
        if not math.isfinite(value):
            raise TrainingDiverged(f"{what} is {value} at step {step}: lower lr (it is {lr:g})")


BETAS = 0.9, 0.98  # Adam's, as Vaswani et al. 2017, §5.3, take them for Transformers


@one_thread()
def train_adam(
    parameters: Iterable[Tensor],
    loss_of_batch: Callable[[], Tensor],
    steps: int,
    lr: float | Callable[[int], float],
    betas: tuple[float, float] = (0.9, 0.999),
    clip: float | None = None,
    stop: Callable[[], bool] | None = None,
) -> list[float]:
    """Train a toy model with Adam; returns the loss of each step.

    loss_of_batch  draws a batch and gives its loss
    lr             the learning rate, or the function that gives that of a step, counted from 0
    clip           longest gradient; None = whatever its length
    stop           asked after each step whether to end early

    Runs on one core: products as small as these gain nothing from a second one, and wait for it where it is busy.
    """
    parameters = list(parameters)
    losses = []
    optimizer = torch.optim.Adam(parameters, betas=betas)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = lr(step) if callable(lr) else lr
        loss = loss_of_batch()
        optimizer.zero_grad()
        loss.backward()
        if clip is not None:
            nn.utils.clip_grad_norm_(parameters, clip)
        optimizer.step()
        losses.append(float(loss.detach()))
        if stop is not None and stop():
            break
    return losses


def trapezoid(lr: float, steps: int, warmup: int = 0, cooldown: int = 0) -> Callable[[int], float]:
    """A learning rate that rises to lr in the first steps and falls towards 0 in the last ones.

    lr_t = lr · min(1, (t + 1) / warmup, (steps − t) / cooldown)
    """
    return lambda t: lr * min(1.0, (t + 1) / max(1, warmup), (steps - t) / max(1, cooldown))
