"""The simulation: residents follow their plans, see each other, talk, remember, reflect, and go to the event.

Rules decide who is where and who talks with whom, drawn from the seed. The model says what is said, rates what
is remembered, and answers where an event is. The same seed gives the same log.
"""

import random

from gptlab import agents
from gptlab.agent_town import sentences as s
from gptlab.agent_town.log import HOURS_A_DAY, Event, TownLog
from gptlab.agent_town.memory import EQUAL, Weights, page
from gptlab.agent_town.residents import (
    HOME,
    STEP,
    STEPS_A_DAY,
    WAKES,
    Resident,
    plan_day,
    residents,
)
from gptlab.agent_town.sentences import News
from gptlab.agent_town.speaker import Speaker, town_model

TALK = 0.35  # the chance that two who meet by chance talk, in half an hour
FRIENDS_TALK = 0.8
SEEN_AT_ONCE = 3  # people whom one notices in half an hour
SEEN_AGAIN = 2.0  # hours before the same sight is noticed again
DECIDES = 17.0  # when one thinks of the evening, on the day of the event
EVENT = ("party", "library", "seven")
OFFICE = "mayor"
READ_TO_REFLECT = 5
LEAVES_AFTER = 2.0  # hours that a guest stays


class Town:
    """A town at one moment. `step` goes on by half an hour; `run` to the end.

    seed     of plans, meetings and of whom the news is given to
    days     how long it goes on; the event is in the evening of the last day
    weights  of recency, importance and relevance when residents think of what is new
    """

    def __init__(
        self,
        seed: int = 0,
        days: int = 2,
        weights: Weights = EQUAL,
        speaker: Speaker | None = None,
    ):
        if days < 1:
            raise ValueError(f"{days} days are too few: give at least 1")
        self.rng = random.Random(f"gptlab town {seed}")
        self.speaker = speaker or Speaker(town_model())
        self.weights = weights
        self.days = days
        self.residents = residents(self.rng)
        self.by_name = {one.name: one for one in self.residents}
        host, candidate = self.rng.sample(self.residents, 2)
        news = [News(host.name, *EVENT), News(candidate.name, OFFICE)]
        self.log = TownLog(seed, days, news, {one.name: one.home for one in self.residents})
        self.where: dict[str, str] = {}
        self.noticed: dict[tuple[str, str, str], float] = {}
        for one, told in zip((host, candidate), news):
            self._remember(0.0, [(one, str(told))])

    @property
    def n_steps(self) -> int:
        """Half hours of the whole simulation."""
        return self.days * STEPS_A_DAY

    @property
    def now(self) -> float:
        """The hour of the last step, or the first midnight."""
        return self.log.hours[-1] if self.log.hours else 0.0

    def run(self, report=None) -> TownLog:
        """Go on to the end; report(hour) is called after each step."""
        while len(self.log.hours) < self.n_steps:
            self.step()
            if report is not None:
                report(self.log.hours[-1])
        self.log.n_calls = self.speaker.n_calls
        self.log.memories = {
            one.name: [(m.hour, m.text, m.importance, m.last_used) for m in one.stream.memories]
            for one in self.residents
        }
        return self.log

    def step(self) -> None:
        """Half an hour: move, see, talk, reflect."""
        day, step = divmod(len(self.log.hours), STEPS_A_DAY)
        now = day * HOURS_A_DAY + WAKES + step * STEP
        if step == 0:
            for one in self.residents:
                one.plan = plan_day(one, self.rng)
        if day == self.days - 1 and now % HOURS_A_DAY == DECIDES:
            self._decide(now)
        self._move(now, step)
        self._see(now)
        self._talk(now)
        self._reflect(now)
        self.log.hours.append(now)
        self.log.positions.append(dict(self.where))

    def _move(self, now: float, step: int) -> None:
        for one in self.residents:
            place = one.plan[step]
            if self.where.get(one.name) == place:
                continue
            self.where[one.name] = place
            self.log.events.append(Event(now, "move", one.name, place))
            if place == one.workplace:
                self._remember(now, [(one, s.own_act("worked", place))])
            elif place == HOME:
                self._remember(now, [(one, s.RESTED)])
            else:
                act = "ate" if 12 <= now % HOURS_A_DAY < 14 else "was"
                self._remember(now, [(one, s.own_act(act, place))])

    def _present(self) -> dict[str, list[Resident]]:
        """Who is at each place but their own homes."""
        found: dict[str, list[Resident]] = {place: [] for place in s.PLACES}
        for one in self.residents:
            if self.where[one.name] != HOME:
                found[self.where[one.name]].append(one)
        return found

    def _see(self, now: float) -> None:
        seen = []
        for place, present in self._present().items():
            for one in present:
                others = [other for other in present if other is not one]
                for other in self.rng.sample(others, min(SEEN_AT_ONCE, len(others))):
                    key = (one.name, other.name, place)
                    if now - self.noticed.get(key, -SEEN_AGAIN) >= SEEN_AGAIN:
                        self.noticed[key] = now
                        seen.append((one, s.saw(other.name, place)))
        self._remember(now, seen)

    def _pairs(self) -> list[tuple[Resident, Resident, str]]:
        """Who talks with whom: those at a place are paired at random, and some pairs talk."""
        pairs = []
        for place, present in self._present().items():
            order = self.rng.sample(present, len(present))
            for one, other in zip(order[::2], order[1::2]):
                friends = one.friend == other.name or other.friend == one.name
                if self.rng.random() < (FRIENDS_TALK if friends else TALK):
                    pairs.append((one, other, place))
        return pairs

    def _talk(self, now: float) -> None:
        """Each of a pair is asked what is new, and answers from what comes to mind; the other remembers it."""
        pairs = self._pairs()
        both = [
            (a, b, place) for one, other, place in pairs for a, b in ((one, other), (other, one))
        ]
        asked = []
        for teller, _, _ in both:
            read = teller.stream.retrieve(self.speaker, s.WHAT_IS_NEW, now, weights=self.weights)
            asked.append((page(read), s.WHAT_IS_NEW))
        for one, other, place in pairs:
            self.log.events.append(Event(now, "talk", one.name, place, other.name))
        for (teller, hearer, place), said in zip(both, self.speaker.say(asked)):
            self._tell(now, teller, hearer, place, said)
        self._remember(now, [(a, s.talked(b.name, place)) for a, b, place in both])

    def _tell(self, now: float, teller: Resident, hearer: Resident, place: str, said: str) -> None:
        if said == s.NO_NEWS:
            return
        stated = s.read_news(said)
        about = stated.what if stated else ""
        true = any(str(news) == said for news in self.log.news)
        self.log.events.append(
            Event(now, "tell", teller.name, place, hearer.name, said, about, true)
        )
        for memory in hearer.stream.memories:
            if s.told(memory.text)[1] == said:
                memory.last_used = now
                return
        self._remember(now, [(hearer, s.heard(teller.name, said))])

    def _reflect(self, now: float) -> None:
        due, asked = [], []
        for one in self.residents:
            stream = one.stream.memories
            points = agents.reflection_points([m.importance for m in stream])
            if len(points) > one.reflected:
                one.reflected = len(points)
                met = [m.text for m in stream if m.text.startswith(("I saw", "I talked"))]
                due.append(one)
                asked.append(("\n".join(met[-READ_TO_REFLECT:]), s.WHOM_MOST))
        for one, said in zip(due, self.speaker.say(asked)):
            name = said.rstrip(".")
            if name in self.by_name:
                self.log.events.append(
                    Event(now, "reflect", one.name, self.where[one.name], name, s.thought(name))
                )
                self._remember(now, [(one, s.thought(name))])

    def _decide(self, now: float) -> None:
        """Everyone thinks of the event: who can say where and when it is plans to go there, right or wrong."""
        what = EVENT[0]
        questions = (s.where_is(what), s.when_is(what))
        asked = [
            (page(one.stream.retrieve(self.speaker, question, now)), question)
            for one in self.residents
            for question in questions
        ]
        said = self.speaker.say(asked)
        for i, one in enumerate(self.residents):
            place = said[2 * i].removeprefix("At the ").rstrip(".")
            hour = s.ON_THE_CLOCK.get(said[2 * i + 1].removeprefix("At ").rstrip("."))
            if place in s.PLACES and hour is not None:
                first = round((hour - WAKES) / STEP)
                last = min(first + round(LEAVES_AFTER / STEP), STEPS_A_DAY)
                one.plan[first:last] = [place] * (last - first)
                told = f"{what}: {place}, {hour}:00"
                self.log.events.append(Event(now, "plan", one.name, place, text=told))

    def _remember(self, now: float, new: list[tuple[Resident, str]]) -> None:
        """Each of these residents remembers a sentence, with the importance that the model gives it."""
        for (one, text), importance in zip(new, self.speaker.rate([text for _, text in new])):
            one.stream.add(now, text, importance)


def run_town(seed: int = 0, days: int = 2, speaker: Speaker | None = None) -> Town:
    """A town that has lived through its days."""
    town = Town(seed, days, speaker=speaker)
    town.run()
    return town
