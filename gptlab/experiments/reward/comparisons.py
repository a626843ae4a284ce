"""Replies to compare, simulated labelers who disagree at a set rate, and the ceiling that their noise sets.

A labeler prefers reply a to reply b with probability σ((gold_a − gold_b)/τ): the wider the gap, the surer.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

from gptlab.engine.assistant import Assistant
from gptlab.engine.data.preferences import prompts_that_fit
from gptlab.world.gold_labeler import GoldLabeler, noise_for
from gptlab.world.questions import Question, Questions, Replies
from gptlab.world.web import Web

ROOM = 60  # tokens that a reply may take


@dataclass(frozen=True)
class Replied:
    """One question and K replies to it, with the gold score of each."""

    question: Question
    replies: tuple[str, ...]
    gold: tuple[float, ...]

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Places of every two replies: K(K − 1)/2 of them."""
        return list(combinations(range(len(self.replies)), 2))


class Source:
    """Draws questions of one web and replies to them, as people write them."""

    def __init__(self, web: Web, assistant: Assistant):
        self.web = web
        self.assistant = assistant
        self.writer = Replies(web)
        self.gold = GoldLabeler(web)

    def pairs(self, n: int, seed: int, held_out: bool = False) -> list[Replied]:
        """Questions with two different replies each, of which 60 in 100 are true."""

        def two(question: Question, rng: random.Random) -> tuple[str, ...]:
            first = second = self.writer.reply(question, rng, true=rng.random() < 0.6)
            while second == first:
                second = self.writer.reply(question, rng, true=rng.random() < 0.6)
            return first, second

        return self._drawn(n, seed, held_out, two)

    def fours(self, n: int, seed: int, held_out: bool = False) -> list[Replied]:
        """Questions with four replies each: two pairs of twins, which differ in truth alone."""

        def four(question: Question, rng: random.Random) -> tuple[str, ...]:
            return (*self.writer.twins(question, rng), *self.writer.twins(question, rng))

        return self._drawn(n, seed, held_out, four)

    def sampled(self, n: int, k: int, seed: int, held_out: bool = False) -> list[Replied]:
        """Questions with k different replies that the model wrote at temperature 1."""
        questions = self._questions(2 * n, seed, held_out)
        texts = [question.text for question in questions]
        drawn = [self.assistant.replies(texts, ROOM, 1.0, seed + i) for i in range(2 * k)]
        found = []
        for i, question in enumerate(questions):
            different = list(dict.fromkeys(column[i].text for column in drawn))
            if len(different) >= k and len(found) < n:
                found.append(self.judged(question, tuple(different[:k])))
        return found

    def judged(self, question: Question, replies: Sequence[str]) -> Replied:
        """The replies with their gold scores."""
        gold = tuple(self.gold.score(question, reply) for reply in replies)
        return Replied(question, tuple(replies), gold)

    def sequence(self, question: Question, reply: str) -> list[int]:
        """What a reward model reads: the question in the chat's form, the reply, and the token that ends it."""
        start = self.assistant.begin(question.text)
        return [*start, *self.assistant.tokenizer.encode(reply), self.assistant.stop]

    def sequences(self, items: Sequence[Replied]) -> list[list[list[int]]]:
        """One list of sequences a question, in the order of its replies."""
        return [[self.sequence(one.question, reply) for reply in one.replies] for one in items]

    def _questions(self, n: int, seed: int, held_out: bool) -> list[Question]:
        drawn = Questions(self.web).draw(seed, held_out=held_out)
        return prompts_that_fit(self.assistant, drawn, n, ROOM)

    def _drawn(
        self,
        n: int,
        seed: int,
        held_out: bool,
        write: Callable[[Question, random.Random], tuple[str, ...]],
    ) -> list[Replied]:
        """Whatever is too long for the context is left out, and another question drawn."""
        rng = random.Random(f"gptlab lesson 12 {seed} {held_out}")
        questions = Questions(self.web).draw(seed, held_out=held_out)

        def fitting():
            for question in questions:
                replies = write(question, rng)
                longest = max(len(self.sequence(question, reply)) for reply in replies)
                if longest <= self.assistant.context:
                    yield self.judged(question, replies)

        return list(islice(fitting(), n))


@dataclass
class Crowd:
    """Labelers with one taste, the gold labeler's, and a noise τ between 0 (never wrong) and large (a coin)."""

    noise: float

    def prefers(self, gap: float) -> float:
        """The share of labelers who choose the first of two replies whose gold scores are `gap` apart."""
        if self.noise <= 0 or gap == 0:
            return (1 + (gap > 0) - (gap < 0)) / 2
        return 1 / (1 + math.exp(-max(-500.0, min(500.0, gap / self.noise))))

    def choice(self, one: Replied, rng: random.Random) -> int:
        """One labeler's choice between the two replies of a pair: 0 or 1."""
        return int(rng.random() >= self.prefers(one.gold[0] - one.gold[1]))

    def ranking(self, one: Replied, rng: random.Random) -> list[int]:
        """Places of the replies, best first, as one labeler sees them (Plackett–Luce)."""
        noisy = [
            score - self.noise * math.log(-math.log(rng.random() or 1e-300)) for score in one.gold
        ]
        return sorted(range(len(noisy)), key=lambda i: -noisy[i])


def crowd_that_agrees(agreement: float, items: Sequence[Replied]) -> Crowd:
    """Labelers of whom two choose alike on this share of the pairs of `items` whose gold scores differ."""
    return Crowd(noise_for(agreement, gaps_of(items)))


def gaps_of(items: Sequence[Replied]) -> list[float]:
    """How far apart the gold scores of each pair are, without pairs that are equally good."""
    gaps = [one.gold[a] - one.gold[b] for one in items for a, b in one.pairs]
    return [abs(gap) for gap in gaps if gap]


def agreement_of_two(crowd: Crowd, gaps: Sequence[float]) -> float:
    """The share of pairs on which two labelers choose alike: the mean of p² + (1 − p)²."""
    shares = [crowd.prefers(gap) for gap in gaps]
    return sum(p * p + (1 - p) * (1 - p) for p in shares) / len(shares)


def ceiling(crowd: Crowd, gaps: Sequence[float]) -> float:
    """How often one labeler chooses the reply that is better by gold: the most that any model can agree with her."""
    return sum(crowd.prefers(gap) for gap in gaps) / len(gaps)


def equally_hard(agreement: float) -> float:
    """The ceiling where every pair is equally hard: the p ≥ ½ with p² + (1 − p)² = agreement."""
    return (1 + math.sqrt(2 * agreement - 1)) / 2
