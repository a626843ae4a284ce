"""Supervised fine-tuning: the base model learns to answer from demonstrations."""

from collections.abc import Callable
from dataclasses import dataclass
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
from gptlab.engine.train.pace import Pace
from gptlab.engine.train.shards import ShardedGradient, shards_of
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
    pace = Pace()
    with ShardedGradient([model], partial(_share_of_loss, model)) as gradient:
        optimizer.share_work(gradient.orthogonalize)
        for step, batch in enumerate(plan):
            old = None
            if n_old and pretraining_ids is not None:
                old = training.get_batch(pretraining_ids, n_old, model.config.context, generator)
            told = gradient(_shards([examples[i] for i in batch], old))
            n_tokens = int(told.pop("n_tokens"))
            row = {"step": step, **told}
            history.append(row | _update(model, optimizer, row, step, len(plan), config))
            pace.tick(n_tokens)
            if report and (step % REPORT_EVERY == 0 or step == len(plan) - 1):
                report(history[-1] | {"total": len(plan)} | pace.said(len(plan) - step - 1))
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


@dataclass(frozen=True)
class _Shard:
    """A part of a batch, and what shares of the batch's losses its own are."""

    examples: list[Example]
    share: float  # of the batch's reply tokens
    old: tuple[Tensor, Tensor] | None  # inputs and targets of pretraining text, (B, T) int each
    old_share: float  # of the batch's pretraining rows
    mix: float  # share of the pretraining text in the batch's sequences


def _shards(batch: list[Example], old: tuple[Tensor, Tensor] | None) -> list[_Shard]:
    """Deal a batch's demonstrations and rows of pretraining text to the shards."""
    n_old = 0 if old is None else len(old[0])
    mix = n_old / (len(batch) + n_old)  # each loss weighs as its share of the batch's sequences
    dealt = shards_of(len(batch))
    old_rows = shards_of(n_old, len(dealt))
    old_rows += [[]] * (len(dealt) - len(old_rows))
    all_targets = sum(map(_n_targets, batch))
    shards = []
    for rows, more in zip(
        dealt, reversed(old_rows)
    ):  # where there is less of one, more of the other
        examples = [batch[i] for i in rows]
        share = sum(map(_n_targets, examples)) / all_targets
        part = (old[0][more], old[1][more]) if old is not None and more else None
        shards.append(_Shard(examples, share, part, len(more) / max(1, n_old), mix))
    return shards


def _n_targets(example: Example) -> int:
    return sum(example[1][1:])


def _share_of_loss(model: LanguageModel, shard: _Shard) -> tuple[Tensor, dict[str, float]]:
    """The shard's part of the batch's loss, with what to tell of it."""
    loss, n_tokens = _example_loss(model, shard.examples)
    loss = loss * shard.share
    row = {"loss": float(loss.detach())}
    total = loss * (1 - shard.mix)
    if shard.old is not None:
        inputs, targets = (ids.to(device_of(model)) for ids in shard.old)
        old_loss = model.loss(inputs, targets) * shard.old_share
        row["pretraining_loss"] = float(old_loss.detach())
        total = total + old_loss * shard.mix
        n_tokens += inputs.numel()
    return total, row | {"n_tokens": float(n_tokens)}


def _update(
    model: LanguageModel,
    optimizer: MuonAdamW,
    row: dict[str, float],
    step: int,
    total: int,
    config: SFTConfig,
) -> dict:
    """One step of Muon and AdamW on the cosine schedule."""
    warmup = round(total * config.warmup_fraction)
    lr = training.cosine_schedule(step, warmup, total, config.lr, MIN_LR_SHARE * config.lr)
    norm = update(
        model,
        sum(row[name] for name in ("loss", "pretraining_loss") if name in row),
        config.clip,
        take_step=partial(optimizer.step, lr),
        check=partial(check_finite, step=step, lr=config.lr),
    )
    return {"lr": float(lr), "grad_norm": norm}
