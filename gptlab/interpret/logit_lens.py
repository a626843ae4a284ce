"""The logit lens: what the model would say if it had to speak after each layer.

Read through the model's own last norm and head, the residual stream gives a prediction after every layer
(nostalgebraist 2020).

L layers, T time, C width, V vocabulary.
"""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from gptlab import ngram, transformer
from gptlab.engine.model.gpt import GPT
from gptlab.interpret.trace import trace


def layer_names(model: GPT) -> list[str]:
    """Names of the places at which the stream is read: the start, and after each layer."""
    return ["start", *(f"after L{n}" for n in range(model.config.n_layers))]


@torch.no_grad()
def logit_lens(model: GPT, ids: Sequence[int], ablated: Iterable[tuple] = ()) -> Tensor:
    """The next token's logits, read off the stream before the first layer and after each; -> (1 + L, T, V)."""
    residual = trace(model, torch.as_tensor(ids)[None], ablated).residual[::2, 0]
    return model.unembed(transformer.layer_norm(residual, model.norm.weight, model.norm.bias))


def loss_by_layer(
    model: GPT, rows: Sequence[Sequence[int]], ablated: Iterable[tuple] = ()
) -> list[float]:
    """The surprise at these texts, in nats per token, if each layer had to be the last."""
    ablated = list(ablated)
    logits = torch.cat([logit_lens(model, ids, ablated)[:, :-1] for ids in rows], dim=1)
    targets = torch.cat([torch.tensor(ids[1:]) for ids in rows])
    return [float(ngram.cross_entropy(layer, targets)) for layer in logits]
