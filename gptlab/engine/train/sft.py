"""Supervised fine-tuning: the base model learns to answer from demonstrations."""

import time
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from gptlab import instruct, training
from gptlab.engine.config import SFTConfig
from gptlab.engine.model.batches import (
    check_lengths,
    device_of,
    length_batches,
    right_pad,
)
from gptlab.engine.model.protocol import LanguageModel
from gptlab.engine.train.optimizers import MuonAdamW
from gptlab.engine.train.step import check_finite, update

MIN_LR_SHARE = 0.1  # InstructGPT, C.1: cosine to 10 % of the learning rate
REPORT_EVERY = 10  # steps

Example = tuple[list[int], list[bool]]  # ids, and which of them are targets


def finetune(
    model: LanguageModel,
    examples: list[Example],
    config: SFTConfig,
    pretraining_ids: Tensor | None = None,
    report: Callable[[dict], None] | None = None,
) -> list[dict]:
    """Teach the model to write the replies of the examples; returns one row of metrics per step.

        loss = −mean over reply tokens of log p(token | everything before)     Ouyang et al. 2022, §3.5

    With `pretraining_ids`, a share `config.pretraining_mix` of each batch is pretraining text, so that what
    was learnt there is not lost. Changes the model in place.

    Raises ValueError when an example has no reply or is longer than the context, TrainingDiverged when the
    loss is not finite.
    """
    _check_examples(model, examples)
    generator = torch.Generator().manual_seed(config.seed)
    n_old = 0 if pretraining_ids is None else round(config.pretraining_mix * config.batch_size)
    n_old = min(n_old, config.batch_size - 1)
    lengths = [len(ids) for ids, _ in examples]
    size = config.batch_size - n_old
    plan = [
        batch for _ in range(config.epochs) for batch in length_batches(lengths, size, generator)
    ]
    optimizer = MuonAdamW(model, config.weight_decay, config.muon_ratio)
    history = []
    n_tokens = 0
    begin = time.perf_counter()
    for step, batch in enumerate(plan):
        loss, n = _example_loss(model, [examples[i] for i in batch])
        row = {"step": step, "loss": float(loss.detach())}
        if (
            n_old and pretraining_ids is not None
        ):  # each loss weighs as its share of the batch's sequences
            old_loss, n_more = _pretraining_loss(model, pretraining_ids, n_old, generator)
            row["pretraining_loss"] = float(old_loss.detach())
            loss = (loss * len(batch) + old_loss * n_old) / (len(batch) + n_old)
            n = n + n_more
        history.append(row | _update(model, optimizer, loss, step, len(plan), config))
        n_tokens += n
        if report and (step % REPORT_EVERY == 0 or step == len(plan) - 1):
            report(history[-1] | _progress(step, len(plan), n_tokens, time.perf_counter() - begin))
    return history


@torch.no_grad()
def held_out_loss(model: LanguageModel, examples: list[Example], batch_size: int = 32) -> float:
    """The mean loss of reply tokens in examples that were not trained on, in nats per token."""
    order = sorted(range(len(examples)), key=lambda i: len(examples[i][0]))
    total, count = 0.0, 0
    for start in range(0, len(order), batch_size):
        batch = [examples[i] for i in order[start : start + batch_size]]
        n_targets = sum(sum(mask[1:]) for _, mask in batch)
        total += float(_example_loss(model, batch)[0]) * n_targets
        count += n_targets
    return total / count


def _check_examples(model: LanguageModel, examples: list[Example]) -> None:
    if not examples:
        raise ValueError("0 examples teach nothing: give at least 1")
    check_lengths([ids for ids, _ in examples], model.config.context, "examples")
    empty = sum(not any(mask[1:]) for _, mask in examples)
    if empty:
        raise ValueError(
            f"{empty} of {len(examples)} examples have no reply: their mask keeps no token"
        )


def _example_loss(model: LanguageModel, batch: list[Example]) -> tuple[Tensor, int]:
    """The SFT loss of one batch, and how many tokens the model read."""
    ids, keep = right_pad([ids for ids, _ in batch])
    mask, _ = right_pad([[int(m) for m in mask] for _, mask in batch])
    device = device_of(model)
    ids, mask = ids.to(device), mask.bool().to(device)
    # Padding stands on the right of a causal model: no kept position can see it, so no key mask is needed.
    # Before the first reply no logits are needed either: the vocabulary is the widest axis of all.
    first = max(int(mask.any(0).long().argmax()) - 1, 0)
    logits = model.unembed(model.hidden(ids)[:, first:])  # (B, T, C) -> (B, T − first, V)
    return instruct.sft_loss(logits, ids[:, first:], mask[:, first:]), int(keep.sum())


def _pretraining_loss(
    model: LanguageModel, ids: Tensor, batch_size: int, generator: torch.Generator
) -> tuple[Tensor, int]:
    """The loss of the base model's own task on a random batch of its text."""
    inputs, targets = training.get_batch(ids, batch_size, model.config.context, generator)
    device = device_of(model)
    return model.loss(inputs.to(device), targets.to(device)), inputs.numel()


def _update(
    model: LanguageModel,
    optimizer: MuonAdamW,
    loss: Tensor,
    step: int,
    total: int,
    config: SFTConfig,
) -> dict:
    """One step of Muon and AdamW on the cosine schedule."""
    warmup = round(total * config.warmup_fraction)
    lr = training.cosine_schedule(step, warmup, total, config.lr, MIN_LR_SHARE * config.lr)
    _, norm = update(
        model,
        loss,
        config.clip,
        take_step=partial(optimizer.step, lr),
        check=partial(check_finite, step=step, lr=config.lr),
    )
    return {"lr": float(lr), "grad_norm": norm}


def _progress(step: int, total: int, n_tokens: int, elapsed_s: float) -> dict:
    """What a progress bar wants to know."""
    left = elapsed_s / (step + 1) * (total - step - 1)
    return {"total": total, "tokens_per_s": n_tokens / max(elapsed_s, 1e-9), "seconds_left": left}
