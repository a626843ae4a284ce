"""Why a warm-up helps post-LN: what Adam's first step does to the output, and what is left after the first steps.

Adam's first step moves every weight by the learning rate, however small its gradient is. How far the output of a
stack moves by that depends on where its norms are. T time, C width.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity

from gptlab.engine.hardware import one_thread
from gptlab.engine.model.encoder_decoder import TransformerLM
from gptlab.engine.train.step import BETAS, train_adam, trapezoid
from gptlab.experiments.transformer.pre_vs_post_norm import DEPTH, LR, STEPS, Sentences

PROBE = 64  # sentences on which the output is looked at
FIRST = 40  # steps that are followed


class FirstSteps(NamedTuple):
    """What the first steps of a training do to a stack."""

    likeness: list[
        float
    ]  # of the output vectors of different words, before training and after each step
    gradients: list[float]  # of each layer's last matrix, in the last of these steps


@torch.no_grad()
def outputs(model: TransformerLM, data: Sentences) -> Tensor:
    """What the stack gives for the first sentences, before the head; only real words, (N, C)."""
    longest = int(data.keep[:PROBE].sum(1).max())
    ids, keep = data.ids[:PROBE, :longest], data.keep[:PROBE, :longest]
    causal = torch.ones(longest, longest, dtype=torch.bool).tril()
    return model.stack(ids, causal)[keep]


@one_thread()
def first_change(data: Sentences, depth: int, post: bool, lr: float, seed: int = 1) -> float:
    """Take Adam's first step with a fresh model: how far the output moves, as a share of its length."""
    model = data.make_model(depth, post, seed=seed)
    before = outputs(model, data)
    train_adam(model.parameters(), data.next_word_loss(model, seed), 1, lr, BETAS)
    return float((outputs(model, data) - before).norm() / before.norm())


def changes_by_depth(
    data: Sentences, depths: tuple[int, ...], post: bool, lr: float, seeds: tuple[int, ...] = (1, 2)
) -> dict[int, float]:
    """How far the first step moves the output of stacks of each depth; mean over seeds."""
    found = {}
    for depth in depths:
        changes = [first_change(data, depth, post, lr, seed) for seed in seeds]
        found[depth] = sum(changes) / len(changes)
    return found


def likeness(model: TransformerLM, data: Sentences) -> float:
    """How alike the output vectors of different words are: the mean cosine over pairs, 1 = all the same."""
    out = outputs(model, data)
    order = torch.randperm(len(out), generator=torch.Generator().manual_seed(0))
    return float(cosine_similarity(out, out[order], dim=-1).mean())


def follow(
    data: Sentences, post: bool, warmup: int = 0, seed: int = 1, steps: int = FIRST
) -> FirstSteps:
    """The first steps of a training like `pre_vs_post_norm.loss_curve`, looked at after each."""
    model = data.make_model(DEPTH, post, seed=seed)
    alike = [likeness(model, data)]

    def look() -> bool:
        alike.append(likeness(model, data))
        return False

    lr = trapezoid(LR, STEPS, warmup)
    train_adam(model.parameters(), data.next_word_loss(model, seed), steps, lr, BETAS, stop=look)
    return FirstSteps(alike, [float(layer.mlp.w_out.grad.norm()) for layer in model.stack.layers])
