"""A resident's memory stream, and how memories are chosen from it: by the functions of `gptlab.agents`."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from gptlab import agents
from gptlab.agent_town.speaker import Speaker

K = 4  # memories that are read at once
RATE = 0.995  # what is left of recency after an hour: Park et al. 2023, section 4.1
EQUAL = (1.0, 1.0, 1.0)
Weights = tuple[float, float, float]  # of recency, importance, relevance


@dataclass
class Memory:
    """One sentence that a resident remembers.

    hour        when it was made, in hours since the first midnight
    last_used   when it was made or chosen last
    importance  1 to 10
    """

    hour: float
    text: str
    importance: int
    last_used: float


@dataclass(frozen=True)
class Scores:
    """The three parts of each memory's score, before scaling, and their weighed sum; each (N) float."""

    recency: Tensor
    importance: Tensor
    relevance: Tensor
    total: Tensor

    def best(self, k: int = K) -> list[int]:
        """The places of the k best totals; of equal ones the earlier memory comes first."""
        return torch.argsort(self.total, descending=True, stable=True)[:k].tolist()


@dataclass
class Stream:
    """Everything that one resident remembers, in the order in which it came."""

    memories: list[Memory] = field(default_factory=list)

    def add(self, hour: float, text: str, importance: int) -> Memory:
        """Remember one more sentence."""
        self.memories.append(Memory(hour, text, importance, hour))
        return self.memories[-1]

    def hours(self, now: float) -> Tensor:
        """How long each memory was not used; (N) float."""
        return torch.tensor([now - memory.last_used for memory in self.memories])

    def importance(self) -> Tensor:
        """How important each memory is; (N) float."""
        return torch.tensor([float(memory.importance) for memory in self.memories])

    def keys(self, speaker: Speaker) -> Tensor:
        """A vector for each memory; (N, C) float."""
        return speaker.vectors.of([memory.text for memory in self.memories])

    def scores(
        self,
        speaker: Speaker,
        query: str,
        now: float,
        weights: Weights = EQUAL,
        rate: float = RATE,
    ) -> Scores:
        """What `agents.retrieve` works out on its way, with other weights if one likes."""
        recency = agents.recency_decay(self.hours(now), rate)
        relevance = agents.cosine_similarity(speaker.vectors.of([query])[0], self.keys(speaker))
        importance = self.importance()
        total = agents.retrieval_score(recency, importance, relevance, weights)
        return Scores(recency, importance, relevance, total)

    def retrieve(
        self,
        speaker: Speaker,
        query: str,
        now: float,
        k: int = K,
        weights: Weights = EQUAL,
        touch: bool = True,
    ) -> list[Memory]:
        """The k memories with the best scores, the best first; with `touch`, they count as used now."""
        if not self.memories:
            return []
        if weights == EQUAL:
            places = agents.retrieve(
                self.hours(now),
                self.importance(),
                speaker.vectors.of([query])[0],
                self.keys(speaker),
                k,
                RATE,
            )
        else:
            places = self.scores(speaker, query, now, weights).best(k)
        found = [self.memories[place] for place in places]
        if touch:
            for memory in found:
                memory.last_used = now
        return found


def page(memories: Sequence[Memory]) -> str:
    """Memories as the model reads them, one a line."""
    return "\n".join(memory.text for memory in memories)
