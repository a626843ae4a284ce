"""Functions that look alike, and what it costs to mix them up: gelu with erf for gelu with tanh, std + eps in a norm.

The trained model is run with the other function in place of the reader's, and asked how surprised it is.
"""

import copy
import dataclasses
import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from gptlab import ngram
from gptlab.engine.model.gpt import GPT


def gelu_erf(x: Tensor) -> Tensor:
    """The exact form of gelu, of which the tanh form is an approximation.

    out = x · Φ(x) = ½·x·(1 + erf(x / √2))                     Hendrycks & Gimpel 2016, §2
    """
    return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))


def layer_norm_std(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-6) -> Tensor:
    """The norm that many copied: torch's std, which divides by C − 1, and eps outside the root.

    out = (x − mean) / (std + eps) · weight + bias
    """
    return (x - x.mean(-1, keepdim=True)) / (x.std(-1, keepdim=True) + eps) * weight + bias


def with_functions(model: GPT, **replaced: Callable) -> GPT:
    """A model of the same weights that runs on these functions in place of its own; the given one stays as it is."""
    twin = copy.copy(model)  # shallow: the weights are the same tensors
    twin.functions = dataclasses.replace(model.functions, **replaced)
    return twin


@torch.no_grad()
def cost_of_replacing(
    model: GPT, rows: Sequence[Sequence[int]], **replaced: Callable
) -> tuple[float, float]:
    """(nats per token, largest change of a logit) over texts, with these functions in the places of the model's own."""
    other = with_functions(model, **replaced)
    logits = []
    change = 0.0
    for ids in rows:
        given = torch.tensor([ids[:-1]])
        logits.append(other(given)[0])
        change = max(change, float((logits[-1] - model(given)[0]).abs().max()))
    targets = torch.cat([torch.tensor(ids[1:]) for ids in rows])
    return float(ngram.cross_entropy(torch.cat(logits), targets)), change
