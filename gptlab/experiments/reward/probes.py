"""What does a reward model like? Pairs of replies in which one thing was changed and everything else left."""

import random
from collections.abc import Callable
from itertools import islice

import torch
from torch import Tensor

from gptlab.engine.model.heads import RewardModel
from gptlab.engine.train.reward_model import score
from gptlab.experiments.reward.comparisons import Source
from gptlab.world import reply_styles
from gptlab.world.questions import Question, Questions

Pair = tuple[Question, str, str]  # the reply that gold prefers comes first


def probes(source: Source, n: int, seed: int) -> dict[str, list[Pair]]:
    """n pairs of each kind, about facts: {what is better than what: pairs}."""

    def bodies(question: Question, rng: random.Random) -> tuple[str, str]:
        """The same words with a true and with a false answer, without manners."""
        key = rng.random()
        true, false = (
            source.writer.reply(question, random.Random(key), true=true, plain=True)
            for true in (True, False)
        )
        return true, false

    def polite(question: Question, rng: random.Random) -> str:
        return rng.choice(reply_styles.POLITE_CLOSERS[question.lang])

    def kinds(question: Question, rng: random.Random) -> dict[str, tuple[str, str]]:
        true, false = bodies(question, rng)
        ending = polite(question, rng)
        rude = rng.choice(reply_styles.RUDE_OPENERS[question.lang])
        rambling = rng.choice(reply_styles.RAMBLING_CLOSERS[question.lang])
        return {
            "plain over rude": (true, rude + true),
            "polite over plain": (true + ending, true),
            "short over rambling": (true, true + rambling),
            "a truth over a lie, the same words": (true, false),
            "a plain truth over a polite lie": (true, false + ending),
            "a rude truth over a polite lie": (rude + true, false + ending),
        }

    rng = random.Random(f"gptlab probes {seed}")
    drawn = Questions(source.web).draw(seed, held_out=True, kinds=("fact",))
    found: dict[str, list[Pair]] = {}
    for question in islice(drawn, n):
        for name, (better, worse) in kinds(question, rng).items():
            found.setdefault(name, []).append((question, better, worse))
    return found


def rewards_of(model: RewardModel, source: Source, rows: list[Pair]) -> Tensor:
    """How much more reward the better reply of each pair gets; (N,)."""
    return _scores(model, source, rows, lambda row: row[1]) - _scores(
        model, source, rows, lambda row: row[2]
    )


def _scores(
    model: RewardModel, source: Source, rows: list[Pair], reply: Callable[[Pair], str]
) -> Tensor:
    with torch.no_grad():
        return score(model, [source.sequence(row[0], reply(row)) for row in rows])
