"""Finding the passage that answers a question: vectors from the learner's own model, beside counting words.

mean    the mean of a text's token embeddings
idf     the embeddings at length 1, each weighted by idf², idf = ln(1 + (N − n + ½) / (n + ½)) for n of N pages
hidden  the mean of the last hidden states
BM25    no vectors: shared tokens, weighted by idf (Robertson and Zaragoza 2009, eq. 3.15; k1 = 1.2, b = 0.75)
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab import agents
from gptlab.engine.assistant import Assistant
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.experiments.agents.documents import Passage
from gptlab.experiments.agents.tasks import Task
from gptlab.world.web import Web

MEAN, IDF, HIDDEN, BM25 = "mean", "idf", "hidden", "BM25"
WAYS = (MEAN, IDF, HIDDEN, BM25)
K1, B = 1.2, 0.75
N_PAGES, PAGES_SEED = 3000, 77


@dataclass
class Index:
    """Passages with what is needed to search them.

    Raises ValueError when there is no passage.
    """

    assistant: Assistant
    passages: Sequence[Passage]
    way: str = IDF
    ids: list[list[int]] = field(init=False)

    def __post_init__(self) -> None:
        if not self.passages:
            raise ValueError("there are 0 passages to search: put a .txt or .md file in the folder")
        self.ids = [self.assistant.tokenizer.encode(passage.text) for passage in self.passages]
        self.idf = page_idf(self.assistant.tokenizer)
        self.length = sum(map(len, self.ids)) / max(1, len(self.ids))
        self.keys = (
            torch.empty(0) if self.way == BM25 else torch.stack([*map(self.vector, self.ids)])
        )

    @torch.no_grad()
    def vector(self, ids: Sequence[int]) -> Tensor:
        """One vector for a text, of zeros where it is empty; (C) float."""
        model = self.assistant.model
        if not ids:
            return torch.zeros(model.config.d_model)
        if self.way == HIDDEN:
            return model.hidden(torch.tensor([list(ids)[: self.assistant.context]]))[0].mean(0)
        embeddings = model.wte[torch.tensor(list(ids))]
        if self.way == IDF:
            weights = torch.tensor([self.idf[i] ** 2 for i in ids])
            embeddings = weights[:, None] * F.normalize(embeddings, dim=1)
        return embeddings.mean(0)

    def scores(self, question: str) -> Tensor:
        """How well each passage fits a question; (N) float, a cosine but for BM25."""
        ids = self.assistant.tokenizer.encode(question)
        if self.way == BM25:
            return torch.tensor([self._bm25(ids, passage) for passage in self.ids])
        return agents.cosine_similarity(self.vector(ids), self.keys)

    def _bm25(self, question: Sequence[int], passage: Sequence[int]) -> float:
        counts = Counter(passage)
        norm = K1 * (1 - B + B * len(passage) / self.length)
        return sum(
            self.idf[token] * counts[token] * (K1 + 1) / (counts[token] + norm)
            for token in set(question)
            if token in counts
        )


@cache
def page_idf(tokenizer: Tokenizer) -> defaultdict[int, float]:
    """How telling each token is: ln(1 + (N − n + ½) / (n + ½)), where n of N pages of the little web hold it."""
    held: Counter[int] = Counter()
    for page in islice(Web(0).pages(PAGES_SEED), N_PAGES):
        held.update(set(tokenizer.encode(page.text)))
    return defaultdict(lambda: _idf(0), {token: _idf(n) for token, n in held.items()})


def _idf(n: int) -> float:
    return math.log(1 + (N_PAGES - n + 0.5) / (n + 0.5))


def best_sentence(index: Index, question: str, text: str) -> str:
    """The sentence of a passage that is most similar to a question: a small model reads one better than three."""
    sentences = [one.strip() for one in re.findall(r".+?(?:[.!?](?= |$)|[。！？]|$)", text)]
    vectors = torch.stack(
        [index.vector(index.assistant.tokenizer.encode(one)) for one in sentences]
    )
    asked = index.vector(index.assistant.tokenizer.encode(question))
    return sentences[int(agents.cosine_similarity(asked, vectors).argmax())]


def answers_it(task: Task, passage: Passage) -> bool:
    """Whether a passage names a question's subject and its answer."""
    fact = task.fact
    assert fact is not None  # what is asked of documents is a fact
    text = passage.text.lower()
    return all(name[task.lang].lower() in text for name in (fact.subject.name, fact.answer))


def found_in_first(index: Index, tasks: Sequence[Task], k: int = 1) -> list[bool]:
    """For each question whether one of its k best passages answers it."""
    found = []
    for task in tasks:
        places = agents.best_matches(index.scores(task.question), k, float("-inf"))
        found.append(any(answers_it(task, index.passages[place]) for place in places))
    return found


def best_score(index: Index, task: Task) -> float:
    """The score of the passage that fits best."""
    return float(index.scores(task.question).max())


def rates(
    inside: Sequence[float], outside: Sequence[float], threshold: float
) -> tuple[float, float]:
    """Shares of the questions that get an answer at a threshold: those that the documents answer, and the others."""
    kept = [sum(s >= threshold for s in scores) / len(scores) for scores in (inside, outside)]
    return kept[0], kept[1]


def best_threshold(inside: Sequence[float], outside: Sequence[float]) -> float:
    """The threshold with the largest difference of the two rates (Youden 1950)."""

    def gap(threshold: float) -> float:
        kept, let_through = rates(inside, outside, threshold)
        return kept - let_through

    return max(sorted([*inside, *outside]), key=gap)
