"""What a model's heads look at, worked out again with the reader's own functions; and the model without some heads.

B batch, T query time, S key time, C width, H heads, D head width, V vocabulary. True = keep in every mask.
"""

from collections.abc import Iterable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.func import functional_call

from gptlab import attention, ngram, sampling


def weights_of(q: Tensor, k: Tensor, mask: Tensor | None = None) -> Tensor:
    """The weights that the reader's attention gives: what comes back when key s's value is a 1 at place s.

    q     (B, H, T, D) float
    k     (B, H, S, D) float
    mask  (T, S) bool, True = may look
    ->    (B, H, T, S) float
    """
    width, n_keys = q.shape[-1], k.shape[2]
    marks = F.pad(torch.eye(n_keys, dtype=q.dtype), (0, -n_keys % width))  # as wide as whole values
    found = [
        attention.scaled_dot_product_attention(q, k, part.expand(*k.shape[:2], -1, -1), mask)
        for part in marks.split(width, dim=-1)
    ]
    return torch.cat(found, dim=-1)[..., :n_keys]


@torch.no_grad()
def attention_maps(model, ids: Sequence[int]) -> Tensor:
    """Where each head of each layer looks, position by position; ids (T) -> (layers, H, T, S) float.

    The queries and keys are the model's own; the reader's functions split, compare and mask them.
    """
    n_heads, mask, maps = model.config.n_heads, attention.causal_mask(len(ids)), []

    def attend(w, x: Tensor) -> Tensor:
        q, k, _ = (
            attention.split_heads(part, n_heads)
            for part in (x @ w.w_qkv + w.b_qkv).chunk(3, dim=-1)
        )
        maps.append(weights_of(q, k, mask)[0])
        return attention.multi_head_attention(x, w.w_qkv, w.b_qkv, w.w_out, w.b_out, n_heads, mask)

    x = (model.wte[torch.as_tensor(ids)] + model.wpe[: len(ids)])[None]  # (1, T, C)
    for block in model.blocks:
        x = block(x, attend, model.functions)
    return torch.stack(maps)


def previous_token_score(maps: Tensor) -> Tensor:
    """How much of its look each head gives to the token just before; (layers, H, T, S) -> (layers, H), 0 to 1."""
    return maps.diagonal(offset=-1, dim1=-2, dim2=-1)[..., 1:].mean(
        dim=-1
    )  # position 1 has only a start before it


def name_score(model, prompts: Iterable[tuple]) -> Tensor:
    """How much of the last position's look each head gives to a name; -> (layers, H), 0 to 1, mean over prompts.

    prompts  from `fact_prompts`
    """
    return torch.stack(
        [attention_maps(model, ids)[:, :, -1, place].sum(dim=-1) for ids, place, _ in prompts]
    ).mean(dim=0)


@torch.no_grad()
def logits_without(model, ids: Tensor, off: Iterable[tuple[int, int]] = ()) -> Tensor:
    """The model's scores while some heads, given as (layer, head), say nothing; ids (B, T) -> (B, T, V).

    Head h reaches the rest of the model through rows h·D … of w_out, and through nothing else: these become 0.
    """
    width, cut = model.config.d_head, {}
    for layer, head in off:
        name = f"blocks.{layer}.attn.w_out"
        cut.setdefault(name, model.get_parameter(name).detach().clone())[
            head * width : (head + 1) * width
        ] = 0.0
    return functional_call(model, cut, (ids,))


def heads_of(model) -> list[tuple[int, int]]:
    """All heads of a model as (layer, head), counted from 0."""
    return [
        (layer, head)
        for layer in range(model.config.n_layers)
        for head in range(model.config.n_heads)
    ]


def loss_without(
    model, rows: Sequence[Sequence[int]], off: Iterable[tuple[int, int]] = ()
) -> float:
    """The mean surprise of these texts, in nats per token, while some heads are off."""
    off, scores, targets = list(off), [], []
    for ids in rows:
        scores.append(logits_without(model, torch.tensor([ids[:-1]]), off)[0])
        targets.append(torch.tensor(ids[1:]))
    return float(ngram.cross_entropy(torch.cat(scores), torch.cat(targets)))


def fact_prompts(assistant, facts: Iterable, pattern: str = "The capital of {} is") -> list[tuple]:
    """Prompts that ask for facts: (ids, places of the subject's name, id of the right first token) of each.

    Raises ValueError when the name's tokens are not to be found in the prompt's.
    """
    asked, encode = [], assistant.tokenizer.encode
    for fact in facts:
        ids, name = (
            assistant.begin(pattern.format(fact.subject.name.en)),
            encode(f" {fact.subject.name.en}"),
        )
        starts = [i for i in range(len(ids)) if ids[i : i + len(name)] == name]
        if not starts:
            raise ValueError(
                f"{fact.subject.name.en!r} is cut otherwise in {pattern!r}: put a blank before {{}}"
            )
        asked.append(
            (ids, slice(starts[0], starts[0] + len(name)), encode(f" {fact.answer.en}")[0])
        )
    return asked


def chance_without(model, asked: Sequence[tuple], off: Iterable[tuple[int, int]] = ()) -> float:
    """The mean probability of the right first token over prompts of `fact_prompts`, while some heads are off."""
    off = list(off)
    return sum(
        float(sampling.softmax(logits_without(model, torch.tensor([ids]), off)[0, -1])[right])
        for ids, _, right in asked
    ) / len(asked)
