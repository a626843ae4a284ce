"""Which earlier words a prediction depends on: the gradient of its log-probability for each word's vector.

    |∂ ln p(w | w_1 … w_T) / ∂ vector of w_t|        of each word t, as a share of the sum over all T

A large share says that the prediction would change fast with this word. T words, C width.
"""

import torch
from torch import Tensor, nn
from torch.func import functional_call

from gptlab.engine.model.gpt import GPT

WORD_VECTORS = ("wte", "weights.0")  # what networks call their table of word vectors


def gradient_by_word(model: nn.Module, ids: Tensor, target: int) -> list[float]:
    """The share of each word in the gradient of ln p(target); ids (T) int, the words before it."""
    vectors = _word_gradients(model, ids, target)
    lengths = vectors.norm(dim=1)
    return (lengths / lengths.sum()).tolist()


def _word_gradients(model: nn.Module, ids: Tensor, target: int) -> Tensor:
    """∂ ln p(target) / ∂ vector of each word; (T, C)."""
    if isinstance(
        model, GPT
    ):  # a position's vector is added to the word's there, so it has the same gradient
        logp = model(ids[None])[0, -1].log_softmax(-1)[target]
        return torch.autograd.grad(logp, model.wpe)[0][: len(ids)]
    name = next(name for name in WORD_VECTORS if name in dict(model.named_parameters()))
    table = model.get_parameter(name).detach()
    own = table[ids].requires_grad_()  # a vector for each place, also where a word occurs twice
    places = len(table) + torch.arange(len(ids))
    logits = functional_call(model, {name: torch.cat([table, own])}, (places[None],))
    logp = logits[0, -1].log_softmax(-1)[target]
    return torch.autograd.grad(logp, own)[0]
