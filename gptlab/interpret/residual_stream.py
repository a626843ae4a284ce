"""The residual stream as a sum: what each part of a model writes into it, and what that adds to a token's logit.

Token and position come first, then what each part of each layer writes.

L layers, T time, C width.
"""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from gptlab.engine.model.gpt import GPT
from gptlab.interpret.trace import trace


def part_names(model: GPT) -> list[str]:
    """Names of the parts that write into the stream, in the order of `residual_contributions`."""
    names = ["token + position"]
    for n in range(model.config.n_layers):
        names += [f"L{n} attention", f"L{n} MLP"]
    return names


def residual_contributions(model: GPT, ids: Sequence[int], ablated: Iterable[tuple] = ()) -> Tensor:
    """What each part writes into the residual stream; its sum is the stream before the last norm. -> (1 + 2·L, T, C)

    First the token with its position, then attention and feed-forward network of each layer in turn.
    ablated  parts that write nothing: (layer, head), or (layer, "mlp")
    """
    return trace(model, torch.as_tensor(ids)[None], ablated).contributions[:, 0]


@torch.no_grad()
def direct_logit_attribution(model: GPT, contributions: Tensor, token: int, rival: int) -> Tensor:
    """How much each part adds to the lead of a token over a rival, in logits; -> (parts + 1), the norm's bias last.

        lead = ((stream − mean) / std · weight + bias) · (wte_token − wte_rival), and the stream is a sum

    The shares sum to the lead.

    contributions  (parts, C), from `residual_contributions` at the last position
    """
    stream = contributions.sum(dim=0)
    towards = model.wte[token] - model.wte[rival]
    std = (stream.var(correction=0) + 1e-5).sqrt()
    centred = contributions - contributions.mean(dim=-1, keepdim=True)
    shares = centred / std * model.norm.weight @ towards
    return torch.cat([shares, (model.norm.bias @ towards)[None]])
