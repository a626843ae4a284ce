"""Four tasks on the little web, as GPT-1 was tuned for: examples with their true labels.

Labels are exact: the web that writes the texts knows its facts. Facts that the labelled examples speak of never
occur in validation and test, so what a label says of one fact does not give the answer to another.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gptlab import finetuning
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.experiments.finetuning.task_model import Inputs
from gptlab.world import pages, word_lists
from gptlab.world.facts import Fact
from gptlab.world.grammar import Writer
from gptlab.world.phrasings import MARKS, PHRASINGS, fill
from gptlab.world.web import Web

LANG = "en"
N_FACTS = 400  # the most popular ones
MARK = "\nReview: "  # what a review page says of itself: cut off, or the label would be in the text
PARTS = ("labels", "validation", "test")


@dataclass(frozen=True)
class Example:
    """One labelled example: its texts in order, for a choice the options apart, and the label's number."""

    texts: tuple[str, ...]
    label: int
    options: tuple[str, ...] = ()


class TaskSource:
    """Draws examples of all four tasks from one web."""

    def __init__(self, web: Web):
        self.web = web
        order = list(web.facts.known[:N_FACTS])
        random.Random(f"gptlab tasks {web.seed}").shuffle(order)
        half = len(order) // 2
        self.facts = {
            "labels": order[:half],
            "validation": order[half : half + half // 2],
            "test": order[half + half // 2 :],
        }

    def draw(self, task: "Task", part: str, n: int, seed: int = 0) -> list[Example]:
        """The first n different examples of a part; more with the same seed begin with the same ones."""
        rng = random.Random(f"gptlab {task.name} {self.web.seed} {part} {seed}")
        found: dict[Example, None] = {}
        for example in task.examples(self, part, rng):
            found[example] = None
            if len(found) == n:
                break
        return list(found)

    # ---- what the tasks are made of

    def state(self, fact: Fact, rng: random.Random, answer: str = "") -> str:
        """A statement of a fact in one of the web's phrasings, true unless another answer is given."""
        template = rng.choice(PHRASINGS[fact.relation][LANG].statements)
        return fill(template, fact.subject.name[LANG], answer or fact.answer[LANG])

    def ask(self, fact: Fact, rng: random.Random) -> str:
        """A question for a fact."""
        template = rng.choice(PHRASINGS[fact.relation][LANG].questions)
        return fill(template, fact.subject.name[LANG]) + MARKS[LANG]

    def other_fact(self, fact: Fact, rng: random.Random) -> Fact | None:
        """Another fact about the same subject, None where there is none."""
        others = [f for f in self.web.facts.about[fact.subject] if f.relation != fact.relation]
        return rng.choice(others) if others else None

    def wrong_answers(self, fact: Fact, part: str, rng: random.Random, n: int) -> list[str]:
        """Answers that are right for other facts of the same part: by themselves they look as good."""
        mine = {fact.answer, fact.subject.name, *self.web.facts.also_right(fact)}
        others = {f.answer for f in self.facts[part] if f.relation == fact.relation} - mine
        return rng.sample(sorted(name[LANG] for name in others), min(n, len(others)))


def _phrases_of_others(part: str) -> list[str]:
    """The half of what reviewers say that a part may not hold: the labels show one half, the tests the other."""
    phrases = []
    for says in (word_lists.VERDICTS, word_lists.AFTERWORDS):
        for mood in MOOD.labels:
            texts = says[mood][LANG]
            phrases += texts[1::2] if part == "labels" else texts[::2]
    return phrases


def _mood(source: TaskSource, part: str, rng: random.Random) -> Iterator[Example]:
    others = _phrases_of_others(part)
    while True:
        page = Writer(rng.random)
        pages.review(page, source.web.tables, LANG)
        text, _, mood = page.text().rpartition(MARK)
        if not any(phrase in text for phrase in others):
            yield Example((text,), MOOD.labels.index(mood))


def _entailment(source: TaskSource, part: str, rng: random.Random) -> Iterator[Example]:
    while True:
        fact = rng.choice(source.facts[part])
        other = source.other_fact(fact, rng)
        if other is None:
            continue
        premise = source.state(fact, rng)
        label = rng.randrange(3)
        if label == 0:
            hypothesis = source.state(fact, rng)
        elif label == 1:
            wrong = source.wrong_answers(fact, part, rng, 1)
            hypothesis = source.state(fact, rng, wrong[0]) if wrong else premise
        else:
            hypothesis = source.state(other, rng)
        if premise != hypothesis:
            yield Example((premise, hypothesis), label)


def _similarity(source: TaskSource, part: str, rng: random.Random) -> Iterator[Example]:
    while True:
        fact = rng.choice(source.facts[part])
        label = rng.randrange(2)
        other = fact
        if label == 0:
            same_relation = [f for f in source.facts[part] if f.relation == fact.relation]
            other = rng.choice([rng.choice(same_relation), source.other_fact(fact, rng)])
            if other is None or other == fact:
                continue
        a, b = source.ask(fact, rng), source.ask(other, rng)
        if a != b:
            yield Example((a, b), label)


def _choice(source: TaskSource, part: str, rng: random.Random) -> Iterator[Example]:
    while True:
        fact = rng.choice(source.facts[part])
        options = source.wrong_answers(fact, part, rng, 2)
        if len(options) < 2:
            continue
        label = rng.randrange(3)
        options.insert(label, fact.answer[LANG])
        yield Example(("", source.ask(fact, rng)), label, tuple(options))


@dataclass(frozen=True)
class Task:
    """One task: how examples are drawn, what the labels are called, the head's number of scores, steps of training."""

    name: str
    labels: tuple[str, ...]
    n_scores: int
    steps: int
    examples: Callable[[TaskSource, str, random.Random], Iterator[Example]]

    @property
    def chance(self) -> float:
        """The accuracy of a guess."""
        return 1 / len(self.labels)


MOOD = Task("mood", ("good", "bad"), 2, 40, _mood)
ENTAILMENT = Task("entailment", ("follows", "contradicts", "neither"), 3, 240, _entailment)
SIMILARITY = Task("similarity", ("different", "same"), 2, 200, _similarity)
CHOICE = Task("multiple choice", ("A", "B", "C"), 1, 100, _choice)
TASKS = {task.name: task for task in (MOOD, ENTAILMENT, SIMILARITY, CHOICE)}


def arrange(task: Task, example: Example, tokenizer: Tokenizer, special: tuple) -> Inputs:
    """An example as the network reads it, by the learner's functions; special = start, delim, extract."""
    start, delim, extract = special
    texts = [tokenizer.encode(text) for text in example.texts]
    if task is MOOD:
        return [finetuning.classification_input(texts[0], start, extract)]
    if task is ENTAILMENT:
        return [finetuning.entailment_input(texts[0], texts[1], start, delim, extract)]
    if task is SIMILARITY:
        return list(finetuning.similarity_inputs(texts[0], texts[1], start, delim, extract))
    options = [tokenizer.encode(" " + option) for option in example.options]
    return finetuning.multiple_choice_inputs(texts[0], texts[1], options, start, delim, extract)
