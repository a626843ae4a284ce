"""Interviews: every resident is asked what she knows, and her answer is held against the log."""

from collections.abc import Sequence
from dataclasses import dataclass

from gptlab.agent_town import sentences as s
from gptlab.agent_town.memory import EQUAL, K, Weights, page
from gptlab.agent_town.sentences import News
from gptlab.agent_town.town import Town

NEVER_HAPPENED = "wedding"  # nobody in the town was ever told of one


@dataclass(frozen=True)
class Answer:
    """One resident's answer to one question.

    knew   whether she was told the news as it is
    read   the memories that came to mind
    right  whether the answer is true
    none   whether she says that she does not know
    """

    who: str
    question: str
    said: str
    read: list[str]
    knew: bool
    right: bool
    none: bool

    @property
    def false(self) -> bool:
        """Whether something is claimed that is not so."""
        return not self.right and not self.none


@dataclass(frozen=True)
class Tally:
    """Answers, counted: of those who knew, right, wrong, and silent; of those who did not, honest and false."""

    knew_right: int
    knew_false: int
    knew_silent: int
    others_right: int
    others_false: int
    others_honest: int


def ask(
    town: Town, who: str, question: str, k: int = K, weights: Weights = EQUAL
) -> tuple[str, list[str]]:
    """What a resident answers now, and the memories that she read; nothing in the town changes.

    Raises KeyError when nobody has that name.
    """
    stream = town.by_name[who].stream
    read = stream.retrieve(town.speaker, question, town.now, k, weights, touch=False)
    return town.speaker.say([(page(read), question)])[0], [memory.text for memory in read]


def questions(news: News) -> dict[str, str]:
    """The questions about one piece of news, each with its true answer."""
    if not news.place:
        return {s.who_wants(news.what): f"{news.host}."}
    return {
        s.do_you_know(news.what): f"Yes: {news}",
        s.where_is(news.what): f"At the {news.place}.",
        s.when_is(news.what): f"At {news.hour}.",
    }


def interview(town: Town, question: str, answer: str, news: News | None = None) -> list[Answer]:
    """Ask every resident one question, whose true answer is known; without news, nobody can know it."""
    knowing = set(town.log.learnt(news.what)) if news else set()
    found = []
    for one in town.residents:
        said, read = ask(town, one.name, question)
        none = said in (s.NO, s.UNKNOWN)
        found.append(
            Answer(one.name, question, said, read, one.name in knowing, said == answer, none)
        )
    return found


def tally(answers: Sequence[Answer]) -> Tally:
    """Count answers."""
    knew = [answer for answer in answers if answer.knew]
    others = [answer for answer in answers if not answer.knew]
    return Tally(
        sum(a.right for a in knew),
        sum(a.false for a in knew),
        sum(a.none and not a.right for a in knew),
        sum(a.right for a in others),
        sum(a.false for a in others),
        sum(a.none and not a.right for a in others),
    )


def all_interviews(town: Town) -> dict[str, Tally]:
    """Every question about the town's news, and one about something that never happened."""
    found = {}
    for news in town.log.news:
        for question, answer in questions(news).items():
            found[question] = tally(interview(town, question, answer, news))
    never = s.do_you_know(NEVER_HAPPENED)
    found[never] = tally(interview(town, never, s.NO))
    return found
