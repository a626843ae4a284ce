"""One step of training: cut a batch, clip the gradient, choose the learning rate, move the weights."""

import math

import torch
from torch import Generator, Tensor

from gptlab.blanks import blank


@blank(lesson=9, minutes=8, difficulty=1)
def get_batch(
    ids: Tensor, batch_size: int, context: int, generator: Generator | None
) -> tuple[Tensor, Tensor]:
    """Cut stretches out of a long text at random, and the same stretches one token later.

        x[b, t] = ids[s_b + t],  y[b, t] = ids[s_b + t + 1],  s_b uniform over every start that fits

    N is the length of the text; N = context + 1 leaves a single start.

    ids  (N) int
    ->   (batch_size, context) int, what the model reads
    ->   (batch_size, context) int, what it must predict

    Raises ValueError when the text is shorter than context + 1 (the check does not ask for it).
    """
    raise NotImplementedError


@blank(lesson=9, minutes=20, difficulty=3)
def adamw_step(
    param: Tensor,
    grad: Tensor,
    exp_avg: Tensor,
    exp_avg_sq: Tensor,
    step: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """Move a parameter against its gradient's running mean, in units of its running size.

        m' = β1·m + (1 − β1)·g,   v' = β2·v + (1 − β2)·g²       Kingma & Ba 2015, alg. 1
        m̂, v̂ = m', v' with their start at 0 made up for: the bias correction
        θ' = θ − lr·λ·θ − lr·m̂ / (√v̂ + eps)               Loshchilov & Hutter 2019, alg. 2, λ = weight_decay

    `step` counts from 1. The decay is decoupled: it never enters m or v. All three results are new tensors.

    param       (...) float
    grad        (...) float
    exp_avg     (...) float, m
    exp_avg_sq  (...) float, v
    ->          (...) float, the parameter
    ->          (...) float, m'
    ->          (...) float, v'

    Raises ValueError when step is below 1 (the check does not ask for it).
    """
    raise NotImplementedError


@blank(lesson=9, minutes=8, difficulty=2)
def cosine_schedule(step: int, warmup: int, total: int, max_lr: float, min_lr: float) -> float:
    """Raise the learning rate in a line, then lower it along half a cosine.

        lr = max_lr·(step + 1) / warmup                 while step < warmup
        lr = half a cosine, from max_lr at step = warmup down to min_lr at step = total
        lr = min_lr                                     from total on

    Steps count from 0. The cosine is eq. 5 of Loshchilov & Hutter 2017; the warm-up is GPT-1's (§4.1).

    Example: cosine_schedule(0, 4, 100, 0.001, 0.0001) -> 0.00025
    """
    raise NotImplementedError


@blank(lesson=9, minutes=8, difficulty=2)
def clip_by_global_norm(grads, max_norm: float) -> Tensor:
    """Shrink all gradients by one factor when together they are longer than max_norm.

        norm = √(Σ_i ‖g_i‖²),   g_i ← factor · g_i               Pascanu et al. 2013, alg. 1

    One factor for all brings the norm down to max_norm; where it is below, nothing changes. (torch divides by
    norm + 1e-6, so that nothing is ever divided by 0; do the same.)

    This one blank writes into its arguments: each tensor in the list `grads` is scaled in place, as
    torch.nn.utils.clip_grad_norm_ does. The norm before the scaling is returned.

    ->  () float
    """
    raise NotImplementedError


@blank(lesson=9, minutes=10, difficulty=2)
def accumulation_weights(labels, ignore_index: int = -100) -> list[float]:
    """Weigh the mean loss of each micro-batch, so that the sum is the mean loss of the whole batch.

        Σ_k w_k · L_k = L

    L_k is the mean over the counted tokens of micro-batch k alone, L the mean over the counted tokens
    of all K micro-batches together. With these weights the gradients add up to those of the whole batch.

    `labels` is a list of K tensors (B, T) int, each of a size of its own: the tokens to be predicted,
    already in their places. As in torch's cross_entropy, a label equal to ignore_index does not count.
    The result is a list of K numbers. When nothing counts anywhere, the check does not ask.

    Example: two micro-batches, [[5, 7, 9]] and [[2, -100, -100]] -> [0.75, 0.25]
    """
    raise NotImplementedError
