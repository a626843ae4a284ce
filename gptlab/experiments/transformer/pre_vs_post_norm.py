"""Pre-LN against post-LN: gradients before the first step, and small trainings with either.

The task is the next word of 4,000 sentences of the little web, for a GPT of words. B batch, T time.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from gptlab import ngram
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.batches import right_pad
from gptlab.engine.model.encoder_decoder import TransformerLM
from gptlab.engine.train.step import BETAS, train_adam, trapezoid
from gptlab.experiments.unseen_combinations import Combinations
from gptlab.world.web import Web

PRE, POST, WARM = "pre-LN", "post-LN", "post-LN, warmed up"
BATCH = 16  # sentences
STEPS = 150
LR = 3e-3
DEPTH = 8  # layers


class Sentences:
    """Sentences as word numbers in one rectangle: ids (N, T) int, keep (N, T) bool."""

    def __init__(self, web: Web, n: int = 4000):
        data = Combinations(web, n_facts=150, n_train=n)
        self.vocabulary = data.vocabulary
        self.ids, self.keep = right_pad([[0, *data.ids(s.words).tolist()] for s in data.train])

    def make_model(self, depth: int, post: bool, width: int = 32, seed: int = 1) -> TransformerLM:
        """An untrained GPT of so many layers."""
        config = GPTConfig(
            len(self.vocabulary), context=32, n_layers=depth, n_heads=4, d_model=width
        )
        return TransformerLM(config, causal=True, post=post, seed=seed)

    def next_word_loss(
        self, model: TransformerLM, seed: int = 0, batch: int = BATCH
    ) -> Callable[[], Tensor]:
        """What training asks for at each step: the loss of the next word on sentences drawn anew."""
        generator = torch.Generator().manual_seed(seed)

        def loss() -> Tensor:
            rows = torch.randint(len(self.ids), (batch,), generator=generator)
            longest = int(self.keep[rows].sum(1).max())
            ids = self.ids[rows, :longest]
            targets = ids[:, 1:].masked_fill(~self.keep[rows, 1:longest], -100)
            return ngram.cross_entropy(model(ids[:, :-1]).flatten(0, 1), targets.flatten())

        return loss

    def unigram_loss(self) -> float:
        """The loss, in nats per word, of a model that knows how frequent each word is and nothing else."""
        words = self.ids[:, 1:][self.keep[:, 1:]]
        counts = torch.bincount(words, minlength=len(self.vocabulary)).double()
        p = counts[counts > 0] / counts.sum()
        return float(-(p * p.log()).sum())


def gradients(
    data: Sentences, depth: int, post: bool, seeds: Sequence[int] = (1, 2, 3)
) -> list[float]:
    """The norm of the loss's gradient for each layer's last matrix, before any training; mean over seeds."""
    norms = []
    for seed in seeds:
        model = data.make_model(depth, post, seed=seed)
        data.next_word_loss(model, seed, batch=64)().backward()
        norms.append([float(layer.mlp.w_out.grad.norm()) for layer in model.stack.layers])
    return [sum(of_layer) / len(of_layer) for of_layer in zip(*norms)]


def loss_curve(
    data: Sentences,
    post: bool,
    warmup: int = 0,
    depth: int = DEPTH,
    lr: float = LR,
    seed: int = 1,
    steps: int = STEPS,
) -> list[float]:
    """The loss of each step of one small training."""
    model = data.make_model(depth, post, seed=seed)
    loss = data.next_word_loss(model, seed)
    return train_adam(model.parameters(), loss, steps, trapezoid(lr, steps, warmup), BETAS)


def smooth(losses: Sequence[float], width: int = 10) -> list[float]:
    """For each step the mean over it and the steps before it, `width` of them where there are so many."""
    means = []
    for end in range(1, len(losses) + 1):
        last = losses[max(0, end - width) : end]
        means.append(sum(last) / len(last))
    return means
