"""Reference bodies for gptlab/transformer.py."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Generator, Tensor

from gptlab import transformer


def layer_norm(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    centred = x - x.mean(dim=-1, keepdim=True)
    variance = (centred * centred).mean(dim=-1, keepdim=True)
    return centred / torch.sqrt(variance + eps) * weight + bias


def gelu(x: Tensor) -> Tensor:
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))


def feed_forward(x: Tensor, w_in: Tensor, b_in: Tensor, w_out: Tensor, b_out: Tensor) -> Tensor:
    return transformer.gelu(x @ w_in + b_in) @ w_out + b_out  # (..., C) -> (..., F) -> (..., C)


def pre_ln_block(
    x: Tensor, attend: Callable, mlp: Callable, norm1: Callable, norm2: Callable
) -> Tensor:
    x = x + attend(norm1(x))
    return x + mlp(norm2(x))


def post_ln_block(
    x: Tensor, attend: Callable, mlp: Callable, norm1: Callable, norm2: Callable
) -> Tensor:
    x = norm1(x + attend(x))
    return norm2(x + mlp(x))


def gpt_logits(
    ids: Tensor, wte: Tensor, wpe: Tensor, blocks: Sequence[Callable], last_norm: Callable
) -> Tensor:
    T = ids.shape[1]
    if len(wpe) < T:
        raise ValueError(f"{T} tokens, but there are only {len(wpe)} positions: give fewer")
    x = wte[ids] + wpe[:T]  # (B, T, C) + (T, C)
    for block in blocks:
        x = block(x)
    return last_norm(x) @ wte.T  # (B, T, C) @ (C, V) -> (B, T, V)


def mask_tokens(
    ids: Tensor,
    mask_id: int,
    vocab_size: int,
    rate: float = 0.15,
    generator: Generator | None = None,
) -> tuple[Tensor, Tensor]:
    if not 0 <= rate <= 1:
        raise ValueError(f"rate is {rate}, it must lie between 0 and 1: BERT selects 0.15")
    draw = {"generator": generator, "device": ids.device}
    selected = torch.rand(ids.shape, **draw) < rate
    fate = torch.rand(ids.shape, **draw)
    random_ids = torch.randint(vocab_size, ids.shape, dtype=ids.dtype, **draw)
    inputs = ids.masked_fill(selected & (fate < 0.8), mask_id)
    inputs = torch.where(selected & (fate >= 0.8) & (fate < 0.9), random_ids, inputs)
    labels = ids.masked_fill(~selected, -100)
    return inputs, labels


def gpt2_init_std(name: str, n_layers: int) -> float:
    parts = name.split(".")
    last, owner = parts[-1], parts[-2] if len(parts) > 1 else ""
    if last.endswith("bias") or last.startswith("b_"):
        return 0.0
    if last.startswith(("norm", "ln_")) or owner.startswith(("norm", "ln_")):
        return 0.0
    if (last == "weight" and owner == "c_proj") or (last == "w_out" and owner in ("attn", "mlp")):
        return 0.02 / math.sqrt(2 * n_layers)
    return 0.02
