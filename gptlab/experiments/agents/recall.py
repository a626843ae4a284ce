"""How often the right memory is among those that come to mind, when only one of the three scores counts, or all.

In a town that has run, three kinds of question have a right memory that the log knows:

    a direct question   Where is the party?            any memory of that news
    a last sight        Where did you see Ben?         the latest meeting with Ben, who was met at several places
    an open question    What is new?                   any memory of news
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gptlab import agents
from gptlab.agent_town import sentences as s
from gptlab.agent_town.memory import RATE, Memory, Stream
from gptlab.agent_town.residents import Resident
from gptlab.agent_town.town import Town

KINDS = ("direct question", "last sight", "open question")
CODE_RATE = 0.99  # of Park et al.'s released code
CODE_WEIGHTS = (0.5, 2.0, 3.0)  # recency, importance, relevance, in that code

Scorer = Callable[[Tensor, Tensor, Tensor], Tensor]  # hours, importance, relevance -> (N) float


@dataclass(frozen=True)
class Asked:
    """One question to one resident, and the places of the memories that answer it."""

    kind: str
    who: str
    question: str
    right: frozenset[int]


def weighed(recency: float, importance: float, relevance: float, rate: float = RATE) -> Scorer:
    """The paper's score with these weights."""

    def score(hours: Tensor, weight: Tensor, similar: Tensor) -> Tensor:
        parts = (agents.recency_decay(hours, rate), weight, similar)
        return agents.retrieval_score(*parts, (recency, importance, relevance))

    return score


def by_rank(oldest_first: bool, weights: tuple[float, float, float] = CODE_WEIGHTS) -> Scorer:
    """The released code's score: recency is 0.99 to the power of a memory's rank by its last use.

    That code sorts by last use, the oldest first, and gives rank 1 to the first. With oldest_first=False it is
    turned round, as the paper describes it.
    """

    def score(hours: Tensor, weight: Tensor, similar: Tensor) -> Tensor:
        order = torch.argsort(hours, descending=oldest_first, stable=True)
        rank = torch.empty_like(hours)
        rank[order] = torch.arange(1.0, len(hours) + 1)
        return agents.retrieval_score(CODE_RATE**rank, weight, similar, weights)

    return score


SCORERS: dict[str, Scorer] = {
    "recency alone": weighed(1, 0, 0),
    "importance alone": weighed(0, 1, 0),
    "relevance alone": weighed(0, 0, 1),
    "all three, weights 1": weighed(1, 1, 1),
    "released code": by_rank(oldest_first=True),
    "released code, newest first": by_rank(oldest_first=False),
    "weights 0.5, 2, 3": weighed(*CODE_WEIGHTS),
}


def asked(town: Town) -> Iterator[Asked]:
    """All questions that have a right memory."""
    for one in town.residents:
        memories = one.stream.memories
        yield from _about_news(town, one, memories)
        yield from _last_sights(one, memories)


def _about_news(town: Town, one: Resident, memories: list[Memory]) -> Iterator[Asked]:
    news_at: dict[str, set[int]] = {}
    for place, memory in enumerate(memories):
        told = s.told(memory.text)[1]
        for news in town.log.news:
            if told == str(news):
                news_at.setdefault(news.what, set()).add(place)
    for news in town.log.news:
        if news.what in news_at:
            question = s.where_is(news.what) if news.place else s.who_wants(news.what)
            yield Asked(KINDS[0], one.name, question, frozenset(news_at[news.what]))
    if news_at:
        right = frozenset().union(*news_at.values())
        yield Asked(KINDS[2], one.name, s.WHAT_IS_NEW, right)


def _last_sights(one: Resident, memories: list[Memory]) -> Iterator[Asked]:
    met: dict[str, list[int]] = {}
    for place, memory in enumerate(memories):
        words = memory.text.rstrip(".").split()
        if memory.text.startswith(("I saw", "I talked with")):
            met.setdefault(words[-4], []).append(place)
    for name, places in met.items():
        spots = {memories[place].text.split()[-1] for place in places}
        last = memories[places[-1]]
        if len(spots) > 1:
            right = {place for place in places if memories[place].hour == last.hour}
            yield Asked(KINDS[1], one.name, s.where_seen(name), frozenset(right))


def hits(town: Town, scorer: Scorer, k: int = 4, fresh: bool = True) -> dict[str, list[bool]]:
    """For each kind of question, whether a right memory is among the k best.

    fresh  count hours since a memory was made, as if none had been used again
    """
    found: dict[str, list[bool]] = {kind: [] for kind in KINDS}
    for one in asked(town):
        stream = town.by_name[one.who].stream
        hours = _ages(stream, town.now) if fresh else stream.hours(town.now)
        query = town.speaker.vectors.of([one.question])[0]
        similar = agents.cosine_similarity(query, stream.keys(town.speaker))
        scores = scorer(hours, stream.importance(), similar)
        best = torch.argsort(scores, descending=True, stable=True)[:k].tolist()
        found[one.kind].append(bool(one.right & set(best)))
    return found


def _ages(stream: Stream, now: float) -> Tensor:
    return torch.tensor([now - memory.hour for memory in stream.memories])


def table(towns: Sequence[Town], k: int = 4) -> dict[str, dict[str, float]]:
    """For each scorer, the share of questions of each kind whose right memory comes to mind, over several towns."""
    found = {}
    for name, scorer in SCORERS.items():
        all_hits: dict[str, list[bool]] = {kind: [] for kind in KINDS}
        for town in towns:
            for kind, values in hits(town, scorer, k).items():
                all_hits[kind] += values
        found[name] = {kind: sum(v) / max(1, len(v)) for kind, v in all_hits.items()}
    return found


def counts(towns: Sequence[Town]) -> dict[str, int]:
    """How many questions of each kind have a right memory."""
    kinds = [one.kind for town in towns for one in asked(town)]
    return {kind: kinds.count(kind) for kind in KINDS}
