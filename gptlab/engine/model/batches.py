"""Batches of sequences of unequal length, as SFT, the reward model and PPO share them."""

import torch
from torch import Tensor

from gptlab.engine.model.protocol import Trainable

POOL = 16  # batches that are sorted by length together: little padding, and the order stays random


class TrainingDiverged(RuntimeError):
    """The loss is no number any more, or the policy has run away; the message says which, and what to try."""


def right_pad(sequences: list[list[int]], pad_id: int = 0) -> tuple[Tensor, Tensor]:
    """Put sequences into one rectangle, padded on the right to the longest.

    ->  ids   (B, T) int
        keep  (B, T) bool, True = a token of the sequence

    Raises ValueError when there is no sequence, or an empty one.
    """
    if not sequences or not all(len(sequence) for sequence in sequences):
        raise ValueError(
            f"{len(sequences)} sequences, of which some are empty: each needs at least 1 token"
        )
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = int(lengths.max())
    ids = torch.tensor(
        [[*sequence, *[pad_id] * (longest - len(sequence))] for sequence in sequences]
    )
    keep = torch.arange(longest) < lengths[:, None]  # (T,) < (B, 1) -> (B, T)
    return ids, keep


def length_batches(
    lengths: list[int], batch_size: int, generator: torch.Generator
) -> list[list[int]]:
    """Cut the numbers 0 … n − 1 into batches of similar length, in random order.

    Example: lengths [3, 9, 3, 9] in batches of 2 -> [[1, 3], [0, 2]] or [[2, 0], [3, 1]] …
    """
    order = torch.randperm(len(lengths), generator=generator).tolist()
    pool = POOL * batch_size
    batches = []
    for start in range(0, len(order), pool):
        members = sorted(order[start : start + pool], key=lambda i: lengths[i])
        batches += [members[i : i + batch_size] for i in range(0, len(members), batch_size)]
    return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]


def check_lengths(sequences: list[list[int]], context: int | None, what: str) -> None:
    """Refuse sequences that do not fit into the model's context.

    Raises ValueError naming the longest and the context.
    """
    longest = max((len(sequence) for sequence in sequences), default=0)
    if context is not None and longest > context:
        raise ValueError(
            f"{what} of {longest} tokens do not fit into a context of {context}: shorten them"
        )


def device_of(model: Trainable) -> torch.device:
    """The device on which a model's weights lie; a model without weights runs on the CPU."""
    return next((p.device for p in model.parameters()), torch.device("cpu"))
