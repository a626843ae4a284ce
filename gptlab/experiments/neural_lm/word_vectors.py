"""Word vectors while they are learnt: an embedding at several steps of training, and how its words sort by kind."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab.world.web import Web

MOST = 20  # words of one kind that take part
N_NEAREST = 5


@dataclass(frozen=True)
class VectorHistory:
    """The same embedding at several steps of training.

    steps    how many steps of training each frame has seen
    frames   (N, V, C)
    words    the vocabulary
    kinds    the words that take part, by kind
    """

    steps: tuple[int, ...]
    frames: Tensor
    words: tuple[str, ...]
    kinds: dict[str, tuple[str, ...]]

    @property
    def labelled_words(self) -> list[tuple[str, str]]:
        """Every word that takes part, with its kind."""
        return [(word, kind) for kind, words in self.kinds.items() for word in words]

    def rows(self, frame: int) -> Tensor:
        """The vectors of the words that take part; (N, C)."""
        number = {word: i for i, word in enumerate(self.words)}
        return self.frames[frame, [number[word] for word, _ in self.labelled_words]]

    def projected(self) -> Tensor:
        """All frames on the two directions in which the last frame's words differ most; (N, W, 2).

        These are its first two principal components (PCA)                              Pearson 1901
        """
        last = self.rows(-1)
        mean = last.mean(0)
        directions = torch.linalg.svd(last - mean, full_matrices=False).Vh[:2]  # (2, C)
        frames = range(len(self.frames))
        return torch.stack([(self.rows(i) - mean) @ directions.T for i in frames])

    def nearest(self, word: str, frame: int, n: int = N_NEAREST) -> list[str]:
        """The words whose vectors point most nearly in the same direction, of the whole vocabulary."""
        table = self.frames[frame]
        cosines = F.cosine_similarity(table, table[self.words.index(word)][None], dim=1)
        order = cosines.argsort(descending=True).tolist()
        return [self.words[i] for i in order if self.words[i] != word][:n]

    def same_kind_share(self, frame: int) -> float:
        """Of the words that take part: how many have one of their own kind as their nearest, among them all."""
        same = [own == other for own, other in self._kinds_beside(frame)]
        return sum(same) / len(same)

    def share_of(self, kind: str, frame: int) -> float:
        """The same for the words of one kind."""
        others = [other for own, other in self._kinds_beside(frame) if own == kind]
        return others.count(kind) / len(others)

    def _kinds_beside(self, frame: int) -> list[tuple[str, str]]:
        """For each word that takes part its kind, and the kind of its nearest."""
        rows = F.normalize(self.rows(frame), dim=1)
        cosines = rows @ rows.T
        cosines.fill_diagonal_(-2)
        kinds = [kind for _, kind in self.labelled_words]
        return [(kinds[i], kinds[j]) for i, j in enumerate(cosines.argmax(1).tolist())]

    def chance_share(self) -> float:
        """What `same_kind_share` would be if vectors meant nothing."""
        sizes = [len(words) for words in self.kinds.values()]
        return sum(n * (n - 1) for n in sizes) / (sum(sizes) * (sum(sizes) - 1))


def vector_history(
    kept: Sequence[tuple[int, Tensor]], words: Sequence[str], kinds: dict[str, tuple[str, ...]]
) -> VectorHistory:
    """The history of an embedding from what was kept while training: (steps, embedding) pairs."""
    steps = tuple(step for step, _ in kept)
    frames = torch.stack([embedding.detach().float() for _, embedding in kept])
    return VectorHistory(steps, frames, tuple(words), kinds)


def word_kinds(web: Web, words: Sequence[str], count: dict[str, int]) -> dict[str, tuple[str, ...]]:
    """The most frequent people, countries, languages … of a vocabulary, of names that are one word, each word once."""
    facts = web.facts
    names: dict[str, list[str]] = {}
    for kind, subject in (("people", "person"), ("countries", "country")):
        names[kind] = [s.name.en for s in facts.subjects if s.kind == subject]
    for relation in ("capital", "language"):
        names[f"{relation}s"] = [answer.en for answer in facts.answers[relation]]
    taken: set[str] = set()
    kinds: dict[str, tuple[str, ...]] = {}
    for kind, every in names.items():
        known = {name for name in every if name in words} - taken
        mine = sorted(known, key=lambda name: (-count.get(name, 0), name))[:MOST]
        taken.update(mine)
        kinds[kind] = tuple(mine)
    return kinds
