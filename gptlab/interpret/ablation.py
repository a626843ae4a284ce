"""Ablation: a model's logits and loss without some of its heads and feed-forward networks.

A part is (layer, head) or (layer, "mlp"), counted from 0. Head h reaches the rest of the model through the rows
h·D … (h+1)·D − 1 of its layer's w_out and through nothing else; a silent part has these weights at 0.

B batch, T time, D head width, V vocabulary.
"""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor
from torch.func import functional_call

from gptlab import ngram, sampling
from gptlab.engine.model.gpt import GPT
from gptlab.interpret.fact_prompts import FactPrompt

MLP = "mlp"


def all_heads(model: GPT) -> list[tuple[int, int]]:
    """All heads of a model as (layer, head)."""
    config = model.config
    return [(layer, head) for layer in range(config.n_layers) for head in range(config.n_heads)]


def ablated_weights(model: GPT, ablated: Iterable[tuple]) -> dict[str, Tensor]:
    """The weights that differ while these parts are silent, by their names in the model."""
    d_head = model.config.d_head
    changed = {}
    for layer, part in ablated:
        if part == MLP:
            for name in (f"blocks.{layer}.mlp.w_out", f"blocks.{layer}.mlp.b_out"):
                changed[name] = torch.zeros_like(model.get_parameter(name))
        else:
            name = f"blocks.{layer}.attn.w_out"
            if name not in changed:
                changed[name] = model.get_parameter(name).detach().clone()
            changed[name][part * d_head : (part + 1) * d_head] = 0.0
    return changed


@torch.no_grad()
def ablated_logits(model: GPT, ids: Tensor, ablated: Iterable[tuple] = ()) -> Tensor:
    """The model's logits while some parts are silent; ids (B, T) int -> (B, T, V)."""
    return functional_call(model, ablated_weights(model, ablated), (ids,))


def ablated_loss(model: GPT, rows: Sequence[Sequence[int]], ablated: Iterable[tuple] = ()) -> float:
    """The mean surprise of these texts, in nats per token, while some parts are silent."""
    ablated = list(ablated)
    logits = [ablated_logits(model, torch.tensor([ids[:-1]]), ablated)[0] for ids in rows]
    targets = [torch.tensor(ids[1:]) for ids in rows]
    return float(ngram.cross_entropy(torch.cat(logits), torch.cat(targets)))


def ablated_probability(
    model: GPT, prompts: Sequence[FactPrompt], ablated: Iterable[tuple] = ()
) -> float:
    """The mean probability of the answers' first tokens after these prompts, while some parts are silent."""
    ablated = list(ablated)
    total = 0.0
    for prompt in prompts:
        logits = ablated_logits(model, torch.tensor([prompt.ids]), ablated)
        total += float(sampling.softmax(logits[0, -1])[prompt.answer])
    return total / len(prompts)
