"""Which earlier words a prediction hangs on: by the gradient, and by taking each word away.

    lead = logit of the answer − mean logit of the other answers of its kind

    gradient   |∂ lead / ∂ vector of w_t|, as a share of the sum over all words: how fast a nudge would move the lead
    taken away lead − lead with the average word vector in place of w_t: what of the lead is lost without the word

T words, C width, V vocabulary.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call

from gptlab.engine.model.gpt import GPT

WORD_VECTORS = ("wte", "weights.0")  # what networks call their table of word vectors


def lead_of(logits: Tensor, answer: int, others: Sequence[int]) -> Tensor:
    """How far the answer's logit is above the mean of the others'; logits (..., V) -> (...)."""
    return logits[..., answer] - logits[..., list(others)].mean(-1)


def gradient_shares(
    model: nn.Module, ids: Tensor, answer: int, others: Sequence[int]
) -> list[float]:
    """The share of each word in the gradient of the lead; ids (T) int, the words before the answer."""
    lengths = _word_gradients(model, ids, answer, others).norm(dim=1)
    return (lengths / lengths.sum()).tolist()


def _word_gradients(model: nn.Module, ids: Tensor, answer: int, others: Sequence[int]) -> Tensor:
    """∂ lead / ∂ vector of each word; (T, C)."""
    if isinstance(
        model, GPT
    ):  # a position's vector is added to the word's there, so it has the same gradient
        lead = lead_of(model(ids[None])[0, -1], answer, others)
        return torch.autograd.grad(lead, model.wpe)[0][: len(ids)]
    name, table = _word_vectors(model)
    own = table[ids].requires_grad_()  # a vector for each place, also where a word occurs twice
    places = len(table) + torch.arange(len(ids))
    logits = functional_call(model, {name: torch.cat([table, own])}, (places[None],))
    return torch.autograd.grad(lead_of(logits[0, -1], answer, others), own)[0]


@torch.no_grad()
def lead_lost(
    model: nn.Module, ids: Tensor, answer: int, others: Sequence[int]
) -> tuple[float, list[float]]:
    """The lead, and what of it is lost without each word; ids (T) int, the words before the answer."""
    name, table = _word_vectors(model)
    in_use = {*ids.tolist(), answer, *others}
    free = next(i for i in range(len(table) - 1, 0, -1) if i not in in_use)
    changed = table.clone()
    changed[free] = table.mean(0)  # a word that says nothing
    rows = ids.repeat(len(ids) + 1, 1)
    rows[range(len(ids)), range(len(ids))] = free  # row t without word t, the last row whole
    logits = functional_call(model, {name: changed}, (rows,))[:, -1]
    leads = lead_of(logits, answer, others)
    return float(leads[-1]), (leads[-1] - leads[:-1]).tolist()


def _word_vectors(model: nn.Module) -> tuple[str, Tensor]:
    """The name of a model's table of word vectors, and the table."""
    parameters = dict(model.named_parameters())
    name = next(name for name in WORD_VECTORS if name in parameters)
    return name, parameters[name].detach()
