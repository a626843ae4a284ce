"""Tasks of the little web asked as text: a beginning, options that may continue it, and which one is right.

A beginning is what a page of the web begins with; nothing else tells the model what to do.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from gptlab import zero_shot
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.world.facts import Fact, Name
from gptlab.world.phrasings import MARKS, PHRASINGS, fill
from gptlab.world.reply_styles import LARGEST_NUMBER
from gptlab.world.web import Web

Model = Callable[[Tensor], Tensor]  # ids (B, T) -> logits (B, T, V)
POPULAR, RARE = (0, 300), (500, 760)  # places of facts in the order of their popularity
N_OPTIONS = 4
BLIND = "without the question"
REVIEW_PAGES = 5_000_000  # the seed of pages that no training draws


@dataclass(frozen=True)
class Question:
    """One question as text. Options begin with the space that belongs to them."""

    beginning: str
    options: tuple[str, ...]
    right: int


@dataclass(frozen=True)
class Scored:
    """One question with its options' scores in nats: after its beginning, and after each neutral text."""

    question: Question
    scores: Tensor  # (K)
    lengths: Tensor  # (K), tokens
    neutral: dict[str, Tensor]  # neutral text -> (K)

    def pick(self, way: str) -> int:
        """The choice "raw", "per token", "per byte", or that against the neutral text of this name.

        BLIND is the choice by the scores after the first neutral text alone: nobody asked anything.
        """
        if way == BLIND:
            under = next(iter(self.neutral.values()))
            return int(zero_shot.choose_option(under, self.lengths, normalize=False))
        if way in self.neutral:
            gain = self.scores - self.neutral[way]
            return int(zero_shot.choose_option(gain, self.lengths, normalize=False))
        sizes = self.lengths
        if way == "per byte":
            sizes = torch.tensor([len(option.encode()) for option in self.question.options])
        return int(zero_shot.choose_option(self.scores, sizes, normalize=way != "raw"))


def start_of_page(tokenizer: Tokenizer, text: str) -> list[int]:
    """A text as the beginning of a page, as ids."""
    return [tokenizer.special["endoftext"], *tokenizer.encode(text)]


@torch.no_grad()
def scored(
    model: Model, tokenizer: Tokenizer, questions: list[Question], neutral: tuple[str, ...] = ()
) -> list[Scored]:
    """Score every option of every question with `score_options`."""
    found = []
    for question in questions:
        begin = start_of_page(tokenizer, question.beginning)
        options = [tokenizer.encode(option) for option in question.options]
        scores = zero_shot.score_options(model, begin, options)
        under = {}
        for text in neutral:
            gain = zero_shot.score_options(model, begin, options, start_of_page(tokenizer, text))
            under[text] = scores - gain
        lengths = torch.tensor([len(option) for option in options])
        found.append(Scored(question, scores, lengths, under))
    return found


def accuracy(results: list[Scored], way: str) -> float:
    """The share of questions whose right option is chosen."""
    return sum(one.pick(way) == one.question.right for one in results) / len(results)


def share_of_shortest(results: list[Scored], way: str) -> float:
    """How often an option is chosen that none is shorter than, in tokens."""
    return sum(int(one.lengths[one.pick(way)]) == int(one.lengths.min()) for one in results) / len(
        results
    )


def _shuffled(rng: random.Random, beginning: str, options: list[str]) -> Question:
    """The right option is the first that is given."""
    order = list(range(len(options)))
    rng.shuffle(order)
    return Question(beginning, tuple(options[i] for i in order), order.index(0))


def _answers(web: Web, fact: Fact, rng: random.Random) -> list[Name]:
    """The right answer and three well-known wrong ones to the same question, as exams offer them."""
    wrong = web.tables.distractors(fact, "en").texts
    known = {name.en: name for name in web.facts.answers[fact.relation]}
    return [fact.answer, *(known[text] for text in rng.sample(wrong, N_OPTIONS - 1))]


def _facts(web: Web, places: tuple[int, int], n: int, rng: random.Random) -> list[Fact]:
    return rng.sample(web.facts.known[slice(*places)], n)


def bare_answers(
    web: Web, places: tuple[int, int] = POPULAR, n: int = 100, seed: int = 1
) -> list[Question]:
    """ "What is the capital of Peru?" with four answers of a word or a few, asked as no page asks."""
    rng = random.Random(f"gptlab zero-shot answers {seed}")
    questions = []
    for fact in _facts(web, places, n, rng):
        asked = rng.choice(PHRASINGS[fact.relation]["en"].held_out_questions)
        names = _answers(web, fact, rng)
        options = [" " + fill("{A}.", "", name.en) for name in names]
        questions.append(_shuffled(rng, fill(asked, fact.subject.name.en) + MARKS["en"], options))
    return questions


def whole_sentences(
    web: Web, places: tuple[int, int] = POPULAR, n: int = 100, seed: int = 1
) -> list[Question]:
    """The same questions with four whole sentences as answers, each in a phrasing of its own."""
    rng = random.Random(f"gptlab zero-shot sentences {seed}")
    questions = []
    for fact in _facts(web, places, n, rng):
        phrasing = PHRASINGS[fact.relation]["en"]
        asked = fill(rng.choice(phrasing.held_out_questions), fact.subject.name.en)
        names = _answers(web, fact, rng)
        templates = rng.sample(phrasing.statements, len(names))
        options = [
            fill(template, fact.subject.name.en, name.en)
            for template, name in zip(templates, names, strict=True)
        ]
        questions.append(_shuffled(rng, asked + MARKS["en"] + "\n", options))
    return questions


def moods(web: Web, n: int = 100, seed: int = 1) -> list[Question]:
    """A review up to "Review:", and the two words that may follow."""
    pages = web.pages(REVIEW_PAGES + seed, kinds=["review"], lang="en")
    questions = []
    for _ in range(n):
        text, _, mood = next(pages).text.rpartition(" ")
        questions.append(Question(text, (" good", " bad"), 0 if mood == "good" else 1))
    return questions


def translations(
    web: Web, places: tuple[int, int] = POPULAR, n: int = 100, seed: int = 1
) -> list[Question]:
    """An English sentence and "=", and four Chinese ones that differ in one name.

    What the sentence claims is drawn among the four, so that knowing the truth does not help: a translator
    translates what is false too.
    """
    return [question for _, question in _claims(web, places, n, seed)]


def true_options(web: Web, n: int = 100) -> list[int]:
    """Of each question of `translations`, which option is true, whatever its English sentence claims."""
    claims = _claims(web, POPULAR, n, 1)
    return [[fact.answer.zh in o for o in one.options].index(True) for fact, one in claims]


def _claims(
    web: Web, places: tuple[int, int], n: int, seed: int
) -> Iterator[tuple[Fact, Question]]:
    """The questions of `translations`, each with the fact that its sentence may get wrong."""
    rng = random.Random(f"gptlab zero-shot translations {seed}")
    for fact in _facts(web, places, n, rng):
        english = rng.choice(PHRASINGS[fact.relation]["en"].statements)
        chinese = rng.choice(PHRASINGS[fact.relation]["zh"].statements)
        names = _answers(web, fact, rng)
        rng.shuffle(names)
        options = [" " + fill(chinese, fact.subject.name.zh, name.zh) for name in names]
        said = fill(english, fact.subject.name.en, names[0].en)
        yield fact, _shuffled(rng, said + "\n=", options)


def sums(web: Web, n: int = 100, seed: int = 1) -> list[Question]:
    """ "7 + 5 =" and four numbers near the sum."""
    rng = random.Random(f"gptlab zero-shot sums {seed}")
    questions = []
    for _ in range(n):
        a, b = rng.randint(0, LARGEST_NUMBER), rng.randint(0, LARGEST_NUMBER)
        near = [a + b + step for step in (-3, -2, -1, 1, 2, 3) if a + b + step >= 0]
        options = [f" {number}\n" for number in (a + b, *rng.sample(near, N_OPTIONS - 1))]
        questions.append(_shuffled(rng, f"{a} + {b} =", options))
    return questions
