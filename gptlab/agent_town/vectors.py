"""A vector for a sentence, in three ways: counted tokens, token embeddings, hidden states.

    tokens      v = Σ_t idf(t) e_t          e_t the unit vector of token t: tf-idf, Spärck Jones 1972
    embeddings  v = Σ_t idf(t) wte_t        the model's own vector of each token
    hidden      v = Σ_t idf(t) h_t          the model's hidden state at each token, after the last layer

    idf(t) = ln (number of sentences / number of sentences with t)

The frequencies are those of sentences that `examples.py` draws, so that they are the same in every town.
"""

import functools
import math
import random
from collections import Counter

import torch
from torch import Tensor

from gptlab.agent_town import examples
from gptlab.engine.assistant import Assistant

KINDS = ("tokens", "embeddings", "hidden")
N_SENTENCES = 2000
UNSEEN = 0.5  # the frequency of a token that no sentence has


class Vectors:
    """Vectors of one kind, each worked out once."""

    def __init__(self, assistant: Assistant, kind: str = KINDS[0]):
        if kind not in KINDS:
            raise ValueError(f"there are no vectors {kind!r}: choose one of {', '.join(KINDS)}")
        self.assistant = assistant
        self.kind = kind
        self._found: dict[str, Tensor] = {}

    def of(self, texts: list[str]) -> Tensor:
        """One vector a text; (N, C) float."""
        for text in texts:
            if text not in self._found:
                self._found[text] = self._vector(text)
        return torch.stack([self._found[text] for text in texts])

    @functools.cached_property
    def idf(self) -> Tensor:
        """The weight of each token; (V) float."""
        rng = random.Random("gptlab town frequencies")
        seen: Counter[int] = Counter()
        for _ in range(N_SENTENCES):
            news = rng.random() < 0.3
            text = (
                examples.told_by_chance(examples.random_news(rng), rng)
                if news
                else examples.everyday(rng)
            )
            seen.update(set(self.assistant.tokenizer.encode(text)))
        size = self.assistant.model.config.vocab_size
        return torch.tensor([math.log(N_SENTENCES / seen.get(i, UNSEEN)) for i in range(size)])

    @torch.no_grad()
    def _vector(self, text: str) -> Tensor:
        ids = torch.tensor(self.assistant.tokenizer.encode(text))
        weights = self.idf[ids]
        if self.kind == "tokens":
            return torch.zeros(len(self.idf)).index_add_(0, ids, weights)
        model = self.assistant.model
        if self.kind == "embeddings":
            return weights @ model.wte[ids]
        first = torch.tensor([self.assistant.tokenizer.special["user"]])
        return weights @ model.hidden(torch.cat([first, ids])[None])[0, 1:]
