"""Three precisions of one training: float32, products in bfloat16, and weights in bfloat16 too."""

import time
from typing import NamedTuple

import torch
from torch import Tensor

from gptlab import training
from gptlab.engine.hardware import one_thread
from gptlab.engine.model.gpt import GPT
from gptlab.engine.train.optimizers import AdamW, split_parameters
from gptlab.experiments.training.spike_lab import BATCH, SpikeLab

FP32, MIXED, PURE = "float32", "bfloat16 products", "bfloat16 weights too"
STEPS = 100


class Measured(NamedTuple):
    """What one training in one precision measured."""

    losses: list[float]  # nats per word
    ms_per_step: float  # computing time of one core
    saved_mb: float  # kept for the backward pass of one batch, besides the weights
    unmoved: float  # share of the weights that the last step left where they were


@one_thread()
def measure(
    lab: SpikeLab, precision: str, lr: float = 0.01, steps: int = STEPS, seed: int = 0
) -> Measured:
    """Train in one of the three precisions, without broken batches."""
    model = lab.make_model(seed).run_on("fused" if precision == FP32 else "bf16").train()
    matrices, embeddings, vectors = split_parameters(model)
    optimizer = AdamW(matrices, embeddings | vectors, weight_decay=0.0)
    batch = lab.batches((), seed)
    saved = saved_bytes(model, *batch(0))
    losses = []
    before: list[Tensor] = []
    begin = time.process_time()
    for step in range(steps):
        loss = model.loss(*batch(step))
        model.zero_grad(set_to_none=True)
        loss.backward()
        training.clip_by_global_norm([p.grad for p in model.parameters()], 0.5)
        before = [p.detach().clone() for p in model.parameters()] if step == steps - 1 else []
        optimizer.step(float(training.cosine_schedule(step, 30, steps, lr, lr / 10)))
        if precision == PURE:
            _round_weights(model)
        losses.append(float(loss.detach()))
    spent = time.process_time() - begin
    same = sum(int((p == old).sum()) for p, old in zip(model.parameters(), before, strict=True))
    unmoved = same / sum(p.numel() for p in model.parameters())
    return Measured(losses, 1e3 * spent / steps, saved / 1e6, unmoved)


@torch.no_grad()
def _round_weights(model: GPT) -> None:
    """Leave in every weight only what bfloat16 can hold, as if it were stored so."""
    for p in model.parameters():
        p.copy_(p.bfloat16())


def saved_bytes(model: GPT, ids: Tensor, targets: Tensor) -> int:
    """The bytes that autograd keeps between the forward and the backward pass; weights are not counted."""
    weights = {p.data_ptr() for p in model.parameters()}
    found: dict[int, int] = {}

    def note(tensor: Tensor) -> Tensor:
        if tensor.data_ptr() not in weights:
            found[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    kept = []  # keeps the storages apart: freed memory would be used again
    with torch.autograd.graph.saved_tensors_hooks(lambda x: kept.append(x) or note(x), lambda x: x):
        model.loss(ids[:BATCH], targets[:BATCH])
    return sum(found.values())
