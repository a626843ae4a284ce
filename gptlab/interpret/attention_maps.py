"""Attention maps: the weights of every head, and scores that find heads which do one known thing.

L layers, B batch, T query time, S key time, H heads.
"""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from gptlab import attention
from gptlab.engine.model.encoder_decoder import Translator
from gptlab.engine.model.gpt import GPT
from gptlab.interpret.fact_prompts import FactPrompt
from gptlab.interpret.trace import attention_weights, before_each, trace


def attention_maps(model: GPT, ids: Sequence[int]) -> Tensor:
    """Where each head of each layer looks, position by position; ids (T) -> (L, H, T, S) float.

    The queries and keys are the model's own; the reader's functions split, compare and mask them.
    """
    return trace(model, torch.as_tensor(ids)[None]).attention[:, 0]


@torch.no_grad()
def cross_attention_maps(model: Translator, source: Tensor, target: Tensor, keep: Tensor) -> Tensor:
    """Where each head of the decoder looks in the other text; arguments as for the model -> (L, B, H, T, S)."""
    maps = []

    def watch(weights: nn.Module, given: tuple) -> None:
        x, memory, n_heads, mask = given
        c = x.shape[-1]
        q = x @ weights.w_qkv[:, :c] + weights.b_qkv[:c]
        k = memory @ weights.w_qkv[:, c : 2 * c] + weights.b_qkv[c : 2 * c]
        q = attention.split_heads(q, n_heads)
        k = attention.split_heads(k, n_heads)
        maps.append(attention_weights(q, k, mask))

    with before_each([layer.cross for layer in model.decoder.layers], watch):
        model(source, target, keep)
    return torch.stack(maps)


def previous_token_score(maps: Tensor) -> Tensor:
    """How much of its look each head gives to the token just before; (L, H, T, S) -> (L, H), 0 to 1."""
    before = maps.diagonal(offset=-1, dim1=-2, dim2=-1)
    return before[..., 1:].mean(dim=-1)  # position 1 has only a start before it


def name_score(model: GPT, prompts: Iterable[FactPrompt]) -> Tensor:
    """How much of the last position's look each head gives to the name, mean over prompts; (L, H), 0 to 1."""
    shares = []
    for prompt in prompts:
        from_last = attention_maps(model, prompt.ids)[:, :, -1]  # (L, H, S)
        shares.append(from_last[..., prompt.name].sum(dim=-1))
    return torch.stack(shares).mean(dim=0)
