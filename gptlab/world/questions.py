"""What people ask a chat model about the little web, and the replies that hurried people demonstrate.

Four kinds of question: about a fact; about something nobody can know; a request that should be declined; a sum.
Demonstrations answer, but in the manner of many hands: some curt, some rude, some rambling, a few wrong.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

from gptlab.world import reply_styles
from gptlab.world.facts import LANGUAGES, Fact
from gptlab.world.grammar import Table, Writer
from gptlab.world.phrasings import PHRASINGS, fill
from gptlab.world.web import Web

MARKS = {"en": "?", "zh": "？"}  # the final mark of a question
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
    """Draws questions on one web. Every fifth prompt is kept back from demonstrations, comparisons
    and PPO, by a checksum of its text."""

    def __init__(self, web: Web):
        self.web = web
        self.facts = Table.of_values(web.facts.known, [f.weight for f in web.facts.known])
        self.kinds = Table.of_values(
            list(reply_styles.QUESTION_SHARES), list(reply_styles.QUESTION_SHARES.values())
        )

    def draw(
        self,
        seed: int,
        held_out: bool = False,
        kinds: tuple[str, ...] | None = None,
        unseen: bool = False,
    ) -> Iterator[Question]:
        """Questions without end, facts by their popularity.

        held_out  only prompts that are kept back from training; default: only the others
        kinds     only questions of these kinds
        unseen    in phrasings that no page and no demonstration uses, whatever `held_out` says
        """
        stream = random.Random(f"gptlab questions {self.web.seed} {seed} {held_out} {unseen}")
        while True:
            kind = self.kinds.values[self.kinds.draw(stream.random())]
            lang = stream.choice(LANGUAGES)
            question = getattr(self, f"_{kind}")(stream, lang, unseen)
            if (kinds is None or kind in kinds) and (
                unseen or kept_back(question.text) == held_out
            ):
                yield question

    def about(self, fact: Fact, lang: str, stream: random.Random, unseen: bool = False) -> Question:
        """One question about `fact`."""
        phrasing = PHRASINGS[fact.relation][lang]
        template = stream.choice(phrasing.held_out_questions if unseen else phrasing.questions)
        return Question(
            _marked(fill(template, fact.subject.name[lang]), lang, stream),
            lang,
            "fact",
            fact,
            fact.answer[lang],
        )

    def _fact(self, stream: random.Random, lang: str, unseen: bool) -> Question:
        return self.about(self.facts.values[self.facts.draw(stream.random())], lang, stream, unseen)

    def _unknowable(self, stream: random.Random, lang: str, unseen: bool) -> Question:
        return self._ask("unknowable", reply_styles.UNKNOWABLE, stream, lang, unseen)

    def _improper(self, stream: random.Random, lang: str, unseen: bool) -> Question:
        return self._ask("improper", reply_styles.IMPROPER, stream, lang, unseen)

    def _ask(
        self, kind: str, templates: dict, stream: random.Random, lang: str, unseen: bool
    ) -> Question:
        kept = reply_styles.N_HELD_OUT[kind]
        trained, new = templates[lang][:-kept], templates[lang][-kept:]
        person = stream.choice(self.web.tables.people["en"].values)
        text = stream.choice(new if unseen else trained).format(p=person[lang])
        return Question(_marked(text, lang, stream), lang, kind)

    def _sum(self, stream: random.Random, lang: str, unseen: bool) -> Question:
        a, b = (
            stream.randint(0, reply_styles.LARGEST_NUMBER),
            stream.randint(0, reply_styles.LARGEST_NUMBER),
        )
        kept = reply_styles.N_HELD_OUT["sum"]
        template = stream.choice(
            reply_styles.SUMS[lang][-kept:] if unseen else reply_styles.SUMS[lang][:-kept]
        )
        return Question(
            _marked(template.format(a=a, b=b), lang, stream), lang, "sum", None, str(a + b)
        )


def kept_back(text: str) -> bool:
    """Whether a prompt, with or without its final mark, is kept back from chat's training stages."""
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


def _marked(text: str, lang: str, stream: random.Random) -> str:
    return text + ("" if stream.random() < 0.25 else MARKS[lang])


class Replies:
    """Writes replies to questions, in any manner and with any truth.

    A reply is opener + body + closer; `style` draws the manner of one demonstrator.
    """

    def __init__(self, web: Web):
        self.web = web
        self.openers, self.closers = web.tables.openers, web.tables.closers

    def demonstrate(self, question: Question, stream: random.Random) -> str:
        """One demonstration, as SFT learns from: 96 % true, in mixed manners."""
        return self.reply(question, stream, true=stream.random() < 0.96)

    def reply(
        self, question: Question, stream: random.Random, true: bool = True, plain: bool = False
    ) -> str:
        """One reply; `plain` leaves opener and closer out, `true` chooses right or wrong content."""
        page = Writer(stream.random)
        if not plain:
            page.emit(self.openers[question.lang])
        page.write(self._body(question, stream, true))
        if not plain:
            page.emit(self.closers[question.lang])
        return page.text()

    def twins(self, question: Question, stream: random.Random) -> tuple[str, str]:
        """Two replies in the very same manner and words, the first true and the second wrong."""
        seed = stream.random()
        return tuple(self.reply(question, random.Random(seed), true) for true in (True, False))

    def _body(self, question: Question, stream: random.Random, true: bool) -> str:
        lang = question.lang
        if question.kind == "fact":
            fact, pick = question.fact, stream.random()
            wrong = self.web.tables.wrong_answers(fact)
            answer = fact.answer if true else wrong[int(pick * len(wrong))]
            if stream.random() < 0.4:
                return fill("{A}." if lang == "en" else "{a}。", "", answer[lang])
            template = stream.choice(PHRASINGS[fact.relation][lang].statements)
            return fill(template, fact.subject.name[lang], answer[lang])
        if question.kind == "sum":
            wrong = stream.choice((-2, -1, 1, 2, 10))
            return str(int(question.answer) + (0 if true else wrong)) + (
                "." if lang == "en" else "。"
            )
        if question.kind == "unknowable":
            return stream.choice(
                (reply_styles.ADMISSIONS if true else reply_styles.INVENTIONS)[lang]
            )
        return stream.choice((reply_styles.REFUSALS if true else reply_styles.COMPLIANCE)[lang])
