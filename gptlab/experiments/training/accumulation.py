"""One large batch of sentences, and the same sentences in micro-batches of unequal length."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab.engine.model.gpt import GPT
from gptlab.experiments.training.spike_lab import SpikeLab

SENTENCES = 16  # in the whole batch
PAD = -100


class MicroBatch(NamedTuple):
    """Sentences of similar length, in one rectangle."""

    ids: Tensor  # (B, T) int
    labels: Tensor  # (B, T) int, PAD where nothing is to be predicted


def whole_batch(lab: SpikeLab, seed: int = 0) -> MicroBatch:
    """Sixteen sentences, shortest first, with padding up to the longest."""
    sentences = lab.sentences
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randperm(len(sentences.ids), generator=generator)[:SENTENCES]
    rows = rows[sentences.keep[rows].sum(1).argsort(stable=True)]
    ids, keep = sentences.ids[rows], sentences.keep[rows]
    longest = int(keep.sum(1).max())
    labels = ids[:, 1:longest].masked_fill(~keep[:, 1:longest], PAD)
    return MicroBatch(ids[:, : longest - 1], labels)


def in_micro_batches(batch: MicroBatch, n: int = 4) -> list[MicroBatch]:
    """The same sentences in n parts, each cut to its own longest sentence."""
    cut = []
    for ids, labels in zip(batch.ids.chunk(n), batch.labels.chunk(n), strict=True):
        longest = int((labels != PAD).sum(1).max())
        cut.append(MicroBatch(ids[:, :longest], labels[:, :longest]))
    return cut


def mean_loss(model: GPT, batch: MicroBatch) -> Tensor:
    """The mean loss of the counted words of one micro-batch."""
    logits = model(batch.ids)
    return F.cross_entropy(logits.flatten(0, 1), batch.labels.flatten(), ignore_index=PAD)
