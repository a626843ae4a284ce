"""What the town's model gets right: its ratings, its reflections, and how well three kinds of vectors find memories."""

import random
from dataclasses import dataclass

from gptlab.agent_town import examples
from gptlab.agent_town import sentences as s
from gptlab.agent_town.interviews import interview
from gptlab.agent_town.residents import Resident
from gptlab.agent_town.speaker import Speaker
from gptlab.agent_town.town import READ_TO_REFLECT, Town
from gptlab.agent_town.vectors import KINDS
from gptlab.experiments.agents import recall

N_RATED = 100


@dataclass(frozen=True)
class Ratings:
    """Ratings of three sorts of memories, and how often news of a sort that was never rated gets more than everyday.

    everyday, taught, untaught  lists of ratings
    above                       share of pairs (untaught news, everyday), ties counted half
    """

    everyday: list[int]
    taught: list[int]
    untaught: list[int]
    above: float


def ratings(speaker: Speaker, seed: int = 0) -> Ratings:
    """Rate memories of everyday life, news of sorts that were rated in training, and news that never were."""
    rng = random.Random(f"gptlab town ratings {seed}")
    everyday = [examples.everyday(rng) for _ in range(N_RATED)]
    news = {True: [], False: []}
    while min(map(len, news.values())) < N_RATED:
        one = examples.random_news(rng)
        news[one.what in examples.NEVER_RATED].append(str(one))
    found = [speaker.rate(texts[:N_RATED]) for texts in (everyday, news[False], news[True])]
    pairs = [(a > b) + (a == b) / 2 for a in found[2] for b in found[0]]
    return Ratings(*found, sum(pairs) / len(pairs))


def reflections(town: Town) -> tuple[int, int]:
    """How many conclusions name one of those who occur most often in what was read, and how many there are."""
    right = total = 0
    for event in town.log.events:
        if event.kind == "reflect":
            total += 1
            right += event.other in most_met(town.by_name[event.who], event.hour)
    return right, total


def most_met(resident: Resident, hour: float) -> set[str]:
    """Who occurs most often in what a resident read when she reflected at this hour."""
    met = [
        memory.text
        for memory in resident.stream.memories
        if memory.hour <= hour and memory.text.startswith(("I saw", "I talked"))
    ][-READ_TO_REFLECT:]
    counts = {name: sum(f" {name} " in text for text in met) for name in s.NAMES}
    return {name for name, n in counts.items() if n == max(counts.values())}


def vector_table(town: Town, k: int = 1) -> dict[str, dict[str, float]]:
    """How often relevance alone finds the right memory, for each kind of vectors."""
    found = {}
    kept = town.speaker
    for kind in KINDS:
        town.speaker = Speaker(kept.assistant, kind)
        hits = recall.hits(town, recall.SCORERS["relevance alone"], k)
        found[kind] = {name: sum(hits[name]) / max(1, len(hits[name])) for name in recall.KINDS[:2]}
    town.speaker = kept
    return found


def versions(town: Town, what: str) -> list[tuple[str, int]]:
    """Each wording in which news about this was told, with how often, the most frequent first."""
    counts: dict[str, int] = {}
    for event in town.log.events:
        if event.kind == "tell" and event.news == what:
            counts[event.text] = counts.get(event.text, 0) + 1
    return sorted(counts.items(), key=lambda pair: -pair[1])


def false_claims(town: Town) -> dict[str, tuple[int, int, int]]:
    """Each event that nobody gives: how many residents claim to know of it, of those with other news in mind and all.

    -> event -> (claims, claims of those who read some news when they answered, residents who read some)
    """
    given = {news.what for news in town.log.news}
    found = {}
    for event in s.EVENTS:
        if event in given:
            continue
        answers = interview(town, s.do_you_know(event), s.NO)
        reading = [any(s.read_news(text) for text in answer.read) for answer in answers]
        claims = [answer.false for answer in answers]
        found[event] = (
            sum(claims),
            sum(claim and read for claim, read in zip(claims, reading)),
            sum(reading),
        )
    return found
