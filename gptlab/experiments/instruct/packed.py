"""A packed row through the model: every token looks only where a mask allows, at the positions that `pack` gives."""

from collections.abc import Callable, Sequence
from statistics import fmean

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab import attention, instruct
from gptlab.engine.model.gpt import GPT, Attention
from gptlab.engine.train.sft import Example


@torch.no_grad()
def packed_logits(model: GPT, ids: Tensor, positions: Tensor, visible: Tensor) -> Tensor:
    """Logits of the next token in packed rows.

    ids        (B, T) int
    positions  (B, T) int
    visible    (B, 1, T, T) bool, True = may look
    ->         (B, T, V) float
    """
    x = F.embedding(ids, model.wte) + F.embedding(positions, model.wpe)  # (B, T, C)
    functions = model.functions

    def attend(weights: Attention, y: Tensor) -> Tensor:
        return attention.multi_head_attention(
            y,
            weights.w_qkv,
            weights.b_qkv,
            weights.w_out,
            weights.b_out,
            model.config.n_heads,
            visible,
        )

    for block in model.blocks:
        x = block(x, attend, functions)
    return model.unembed(functions.layer_norm(x, model.norm.weight, model.norm.bias))


@torch.no_grad()
def second_chat_losses(
    model: GPT, pack: Callable, pairs: Sequence[tuple[Example, Example]]
) -> tuple[float, float]:
    """The mean loss of the second chat's reply, when it is read alone and when it is packed after the first.

    pack  as `instruct.pack`; the mask is made of the segments that it gives
    """
    alone, after = [], []
    for (first, _), (second, mask) in pairs:
        row, marks = torch.tensor([second]), torch.tensor([mask])
        alone.append(float(instruct.sft_loss(model(row), row, marks)))
        ids, segments, positions = pack([first, second], model.config.context)
        start = len(first)
        learn = torch.zeros_like(ids, dtype=torch.bool)
        learn[0, start : start + len(second)] = marks[0]
        logits = packed_logits(model, ids, positions, instruct.packed_mask(segments))
        after.append(float(instruct.sft_loss(logits, ids, learn)))
    return fmean(alone), fmean(after)


def neighbours(examples: Sequence[Example], context: int) -> list[tuple[Example, Example]]:
    """Examples in pairs that fit into one row."""
    pairs = zip(examples[::2], examples[1::2])
    return [(a, b) for a, b in pairs if len(a[0]) + len(b[0]) <= context]
