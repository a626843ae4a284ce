"""What a part of a GPT is worth from the start: the same small training again, each time without one thing.

A missing part adds 0 to the residual stream at every step. It cannot learn, and the others learn without it. Without
the residual connections, what a part returns takes the stream's place; without the norms, it reads the stream itself.
"""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from gptlab.engine.model.encoder_decoder import TransformerLayer, TransformerLM
from gptlab.engine.model.functions import FunctionSet
from gptlab.engine.train.step import BETAS, train_adam
from gptlab.experiments.transformer.pre_vs_post_norm import Sentences

WHOLE, POSITIONS = "whole", "no positions"
ATTENTION, FEED_FORWARD = "no attention", "no feed-forward network"
RESIDUAL, NORMS = "no residual connections", "no norms"
PARTS = (WHOLE, POSITIONS, ATTENTION, FEED_FORWARD)
WIRINGS = (WHOLE, RESIDUAL, NORMS)
DEPTH, DEEP = 1, 4  # layers
LR, STEPS = 0.01, 250


class Chain(TransformerLayer):
    """A layer that adds nothing: each part gets what the part before it returned."""

    def wiring(self) -> Callable:
        """A block in which nothing runs beside the parts."""
        return chained


def chained(x: Tensor, attend: Callable, mlp: Callable, norm1: Callable, norm2: Callable) -> Tensor:
    """A pre-LN block without its two sums; (B, T, C) -> (B, T, C)."""
    return mlp(norm2(attend(norm1(x))))


def as_it_is(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """In place of a norm: nothing is done."""
    return x


@torch.no_grad()
def take_away(model: TransformerLM, way: str) -> None:
    """Take from the model, for good, what this way is named after."""
    stack = model.stack
    if way == POSITIONS:
        stack.positions.zero_()
    if way == NORMS:
        stack.functions = FunctionSet("fused", replace(stack.functions.get(), layer_norm=as_it_is))
    for place, layer in enumerate(stack.layers):
        if way == RESIDUAL:
            stack.layers[place] = Chain(model.config)
            stack.layers[place].load_state_dict(layer.state_dict())
        silent = {ATTENTION: layer.attn, FEED_FORWARD: layer.mlp}.get(way)
        if silent is not None:
            for weights in (silent.w_out, silent.b_out):
                weights.zero_().requires_grad_(False)


def loss_curve(
    data: Sentences, way: str, seed: int = 1, steps: int = STEPS, depth: int = DEPTH
) -> list[float]:
    """The loss, in nats per word, of each step of one training."""
    model = data.make_model(depth, post=False, seed=seed)
    take_away(model, way)
    learnt = [p for p in model.parameters() if p.requires_grad]
    # the weights of norms that are missing get no gradient, and Adam leaves them as they are
    return train_adam(learnt, data.next_word_loss(model, seed), steps, LR, BETAS)
