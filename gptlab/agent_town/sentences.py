"""The English of the town: what its residents write into their memories, what they ask, and the true answers.

A memory is one sentence. News says what somebody gives, where and when, or what somebody wants to be:

    Rosa gives a party at the library at six.        Umar wants to be mayor.
    Ben told me: Rosa gives a party at the library at six.
"""

import re
from dataclasses import dataclass

from gptlab.world.town_names import PEOPLE

NAMES = tuple(english for english, _ in PEOPLE)
PLACES = (
    "bakery",
    "school",
    "hospital",
    "church",
    "library",
    "park",
    "square",
    "station",
    "inn",
    "market",
    "harbour",
    "theatre",
    "farm",
    "court",
)
HOURS = ("two", "three", "four", "five", "six", "seven", "eight", "nine")
ON_THE_CLOCK = dict(zip(HOURS, range(14, 22)))  # events are in the afternoon and the evening
EVENTS = (
    "party",
    "concert",
    "wedding",
    "race",
    "dance",
    "play",
    "fair",
    "dinner",
    "game",
    "feast",
    "lesson",
    "show",
)
OFFICES = ("mayor", "judge", "king", "captain", "teacher", "doctor")

NO_NEWS = "Nothing new."
UNKNOWN = "I do not know."
NO = "No."

TOLD = re.compile(r"^(\w+) told me: (.*)$")
GIVES = re.compile(r"^(\w+) gives an? (\w+) at the (\w+) at (\w+)\.$")
WANTS = re.compile(r"^(\w+) wants to be (\w+)\.$")


@dataclass(frozen=True)
class News:
    """One piece of news: an event with place and hour, or, without these, an office that somebody wants.

    host   who gives the event, or wants the office
    what   the event or the office
    place  "" for an office
    hour   "" for an office
    """

    host: str
    what: str
    place: str = ""
    hour: str = ""

    @property
    def clock(self) -> str:
        """Its hour on a clock, "19:00"; "" for an office."""
        return f"{ON_THE_CLOCK[self.hour]}:00" if self.hour else ""

    def __str__(self) -> str:
        if not self.place:
            return f"{self.host} wants to be {self.what}."
        return f"{self.host} gives a {self.what} at the {self.place} at {self.hour}."


def read_news(sentence: str) -> News | None:
    """The news that a sentence states, whoever told it; None for any other sentence."""
    sentence = told(sentence)[1]
    if found := GIVES.match(sentence):
        return News(*found.groups())
    if found := WANTS.match(sentence):
        return News(*found.groups())
    return None


def told(memory: str) -> tuple[str | None, str]:
    """Who told what a memory holds, and what was told; (None, the memory) where nobody did."""
    found = TOLD.match(memory)
    return (found[1], found[2]) if found else (None, memory)


def heard(teller: str, sentence: str) -> str:
    """The memory of having been told a sentence."""
    return f"{teller} told me: {sentence}"


def saw(name: str, place: str) -> str:
    """The memory of having seen somebody."""
    return f"I saw {name} at the {place}."


def talked(name: str, place: str) -> str:
    """The memory of a conversation."""
    return f"I talked with {name} at the {place}."


def thought(name: str) -> str:
    """The memory of a reflection: who is met most."""
    return f"I often meet {name}."


def own_act(act: str, place: str) -> str:
    """The memory of what one did oneself: act is "worked", "ate" or "was"."""
    return f"I {act} at the {place}."


RESTED = "I rested at home."

WHAT_IS_NEW = "What is new?"
WHOM_MOST = "Whom did you meet most?"
RATE = "How important is this? "


def where_is(event: str) -> str:
    """The question for the place of an event."""
    return f"Where is the {event}?"


def when_is(event: str) -> str:
    """The question for its hour."""
    return f"When is the {event}?"


def who_gives(event: str) -> str:
    """The question for its host."""
    return f"Who gives the {event}?"


def do_you_know(event: str) -> str:
    """The question whether one knows of an event."""
    return f"Do you know about the {event}?"


def who_wants(office: str) -> str:
    """The question for who wants an office."""
    return f"Who wants to be {office}?"


def who_told(event: str) -> str:
    """The question for who told of an event."""
    return f"Who told you about the {event}?"


def where_seen(name: str) -> str:
    """The question for where somebody was seen last."""
    return f"Where did you see {name}?"
