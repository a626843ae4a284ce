"""What a part of a GPT is worth from the start: the same small training again, each time with one part missing.

A missing part adds 0 to the residual stream at every step. It cannot learn, and the others learn without it.
"""

import torch

from gptlab.engine.model.encoder_decoder import TransformerLM
from gptlab.engine.train.step import BETAS, train_adam
from gptlab.experiments.transformer.pre_vs_post_norm import Sentences

WHOLE, POSITIONS = "whole", "no positions"
ATTENTION, FEED_FORWARD = "no attention", "no feed-forward network"
WAYS = (WHOLE, POSITIONS, ATTENTION, FEED_FORWARD)
DEPTH = 1  # layers
LR, STEPS = 0.01, 250


@torch.no_grad()
def take_away(model: TransformerLM, way: str) -> None:
    """Let the part that this way is named after add 0 for good."""
    if way == POSITIONS:
        model.stack.positions.zero_()
    for layer in model.stack.layers:
        silent = {ATTENTION: layer.attn, FEED_FORWARD: layer.mlp}.get(way)
        if silent is not None:
            for weights in (silent.w_out, silent.b_out):
                weights.zero_().requires_grad_(False)


def loss_curve(data: Sentences, way: str, seed: int = 1, steps: int = STEPS) -> list[float]:
    """The loss, in nats per word, of each step of one training."""
    model = data.make_model(DEPTH, post=False, seed=seed)
    take_away(model, way)
    learnt = [p for p in model.parameters() if p.requires_grad]
    return train_adam(learnt, data.next_word_loss(model, seed), steps, LR, BETAS)
