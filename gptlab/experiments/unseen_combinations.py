"""Sentences that state facts of the little web, with combinations of fact and phrasing kept back for the test."""

import math
import random
import re
from collections import Counter
from dataclasses import dataclass

import torch
from torch import Tensor

from gptlab import neural_lm
from gptlab.world.facts import Fact
from gptlab.world.phrasings import PHRASINGS, fill
from gptlab.world.web import Web

LANG = "en"  # words are cut at blanks, which Chinese has none of
MARK = "|"  # stands in front of a sentence, as often as a model looks back
KEPT = {"tuning": 1, "new": 2}  # phrasings of each fact that training never sees, for what
WORD = re.compile(r"'s|[^\W\d_]+|\S")


@dataclass(frozen=True)
class Sentence:
    """One fact in one phrasing, cut into words."""

    fact: Fact
    phrasing: int
    words: tuple[str, ...]

    @property
    def pair(self) -> tuple[int, int]:
        """The combination: which fact, in which phrasing."""
        return self.fact.index, self.phrasing

    @property
    def text(self) -> str:
        """As it is read."""
        return re.sub(r" ('s|[.,])", r"\1", " ".join(self.words))


class Combinations:
    """Sentences as the web draws them, a fact by its popularity and a phrasing by lot, in four parts.

    train   what the models learn from
    tuning  combinations that training never sees, to choose a model's settings by
    new     other combinations that training never sees, to compare the models on
    seen    combinations that training does see, drawn anew

    Every fact of `tuning` and `new` is stated in training, in other phrasings, and every phrasing is used there
    with other facts. The `n_facts` most popular facts take part.
    """

    def __init__(
        self, web: Web, n_facts: int = 300, n_train: int = 8000, n_test: int = 600, seed: int = 0
    ):
        self.facts = web.facts.known[:n_facts]
        self._weights = [fact.weight for fact in self.facts]
        draw = random.Random(f"gptlab combinations {web.seed} {seed}")
        self.kept = {fact.index: self._keep(fact, draw) for fact in self.facts}
        self.train = self._draw(draw, n_train, None)
        self.count = Counter(sentence.pair for sentence in self.train)
        self.frequency = Counter(word for sentence in self.train for word in sentence.words)
        self.tuning, self.new = (
            self._made_of_known(self._draw(draw, n_test, part)) for part in KEPT
        )
        self.seen = [s for s in self._draw(draw, 2 * n_test, None) if self.count[s.pair]][:n_test]
        self.vocabulary = [MARK, *sorted(self.frequency)]
        self._number = {word: i for i, word in enumerate(self.vocabulary)}

    def _keep(self, fact: Fact, draw: random.Random) -> dict[int, str]:
        """Which phrasings of a fact are kept back, and for what."""
        numbers = draw.sample(range(len(templates_of(fact))), sum(KEPT.values()))
        return dict(zip(numbers, (part for part, n in KEPT.items() for _ in range(n))))

    def _draw(self, draw: random.Random, n: int, part: str | None) -> list[Sentence]:
        """n sentences whose combination is kept for this part, or for none."""
        found = []
        while len(found) < n:
            fact = draw.choices(self.facts, self._weights)[0]
            phrasing = draw.randrange(len(templates_of(fact)))
            if self.kept[fact.index].get(phrasing) == part:
                found.append(self.sentence(fact, phrasing))
        return found

    def _made_of_known(self, sentences: list[Sentence]) -> list[Sentence]:
        """Those whose fact, phrasing and words all occur in training."""
        stated = {s.fact.index for s in self.train}
        used = {(s.fact.relation, s.phrasing) for s in self.train}
        return [
            s
            for s in sentences
            if s.fact.index in stated
            and (s.fact.relation, s.phrasing) in used
            and all(word in self.frequency for word in s.words)
        ]

    def sentence(self, fact: Fact, phrasing: int) -> Sentence:
        """A fact in a phrasing of its relation."""
        text = fill(templates_of(fact)[phrasing], fact.subject.name[LANG], fact.answer[LANG])
        return Sentence(fact, phrasing, tuple(WORD.findall(text)))

    def ids(self, words: tuple[str, ...] | list[str]) -> Tensor:
        """Words as numbers; -> (T) int. Raises KeyError for a word that training never saw."""
        return torch.tensor([self._number[word] for word in words])

    def windows(self, sentences: list[Sentence], n: int) -> tuple[Tensor, Tensor]:
        """For each word of each sentence the n words before it, and the word; marks stand in front of a sentence.

        ->  (N, n) int, (N) int
        """
        cut = [
            neural_lm.context_windows(self.ids([MARK] * n + list(s.words)), n) for s in sentences
        ]
        return torch.cat([contexts for contexts, _ in cut]), torch.cat(
            [targets for _, targets in cut]
        )

    def floor(self, sentences: list[Sentence]) -> Tensor:
        """ln p of each sentence as the web itself has it, exactly, in equal parts for its words; (N words) float64.

        What the web decides by lot is which fact, and which phrasing.
        """
        total, parts = sum(self._weights), []
        for s in sentences:
            logp = math.log(s.fact.weight / total / len(templates_of(s.fact)))
            parts += [logp / len(s.words)] * len(s.words)
        return torch.tensor(parts, dtype=torch.float64)


def templates_of(fact: Fact) -> tuple[str, ...]:
    return PHRASINGS[fact.relation][LANG].statements
