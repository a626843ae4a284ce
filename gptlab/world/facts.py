"""The facts of the little web: countries of the real world and an invented town, in English and Chinese.

Facts about countries are true and listed in `data/countries.tsv`; the town is drawn from the world's seed, so that
no model anywhere can know it. Each fact has a popularity: the weight with which pages speak of it. Facts are ranked
by their subject's fame and by chance, and the weight falls with the rank as Zipf and Mandelbrot found it to,
down to facts that a small corpus states once or twice:

    fame   = exp(z) / (n + 5),  z ~ N(0, 1)             n: the subject's place in its list, from 1
    weight = exp(−(r / 480)⁴) / (r + 100)               r: the fact's rank in fame, from 1
"""

import csv
import math
import random
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from gptlab.world import town_names

LANGUAGES = ("en", "zh")
COUNTRY_RELATIONS = ("capital", "continent", "mountain", "water", "currency", "language")
TOWN_RELATIONS = ("home", "job", "pet", "friend")
NO_CAPITAL = (
    "Taiwan",
    "Puerto Rico",
)  # left out: whether it is a capital is disputed, or no state's
ALSO_RIGHT = {  # answers that are right too, in English: nobody offers them as wrong ones (data/README.md)
    "continent": {
        "Russia": ("Asia",),
        "Turkey": ("Europe",),
        "Egypt": ("Asia",),
        "Indonesia": ("Oceania",),
        "Kazakhstan": ("Europe",),
    },
    "language": {
        "Canada": ("French",),
        "India": ("English",),
        "Singapore": ("Malay", "Chinese"),
        "Switzerland": ("French", "Italian"),
        "Finland": ("Swedish",),
        "the Philippines": ("English",),
        "Kenya": ("English",),
        "Kazakhstan": ("Russian",),
        "Kyrgyzstan": ("Russian",),
        "Tajikistan": ("Russian",),
        "Morocco": ("French",),
        "Algeria": ("French",),
        "Tunisia": ("French",),
        "Lebanon": ("French",),
        "Madagascar": ("French",),
        "the Democratic Republic of the Congo": ("Swahili",),
        "Cameroon": ("English",),
        "Rwanda": ("English", "French", "Swahili"),
        "Burundi": ("English", "French", "Swahili"),
        "Uganda": ("Swahili",),
        "Tanzania": ("English",),
        "Sudan": ("English",),
        "Lesotho": ("English",),
        "Puerto Rico": ("English",),
        "Haiti": ("French",),
        "Vanuatu": ("English", "French"),
        "Papua New Guinea": ("English",),
        "Brunei": ("English",),
        "North Macedonia": ("Albanian",),
    },
}
COUNTRIES = Path(__file__).parent / "data" / "countries.tsv"


@dataclass(frozen=True)
class Name:
    """One thing in both languages."""

    en: str
    zh: str

    def __getitem__(self, lang: str) -> str:
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True)
class Subject:
    """A country or a person of the town: kind is "country" or "person", rank its place in popularity from 1."""

    name: Name
    kind: str
    rank: int


@dataclass(frozen=True)
class Fact:
    """One true statement: `relation` of `subject` is `answer`.

    relation  capital, continent, mountain, river, lake, currency, language; home, job, pet, friend
    weight    relative frequency on the web
    held_out  True: no page of the web states it
    index     its place in the world's facts, 0 for the most popular
    """

    subject: Subject
    relation: str
    answer: Name
    weight: float
    held_out: bool = False
    index: int = 0


class Facts:
    """All facts of one world. `Facts(seed)` is deterministic.

    subjects  countries by rank, then the people of the town
    facts     every fact, the most popular first
    """

    def __init__(self, seed: int = 0, held_out: float = 0.05):
        rng = random.Random(f"gptlab facts {seed}")
        countries = _countries(rng)
        people = _people(rng)
        ranked = sorted(countries + people, key=lambda f: -f.weight)
        everything = [replace(f, weight=popularity(rank)) for rank, f in enumerate(ranked, start=1)]
        # held-out facts come from the less popular half: everybody speaks of the others
        tail = everything[len(everything) // 2 :]
        hidden = {id(f) for f in rng.sample(tail, round(held_out * len(everything)))}
        self.facts = [
            replace(f, held_out=id(f) in hidden, index=i) for i, f in enumerate(everything)
        ]
        self.subjects = list(dict.fromkeys(f.subject for f in countries + people))

    @cached_property
    def known(self) -> list[Fact]:
        """Facts that pages may state, the most popular first."""
        return [f for f in self.facts if not f.held_out]

    @cached_property
    def about(self) -> dict[Subject, list[Fact]]:
        """Known facts by subject."""
        table: dict[Subject, list[Fact]] = {}
        for fact in self.known:
            table.setdefault(fact.subject, []).append(fact)
        return table

    @cached_property
    def answers(self) -> dict[str, list[Name]]:
        """The different answers to each relation, in a fixed order."""
        table: dict[str, dict[Name, None]] = {}
        for fact in self.facts:
            table.setdefault(fact.relation, {})[fact.answer] = None
        return {relation: list(names) for relation, names in table.items()}

    def also_right(self, fact: Fact) -> list[Name]:
        """Other answers that nobody could call wrong; [] for nearly every fact."""
        names = ALSO_RIGHT.get(fact.relation, {}).get(fact.subject.name.en, ())
        return [answer for answer in self.answers[fact.relation] if answer.en in names]

    def find(self, subject: str, relation: str) -> Fact:
        """The fact about a subject given by its English or Chinese name.

        Raises KeyError when there is none.
        """
        for fact in self.facts:
            name = fact.subject.name
            if fact.relation == relation and subject in (name.en, name.zh):
                return fact
        raise KeyError(f"no fact {relation!r} about {subject!r}")


def popularity(rank: int) -> float:
    """The weight of the fact of this rank, from 1."""
    return math.exp(-((rank / 480) ** 4)) / (rank + 100)


def _countries(rng: random.Random) -> list[Fact]:
    with COUNTRIES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    facts = []
    for rank, row in enumerate(rows, start=1):
        subject = Subject(Name(row["en"], row["zh"]), "country", rank)
        for relation in COUNTRY_RELATIONS:
            article = "the " if relation == "currency" else ""
            name = Name(article + row[f"{relation}_en"], row[f"{relation}_zh"])
            kind = row["water_kind"] if relation == "water" else relation
            # drawn for every cell, so that no weight depends on which are left out
            weight = _fame(rank, rng)
            if relation != "capital" or subject.name.en not in NO_CAPITAL:
                facts.append(Fact(subject, kind, name, weight))
    return facts


def _people(rng: random.Random) -> list[Fact]:
    names = [Name(*pair) for pair in town_names.PEOPLE]
    things = {"home": town_names.STREETS, "job": town_names.JOBS, "pet": town_names.PETS}
    given = {
        relation: [Name(*pair) for pair in rng.sample(pairs, len(names))]
        for relation, pairs in things.items()
    }
    # in a circle each has the next one as best friend, so nobody is their own
    circle = rng.sample(names, len(names))
    given["friend"] = [circle[(circle.index(name) + 1) % len(circle)] for name in names]
    facts = []
    for rank, name in enumerate(names, start=1):
        subject = Subject(name, "person", rank)
        facts += [Fact(subject, r, given[r][rank - 1], _fame(rank, rng)) for r in TOWN_RELATIONS]
    return facts


def _fame(rank: int, rng: random.Random) -> float:
    return math.exp(rng.gauss(0.0, 1.0)) / (rank + 5)
