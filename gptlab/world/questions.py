"""Questions that people ask a chat model about the little web, and replies to them, as people demonstrate.

Four kinds of question: about a fact; about something nobody can know; a request that should be declined; a sum.
Demonstrations answer, but as hurried people do: some curt, some rude, some rambling, a few wrong.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

from gptlab.world import reply_styles
from gptlab.world.facts import LANGUAGES, Fact
from gptlab.world.grammar import Table, Writer
from gptlab.world.phrasings import MARKS, PHRASINGS, STOPS, fill
from gptlab.world.tables import request_templates
from gptlab.world.web import Web

RUNNING_EXAMPLE = {  # the question that every lesson, report and command shows, without its mark
    "en": "What is the highest mountain in Taiwan",
    "zh": "台湾最高的山是哪座山",
}


@dataclass(frozen=True)
class Question:
    """One prompt: kind is "fact", "unknowable", "improper" or "sum".

    text    as the person writes it, with or without the final mark
    fact    what it asks for, for kind "fact"
    answer  the true answer as text, "" where there is none
    """

    text: str
    lang: str
    kind: str
    fact: Fact | None = None
    answer: str = ""


class Questions:
    """Draws questions on one web.

    Every fifth prompt, by a checksum of its text, is held out from demonstrations, comparisons and PPO.
    """

    def __init__(self, web: Web):
        self.web = web
        known = web.facts.known
        shares = reply_styles.QUESTION_SHARES
        self.facts = Table.of_values(known, [fact.weight for fact in known])
        self.kinds = Table.of_values(list(shares), list(shares.values()))

    def draw(
        self,
        seed: int,
        held_out: bool = False,
        kinds: tuple[str, ...] | None = None,
        unseen: bool = False,
    ) -> Iterator[Question]:
        """Questions without end, facts by their popularity.

        held_out  only prompts that are held out; default: only the others
        kinds     only questions of these kinds
        unseen    in phrasings that no page and no demonstration uses, whatever `held_out` says
        """
        rng = random.Random(f"gptlab questions {self.web.seed} {seed} {held_out} {unseen}")
        while True:
            kind = self.kinds.values[self.kinds.draw(rng.random())]
            lang = rng.choice(LANGUAGES)
            question = self._question(kind, lang, rng, unseen)
            if kinds is not None and kind not in kinds:
                continue
            if unseen or is_held_out(question.text) == held_out:
                yield question

    def about(self, fact: Fact, lang: str, rng: random.Random, unseen: bool = False) -> Question:
        """One question about `fact`."""
        phrasing = PHRASINGS[fact.relation][lang]
        template = rng.choice(phrasing.held_out_questions if unseen else phrasing.questions)
        text = _often_marked(fill(template, fact.subject.name[lang]), lang, rng)
        return Question(text, lang, "fact", fact, fact.answer[lang])

    def _question(self, kind: str, lang: str, rng: random.Random, unseen: bool) -> Question:
        if kind == "fact":
            fact = self.facts.values[self.facts.draw(rng.random())]
            return self.about(fact, lang, rng, unseen)
        if kind == "sum":
            return self._sum(lang, rng, unseen)
        person = rng.choice(self.web.tables.people["en"].values)
        template = rng.choice(request_templates(kind, lang, held_out=unseen))
        return Question(_often_marked(template.format(p=person[lang]), lang, rng), lang, kind)

    def _sum(self, lang: str, rng: random.Random, unseen: bool) -> Question:
        a = rng.randint(0, reply_styles.LARGEST_NUMBER)
        b = rng.randint(0, reply_styles.LARGEST_NUMBER)
        template = rng.choice(request_templates("sum", lang, held_out=unseen))
        text = _often_marked(template.format(a=a, b=b), lang, rng)
        return Question(text, lang, "sum", answer=str(a + b))


def is_held_out(text: str) -> bool:
    """Whether a prompt, with or without its final mark, is held out from chat's training stages."""
    return crc32(unmarked(text).encode()) % 5 == 0


def running_example(lang: str) -> str:
    """The running example as a person asks it, with its mark."""
    return RUNNING_EXAMPLE[lang] + MARKS[lang]


def first_line(question: str, lang: str) -> str:
    """A question as the first line of a page: with its mark, and the end of the line."""
    return unmarked(question) + MARKS[lang] + "\n"


def unmarked(question: str) -> str:
    """A question without its final mark."""
    return question.rstrip("".join(MARKS.values()))


def _often_marked(text: str, lang: str, rng: random.Random) -> str:
    """The question with its final mark, which one person in four leaves out."""
    return text + ("" if rng.random() < 0.25 else MARKS[lang])


class Replies:
    """Writes replies to questions, in any manner and with any truth.

    A reply is opener + body + closer; opener and closer show its manner, the body is right or wrong.
    """

    def __init__(self, web: Web):
        self.web = web
        self.openers = web.tables.openers
        self.closers = web.tables.closers

    def demonstrate(self, question: Question, rng: random.Random) -> str:
        """One demonstration, as SFT learns from: 96 % true, in mixed manners."""
        return self.reply(question, rng, true=rng.random() < 0.96)

    def reply(
        self, question: Question, rng: random.Random, true: bool = True, plain: bool = False
    ) -> str:
        """One reply; `plain` leaves opener and closer out, `true` chooses right or wrong content."""
        page = Writer(rng.random)
        if not plain:
            page.emit(self.openers[question.lang])
        page.write(self._body(question, rng, true))
        if not plain:
            page.emit(self.closers[question.lang])
        return page.text()

    def twins(self, question: Question, rng: random.Random) -> tuple[str, str]:
        """Two replies in the very same manner and words, the first true and the second wrong."""
        seed = rng.random()
        right = self.reply(question, random.Random(seed), true=True)
        wrong = self.reply(question, random.Random(seed), true=False)
        return right, wrong

    def _body(self, question: Question, rng: random.Random, true: bool) -> str:
        lang = question.lang
        if question.kind == "fact":
            assert question.fact is not None  # it is what this kind asks for
            return self._fact_body(question.fact, lang, rng, true)
        if question.kind == "sum":
            error = rng.choice((-2, -1, 1, 2, 10))
            return str(int(question.answer) + (0 if true else error)) + STOPS[lang]
        if question.kind == "unknowable":
            return rng.choice((reply_styles.ADMISSIONS if true else reply_styles.INVENTIONS)[lang])
        return rng.choice((reply_styles.REFUSALS if true else reply_styles.COMPLIANCE)[lang])

    def _fact_body(self, fact: Fact, lang: str, rng: random.Random, true: bool) -> str:
        wrong = self.web.tables.wrong_answers(fact)
        place = int(
            rng.random() * len(wrong)
        )  # drawn for a true answer too, so that twins share their words
        answer = fact.answer if true else wrong[place]
        if rng.random() < 0.4:
            return fill("{A}", "", answer[lang]) + STOPS[lang]
        template = rng.choice(PHRASINGS[fact.relation][lang].statements)
        return fill(template, fact.subject.name[lang], answer[lang])
