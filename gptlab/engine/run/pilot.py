"""What loss a training will come to, foretold from two short ones of the same model on the same text.

    L(D′) = E + c / D′^beta             Hoffmann et al. 2022, §3.3, eq. 2, for one size of model

D′ is what the tokens that were read are worth (`scaling.effective_tokens`). Two short trainings give two of the three
unknowns. The third cannot be had from them, so the exponent is taken from elsewhere, three times:

    low     E = 0: the loss goes on falling as one power of D′. No law with a floor says less.
    middle  beta = 0.28, what Hoffmann et al. 2022 fitted to text from the web.
    high    beta of the little web (lesson 10; scaling_law.json), which is learnt sooner than natural text is.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from torch import Tensor

from gptlab import scaling
from gptlab.engine.config import GPTConfig, TrainConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.run.plan import law
from gptlab.engine.train.pretrain import pretrain, stream_loss

WEB_BETA = 0.28  # Hoffmann et al. 2022, §3.3, as printed
SHARE = 64  # the first pilot takes one in so many of the steps
TIMES = 4  # the second takes so many times the first's
LEAST_STEPS = 24  # fewer are over before the learning rate has done its work
MOST_S = 30.0  # of both together


@dataclass(frozen=True)
class Pilot:
    """One short training: the tokens that it read, and its loss on the held-out text, in nats a token."""

    tokens: int
    nats: float


@dataclass(frozen=True)
class Expected:
    """What the whole training should come to on the held-out text, in bits per byte, and the pilots behind it."""

    low: float
    middle: float
    high: float
    pilots: list[list[float]]  # [tokens, bits per byte]


def pilot_steps(steps: int, step_seconds: float) -> int:
    """Steps of the first pilot: a small part of the run, and not more than the time for both allows."""
    fits = MOST_S / step_seconds / (1 + TIMES)
    return max(LEAST_STEPS, min(steps // SHARE, int(fits)))


def fly(
    shape: GPTConfig, config: TrainConfig, ids: Tensor, held_out_ids: Tensor, first: int
) -> tuple[Pilot, Pilot]:
    """Train for `first` and for TIMES as many steps, each with a schedule that ends there."""
    found = []
    for steps in (first, TIMES * first):
        model = GPT(shape, fused=True, seed=config.seed)
        short = replace(config, steps=steps, warmup=min(config.warmup, steps // 10))
        pretrain(model, ids, short)
        nats = stream_loss(model, held_out_ids, shape.context)
        found.append(Pilot(steps * config.batch_size * shape.context, nats))
    return found[0], found[1]


def extrapolate(
    pilots: tuple[Pilot, Pilot], tokens: float, unique_tokens: float
) -> tuple[float, float, float]:
    """(low, middle, high) of the loss after so many tokens, in nats a token.

    Where the second pilot is no better than the first there is nothing to extrapolate: all three are its loss.
    """
    first, second = pilots
    if second.nats >= first.nats:
        return second.nats, second.nats, second.nats
    d1, d2, d = (
        scaling.effective_tokens(unique_tokens, n) for n in (first.tokens, second.tokens, tokens)
    )

    def with_floor(beta: float) -> float:
        c = (first.nats - second.nats) / (d1**-beta - d2**-beta)
        return second.nats - c * (d2**-beta - d**-beta)

    power = math.log(first.nats / second.nats) / math.log(d2 / d1)
    alone = second.nats * (d / d2) ** -power
    low, middle, high = sorted((alone, with_floor(WEB_BETA), with_floor(law()["beta"])))
    return low, middle, high


def expect(
    shape: GPTConfig,
    config: TrainConfig,
    ids: Tensor,
    held_out: tuple[Tensor, str],
    step_seconds: float,
    report: Callable[[str], None] = lambda text: None,
) -> Expected:
    """Fly both pilots, and say what a training with `config` will come to.

    held_out  (ids with the end-of-text token in front, the text that they were made of)
    """
    held_out_ids, text = held_out
    first = pilot_steps(config.steps, step_seconds)
    report(f"two short trainings, of {first} and {TIMES * first} steps of {config.steps}")
    pilots = fly(shape, config, ids, held_out_ids, first)
    tokens = config.steps * config.batch_size * shape.context

    def bits(nats: float) -> float:
        return round(float(scaling.bits_per_byte(nats, len(held_out_ids) - 1, text)), 4)

    low, middle, high = map(bits, extrapolate(pilots, tokens, len(ids)))
    return Expected(low, middle, high, [[one.tokens, bits(one.nats)] for one in pilots])
