"""The spike lab: one small training after another, each with another recipe, on sentences of the little web.

At three steps the batch is broken on purpose: one word over and over, as a page that was fetched wrongly.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

import torch
from torch import Tensor

from gptlab import sampling, training
from gptlab.course import lesson
from gptlab.engine.config import GPTConfig
from gptlab.engine.hardware import one_thread
from gptlab.engine.model.gpt import GPT
from gptlab.engine.train.optimizers import AdamW, split_parameters
from gptlab.experiments.transformer.pre_vs_post_norm import Sentences
from gptlab.world.web import Web

STEPS = 150
BROKEN = (90, 91, 92)  # steps whose batch is one word over and over
BATCH, CONTEXT = 16, 24
NO_CLIP = 1e9
LEARNING_RATES = (0.003, 0.01, 0.03)
WARMUPS = (0, 30)  # steps
CLIPS = (NO_CLIP, 0.5)


@dataclass(frozen=True)
class Recipe:
    """How one training steps."""

    lr: float = 0.01  # the highest learning rate
    warmup: int = 0  # steps
    clip: float = NO_CLIP  # largest global norm of the gradient
    beta2: float = 0.999  # torch's default


class Run(NamedTuple):
    """What one training measured."""

    losses: list[float]  # of each step, nats per word
    norms: list[float]  # of the gradient, before clipping
    model: GPT  # trained

    @property
    def end(self) -> float:
        """The mean loss of the last ten steps."""
        return sum(self.losses[-10:]) / 10

    @property
    def damage(self) -> float:
        """Nats by which the five steps after the broken ones are above the ten before them."""
        before = self.losses[BROKEN[0] - 10 : BROKEN[0]]
        after = self.losses[BROKEN[-1] + 1 : BROKEN[-1] + 6]
        return sum(after) / 5 - sum(before) / 10


class SpikeLab:
    """Sentences as one stream of word numbers, and trainings of a GPT of four layers on them."""

    def __init__(self, web: Web | None = None):
        lesson.fill_other_lessons()
        sentences = Sentences(web or Web())
        self.sentences = sentences
        rows = zip(sentences.ids, sentences.keep, strict=True)
        self.ids = torch.cat([row[keep] for row, keep in rows])  # (N,)
        self.vocabulary = sentences.vocabulary

    def make_model(self, seed: int = 0, context: int = CONTEXT) -> GPT:
        """An untrained model of 0.07 million parameters."""
        config = GPTConfig(len(self.vocabulary), context, n_layers=4, n_heads=4, d_model=32)
        return GPT(config, fused=True, seed=seed)

    def batches(self, broken: Sequence[int], seed: int) -> Callable[[int], tuple[Tensor, Tensor]]:
        """The batch of each step, drawn by the learner's get_batch; broken at some steps."""
        generator = torch.Generator().manual_seed(seed)

        def batch(step: int) -> tuple[Tensor, Tensor]:
            x, y = training.get_batch(self.ids, BATCH, CONTEXT, generator)
            return (torch.full_like(x, 1), torch.full_like(y, 2)) if step in broken else (x, y)

        return batch

    @one_thread()
    def run(
        self,
        recipe: Recipe,
        broken: Sequence[int] = BROKEN,
        steps: int = STEPS,
        seed: int = 0,
        adam: Callable | None = None,
    ) -> Run:
        """Train by a recipe; `adam` takes the place of adamw_step where it is given."""
        model = self.make_model(seed).train()
        step_all = _stepper(model, recipe, adam)
        batch = self.batches(broken, seed)
        run = Run([], [], model)
        for step in range(steps):
            loss = model.loss(*batch(step))
            model.zero_grad(set_to_none=True)
            loss.backward()
            grads = [p.grad for p in model.parameters()]
            run.norms.append(float(training.clip_by_global_norm(grads, recipe.clip)))
            lr = training.cosine_schedule(step, recipe.warmup, steps, recipe.lr, recipe.lr / 10)
            step_all(float(lr))
            run.losses.append(float(loss.detach()))
        return run

    def write(self, model: GPT, n_sentences: int = 4, seed: int = 0) -> list[str]:
        """Sentences that a trained model writes, word by word with the learner's sampling."""
        ids = self._written(model, n_sentences, seed)
        texts = (" ".join(self.vocabulary[i] for i in row[1:] if i) for row in ids.tolist())
        return [re.sub(r" ('s|[.,])", r"\1", text) for text in texts]

    def known_pairs(self, model: GPT, n_sentences: int, seed: int = 0) -> float:
        """Of the neighbouring words that a model writes, the share that are neighbours somewhere in the text."""
        read = self.ids.tolist()
        known = set(zip(read, read[1:]))
        rows = self._written(model, n_sentences, seed).tolist()
        pairs = [pair for row in rows for pair in zip(row, row[1:]) if pair != (0, 0)]
        return sum(pair in known for pair in pairs) / len(pairs)

    def _written(self, model: GPT, n_sentences: int, seed: int) -> Tensor:
        """The words of sentences, after the mark and with marks after their end; (n, T) int."""
        start = torch.zeros(n_sentences, 1, dtype=torch.long)  # 0 is the mark before a sentence
        generator = torch.Generator().manual_seed(seed)
        return sampling.generate(
            model.eval(), start, CONTEXT - 1, stop_id=0, temperature=0.7, generator=generator
        )

    def grid(self, recipe: Recipe = Recipe()) -> dict[tuple[float, int, float], Run]:
        """A run for each learning rate, warm-up and clipping of the widget."""
        return {
            (lr, warmup, clip): self.run(replace(recipe, lr=lr, warmup=warmup, clip=clip))
            for lr, warmup, clip in product(LEARNING_RATES, WARMUPS, CLIPS)
        }


def _stepper(model: GPT, recipe: Recipe, adam: Callable | None) -> Callable[[float], None]:
    """What takes one step with a learning rate."""
    betas = (0.9, recipe.beta2)
    if adam is None:
        matrices, embeddings, vectors = split_parameters(model)
        return AdamW(matrices, embeddings | vectors, betas, weight_decay=0.0).step
    moments = {p: (torch.zeros_like(p), torch.zeros_like(p)) for p in model.parameters()}
    count = 0

    @torch.no_grad()
    def step(lr: float) -> None:
        nonlocal count
        count += 1
        for p, (m, v) in moments.items():
            new, *moments[p] = adam(p, p.grad, m, v, count, lr, betas, 1e-8, 0.0)
            p.copy_(new)

    return step
