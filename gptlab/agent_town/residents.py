"""The 25 residents, as the little web knows them, and the plan of their day, which is drawn by rules."""

import random
from dataclasses import dataclass, field

from gptlab.agent_town.memory import Stream
from gptlab.agent_town.places import LEISURE, LUNCH, WORKPLACES
from gptlab.world.facts import Facts

HOME = "home"
STEP = 0.5  # hours
WAKES, SLEEPS = 7.0, 22.0
STEPS_A_DAY = round((SLEEPS - WAKES) / STEP)


@dataclass
class Resident:
    """One person of the town.

    home, job, workplace, friend  as the little web says
    favourites                    two places where she spends her evenings
    stream                        what she remembers
    plan                          where she means to be at each step of today
    reflected                     how many reflections she has made
    """

    name: str
    home: str
    job: str
    workplace: str
    friend: str
    favourites: tuple[str, str] = ("park", "square")
    stream: Stream = field(default_factory=Stream)
    plan: list[str] = field(default_factory=list)
    reflected: int = 0


def residents(rng: random.Random) -> list[Resident]:
    """All 25, in the order of the little web."""
    facts = Facts(0)
    found = []
    for subject in facts.subjects:
        if subject.kind == "person":
            name = subject.name.en
            home, job, friend = (facts.find(name, r).answer.en for r in ("home", "job", "friend"))
            one, two = rng.sample(LEISURE, 2)
            found.append(Resident(name, home, job, WORKPLACES[job], friend, (one, two)))
    return found


def plan_day(resident: Resident, rng: random.Random) -> list[str]:
    """Where a resident means to be at each step of a day: home, work, lunch, work, two evenings out, home."""
    begins = rng.choice((8.0, 8.5, 9.0))
    lunch, ends = rng.choice((12.0, 12.5)), rng.choice((16.0, 16.5, 17.0))
    early, late = ends + rng.choice((1.5, 2.0)), rng.choice((20.0, 20.5, 21.0))
    first = rng.choice(resident.favourites)
    second = rng.choice((*resident.favourites, "inn", "theatre", HOME))
    day = [
        (begins, HOME),
        (lunch, resident.workplace),
        (lunch + 1, rng.choice(LUNCH)),
        (ends, resident.workplace),
        (early, first),
        (late, second),
        (SLEEPS, HOME),
    ]
    return [
        next(place for until, place in day if WAKES + step * STEP < until)
        for step in range(STEPS_A_DAY)
    ]
