"""`trace`: one run of a model with the attention weights, the residual stream and what each part adds to it.

It is torch's own forward hooks that listen: the model runs its own forward pass, on the functions that it always
runs on, the learner's among them, and is as it was afterwards.

L layers, B batch, T query time, S key time, C width, H heads, D head width, V vocabulary. True = keep in every mask.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call

from gptlab import attention
from gptlab.engine.model.gpt import GPT
from gptlab.interpret.ablation import ablated_weights


@dataclass(frozen=True)
class Trace:
    """What happened in a GPT while it read a batch of texts.

    queries, keys  (L, B, H, T, D)
    contributions  (1 + 2·L, B, T, C), what was added to the residual stream: the token with its position, then what
                   attention and the feed-forward network of each layer wrote
    logits         (B, T, V)
    """

    queries: Tensor
    keys: Tensor
    contributions: Tensor
    logits: Tensor

    @cached_property
    def attention(self) -> Tensor:
        """Where each head looks; a row is the position that asks. (L, B, H, T, T), worked out when first asked for."""
        mask = attention.causal_mask(self.queries.shape[-2])
        layers = zip(self.queries, self.keys, strict=True)
        return torch.stack([attention_weights(q, k, mask) for q, k in layers])

    @cached_property
    def residual(self) -> Tensor:
        """The residual stream at the start and after each part: (1 + 2·L, B, T, C), sums of the contributions."""
        return self.contributions.cumsum(dim=0)


@torch.no_grad()
def trace(model: GPT, ids: Tensor, ablated: Iterable[tuple] = ()) -> Trace:
    """Run a model on texts, and return the logits with all that led to them.

    ids      (B, T) int; shorter texts may be padded on the right, where no token of theirs looks
    ablated  parts that are silent meanwhile: (layer, head), or (layer, "mlp")
    """
    queries, keys, contributions = [], [], []

    def watch(block: nn.Module, given: tuple) -> tuple:
        """Called before each block with what the block is given; hands on functions that are listened to."""
        x, attend, functions = given
        if not contributions:
            contributions.append(x)

        def watched_attend(weights, y: Tensor) -> Tensor:
            q, k, _ = (y @ weights.w_qkv + weights.b_qkv).chunk(3, dim=-1)
            queries.append(attention.split_heads(q, model.config.n_heads))
            keys.append(attention.split_heads(k, model.config.n_heads))
            contributions.append(attend(weights, y))
            return contributions[-1]

        def watched_mlp(y: Tensor, *weights: Tensor) -> Tensor:
            contributions.append(functions.feed_forward(y, *weights))
            return contributions[-1]

        return x, watched_attend, replace(functions, feed_forward=watched_mlp)

    with before_each(model.blocks, watch):
        logits = functional_call(model, ablated_weights(model, ablated), (ids,))
    return Trace(torch.stack(queries), torch.stack(keys), torch.stack(contributions), logits)


@contextmanager
def before_each(modules: Iterable[nn.Module], hook) -> Iterator[None]:
    """While open, call `hook(module, arguments)` before each of these modules runs (torch's forward pre-hooks)."""
    handles = [module.register_forward_pre_hook(hook) for module in modules]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def attention_weights(q: Tensor, k: Tensor, mask: Tensor | None = None) -> Tensor:
    """The weights that the reader's attention gives: what comes back when key s's value is a 1 at place s.

    q     (B, H, T, D) float
    k     (B, H, S, D) float
    mask  (T, S) bool, True = may look
    ->    (B, H, T, S) float
    """
    width = q.shape[-1]
    n_keys = k.shape[2]
    marks = F.pad(torch.eye(n_keys, dtype=q.dtype), (0, -n_keys % width))  # as wide as whole values
    found = [
        attention.scaled_dot_product_attention(q, k, part.expand(*k.shape[:2], -1, -1), mask)
        for part in marks.split(width, dim=-1)
    ]
    return torch.cat(found, dim=-1)[..., :n_keys]
