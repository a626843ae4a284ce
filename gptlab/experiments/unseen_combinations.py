"""Sentences that state facts of the little web; some combinations of fact and phrasing are held out for the test."""

import math
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gptlab import neural_lm
from gptlab.world.facts import Fact
from gptlab.world.phrasings import PHRASINGS, fill
from gptlab.world.web import Web

LANG = "en"  # words are cut at spaces, which Chinese has none of
MARK = "|"  # stands in front of a sentence, as often as a model looks back
HELD_OUT = {"tuning": 1, "new": 2}  # phrasings of each fact that training never sees, for what
WORD = re.compile(r"'s|[^\W\d_]+|\S")
# how often training saw a combination: (at least, at most, name)
COUNT_BINS = (
    (0, 0, "never"),
    (1, 1, "once"),
    (2, 3, "2–3 times"),
    (4, 7, "4–7"),
    (8, 10**9, "8 or more"),
)


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
    """Sentences as the web draws them, a fact by its popularity and a phrasing at random, in four parts.

    train   what the models learn from
    tuning  combinations that training never sees, to choose a model's settings by
    new     other combinations that training never sees, to compare the models on
    seen    combinations that training does see, drawn anew

    Every fact of `tuning` and `new` is stated in training, in other phrasings, and every phrasing is used there
    with other facts. The `n_facts` most popular facts take part, or those that are given.
    """

    def __init__(
        self,
        web: Web,
        n_facts: int = 300,
        n_train: int = 8000,
        n_test: int = 600,
        seed: int = 0,
        facts: Sequence[Fact] | None = None,
    ):
        self.facts = web.facts.known[:n_facts] if facts is None else list(facts)
        self._weights = [fact.weight for fact in self.facts]
        rng = random.Random(f"gptlab combinations {web.seed} {seed}")
        self.held_out = {fact.index: self._hold_out(fact, rng) for fact in self.facts}
        self.train = self._draw(rng, n_train, None)
        self.count = Counter(sentence.pair for sentence in self.train)
        self.frequency = Counter(word for sentence in self.train for word in sentence.words)
        self.tuning = self._made_of_known(self._draw(rng, n_test, "tuning"))
        self.new = self._made_of_known(self._draw(rng, n_test, "new"))
        self.seen = [s for s in self._draw(rng, 2 * n_test, None) if self.count[s.pair]][:n_test]
        self.vocabulary = [MARK, *sorted(self.frequency)]
        self._number = {word: i for i, word in enumerate(self.vocabulary)}

    def _hold_out(self, fact: Fact, rng: random.Random) -> dict[int, str]:
        """Which phrasings of a fact are held out, and for what."""
        numbers = rng.sample(range(len(templates_of(fact))), sum(HELD_OUT.values()))
        parts = [part for part, n in HELD_OUT.items() for _ in range(n)]
        return dict(zip(numbers, parts))

    def _draw(self, rng: random.Random, n: int, part: str | None) -> list[Sentence]:
        """n sentences whose combination is held out for this part, or for none."""
        found = []
        while len(found) < n:
            fact = rng.choices(self.facts, self._weights)[0]
            phrasing = rng.randrange(len(templates_of(fact)))
            if self.held_out[fact.index].get(phrasing) == part:
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
        """Words as numbers, (T) int. Raises KeyError for a word that training never saw."""
        return torch.tensor([self._number[word] for word in words])

    def windows(self, sentences: list[Sentence], n: int) -> tuple[Tensor, Tensor]:
        """For each word of each sentence the n words before it, and the word; marks stand in front of a sentence.

        ->  (N, n) int, (N) int
        """
        contexts = []
        targets = []
        for s in sentences:
            before, after = neural_lm.context_windows(self.ids([MARK] * n + list(s.words)), n)
            contexts.append(before)
            targets.append(after)
        return torch.cat(contexts), torch.cat(targets)

    def floor(self, sentences: list[Sentence]) -> Tensor:
        """ln p of each sentence as the web itself has it, exactly, in equal parts for its words; (N words) float64.

        What the web decides at random is which fact, and which phrasing.
        """
        total = sum(self._weights)
        parts: list[float] = []
        for s in sentences:
            logp = math.log(s.fact.weight / total / len(templates_of(s.fact)))
            parts += [logp / len(s.words)] * len(s.words)
        return torch.tensor(parts, dtype=torch.float64)


def templates_of(fact: Fact) -> tuple[str, ...]:
    """The phrasings of a fact's relation, with gaps for the names."""
    return PHRASINGS[fact.relation][LANG].statements


def loss_by_count(
    data: Combinations, sentences: Sequence[Sentence], logprobs: dict[str, Tensor]
) -> dict[str, dict[str, float]]:
    """For each model the mean loss, by how often training saw the sentence's combination; nats per word.

    logprobs  by model: (N) float, ln p of every word of these sentences, in their order
    """
    lengths = torch.tensor([len(s.words) for s in sentences])
    found: dict[str, dict[str, float]] = {name: {} for name in logprobs}
    for low, high, label in COUNT_BINS:
        inside = torch.tensor([low <= data.count[s.pair] <= high for s in sentences])
        here = inside.repeat_interleave(lengths)
        for name, values in logprobs.items():
            if here.any():
                found[name][label] = float((-values[here]).mean())
    return found
