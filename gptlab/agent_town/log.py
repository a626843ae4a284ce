"""What happened in the town: every event with its time, as data that a file can hold, and what follows from it.

An event is one of

    move     who comes to a place
    talk     two residents at a place
    tell     who says what to whom; `news` names what it is about, `true` whether it was said rightly
    reflect  who concludes what
    plan     who means to go where to the event
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

from gptlab.agent_town.sentences import News
from gptlab.blanks.files import write_atomically

HOURS_A_DAY = 24


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    hour   in hours since the first midnight
    kind   "move", "talk", "tell", "reflect" or "plan"
    who    whose doing it was
    place  where
    other  the second resident of a talk or a telling, else ""
    text   what was said, concluded or planned
    news   what the news is about, such as "party", else ""
    true   whether news was said as it is
    """

    hour: float
    kind: str
    who: str
    place: str
    other: str = ""
    text: str = ""
    news: str = ""
    true: bool = False


class Learnt(NamedTuple):
    """How a resident came to know a piece of news: hour, teller ("" for the one who began), place."""

    hour: float
    teller: str
    place: str


@dataclass
class TownLog:
    """All events of a simulation.

    seed, days  of the simulation
    news        what was given to one resident each at the beginning
    homes       resident -> street
    positions   at each step, resident -> place
    hours       of the steps
    memories    resident -> her memories at the end: hour, text, importance, hour of the last use
    n_calls     different things that the model was asked
    """

    seed: int
    days: int
    news: list[News]
    homes: dict[str, str]
    events: list[Event] = field(default_factory=list)
    positions: list[dict[str, str]] = field(default_factory=list)
    hours: list[float] = field(default_factory=list)
    memories: dict[str, list[tuple[float, str, int, float]]] = field(default_factory=dict)
    n_calls: int = 0

    def learnt(self, what: str) -> dict[str, Learnt]:
        """Who came to know news as it is, by whom and when, in the order in which they did."""
        news = next(one for one in self.news if one.what == what)
        found = {news.host: Learnt(0.0, "", "")}
        for event in self.events:
            if event.kind == "tell" and event.news == what and event.true:
                found.setdefault(event.other, Learnt(event.hour, event.who, event.place))
        return found

    def distorted(self, what: str) -> list[Event]:
        """Tellings in which news about this was said wrongly."""
        return [e for e in self.events if e.kind == "tell" and e.news == what and not e.true]

    def share_knowing(self, what: str) -> list[float]:
        """The share of residents who know news as it is, after each step."""
        times = [learnt.hour for learnt in self.learnt(what).values()]
        return [sum(t <= hour for t in times) / len(self.homes) for hour in self.hours]

    def to_json(self) -> str:
        """Everything as one JSON text, the same for the same town."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=None, sort_keys=True)

    def save(self, file: str | Path) -> None:
        """Write the JSON text; a file that is there is replaced as a whole."""
        write_atomically(file, self.to_json() + "\n")


def clock(hour: float) -> str:
    """A time as people write it, "day 2, 19:30"."""
    day, rest = divmod(hour, HOURS_A_DAY)
    return f"day {int(day) + 1}, {int(rest):02}:{round(60 * (rest % 1)):02}"
