"""Emergence and its metric: networks of growing size learn a phone book, judged twice by the same outputs.

Each of the town's people gets a number of L random digits, which cannot be guessed, only stored. A small network has
no room for all of them.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from gptlab import zero_shot
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.train.step import train_adam

DIGITS = 10
PEOPLE = 100
LENGTH = 8  # L, digits of a number
WIDTHS = (4, 6, 8, 10, 12, 16, 24)
STEPS, LR, BETAS = 400, 0.015, (0.9, 0.99)


@dataclass(frozen=True)
class Learnt:
    """One network after its training, and what it predicts for every number in the book.

    predicted, targets  (people, L) int
    mask                (people, L) bool, all True: every digit belongs to the answer
    """

    n_parameters: int
    predicted: Tensor
    targets: Tensor
    mask: Tensor

    @property
    def exact_match(self) -> float:
        """The share of whole numbers that are right, by the reader's function."""
        return float(zero_shot.exact_match(self.predicted, self.targets, self.mask))

    @property
    def token_accuracy(self) -> float:
        """The share of digits that are right, by the reader's function."""
        return float(zero_shot.token_accuracy(self.predicted, self.targets, self.mask))


def phone_book(seed: int = 0) -> Tensor:
    """Each line a person, as a token of her own, then her digits; (people, 1 + L) int."""
    generator = torch.Generator().manual_seed(seed)
    digits = torch.randint(DIGITS, (PEOPLE, LENGTH), generator=generator)
    return torch.cat([DIGITS + torch.arange(PEOPLE)[:, None], digits], dim=1)


def learn(width: int, book: Tensor, seed: int = 0, steps: int = STEPS) -> Learnt:
    """Train a network of this width on the whole book, and ask it for every digit, given those before it."""
    config = GPTConfig(DIGITS + PEOPLE, context=LENGTH, n_layers=1, n_heads=2, d_model=width)
    model = GPT(config, fused=True, seed=seed)
    read, answers = book[:, :-1], book[:, 1:]

    def lr(step: int) -> float:
        return LR / 2 * (1 + math.cos(math.pi * step / steps))  # half a cosine, down to 0

    train_adam(model.parameters(), lambda: model.loss(read, answers), steps, lr, BETAS, clip=1.0)
    with torch.no_grad():
        predicted = model(read).argmax(-1)
    n = sum(p.numel() for p in model.parameters())
    return Learnt(n, predicted, answers, torch.ones_like(answers, dtype=torch.bool))


def growing(widths: tuple[int, ...] = WIDTHS, seed: int = 0) -> list[Learnt]:
    """One network a width, all trained on the same book in the same way."""
    book = phone_book(seed)
    return [learn(width, book, seed) for width in widths]
