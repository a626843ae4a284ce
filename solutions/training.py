"""Reference bodies for gptlab/training.py."""

import math

import torch
from torch import Generator, Tensor


def get_batch(
    ids: Tensor, batch_size: int, context: int, generator: Generator | None
) -> tuple[Tensor, Tensor]:
    n_starts = len(ids) - context
    if n_starts < 1:
        raise ValueError(
            f"the text has {len(ids)} tokens, but a context of {context} needs {context + 1}:"
            " give more text or a shorter context"
        )
    starts = torch.randint(n_starts, (batch_size, 1), generator=generator).to(ids.device)
    positions = starts + torch.arange(context, device=ids.device)  # (B, T)
    return ids[positions], ids[positions + 1]


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
    if step < 1:
        raise ValueError(f"step is {step}, it counts from 1: the first update is step 1")
    beta1, beta2 = betas
    exp_avg = beta1 * exp_avg + (1 - beta1) * grad
    exp_avg_sq = beta2 * exp_avg_sq + (1 - beta2) * grad * grad
    mean = exp_avg / (
        1 - beta1**step
    )  # without this the first steps are too small: m and v start at 0
    size = (exp_avg_sq / (1 - beta2**step)).sqrt()
    param = param - lr * weight_decay * param - lr * mean / (size + eps)
    return param, exp_avg, exp_avg_sq


def cosine_schedule(step: int, warmup: int, total: int, max_lr: float, min_lr: float) -> float:
    if step < warmup:
        return max_lr * (step + 1) / warmup
    if step >= total:
        return min_lr
    progress = (step - warmup) / (total - warmup)  # 0 … 1
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + math.cos(math.pi * progress))


def clip_by_global_norm(grads, max_norm: float) -> Tensor:
    grads = list(grads)
    if not grads:
        return torch.tensor(0.0)
    with torch.no_grad():
        norm = torch.stack([grad.norm() for grad in grads]).norm()
        factor = (max_norm / (norm + 1e-6)).clamp(max=1.0)
        for grad in grads:
            grad.mul_(factor)
    return norm


def accumulation_weights(labels, ignore_index: int = -100) -> list[float]:
    counted = [int((label != ignore_index).sum()) for label in labels]
    return [count / sum(counted) for count in counted]
