"""A web of three pages, small enough to count by hand, and models of it."""

import random

import torch

from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.world.grammar import Table, WriterOrReader
from gptlab.world.web import Page

SENTENCES = {"anna has a cat": 2, "anna has a dog": 1, "ben has no dog": 1}
LETTERS = Tokenizer([])  # without merges: every byte is a token


class ToyWeb:
    """Three pages, twice as many of the first as of each other."""

    table = Table(list(SENTENCES), weights=list(SENTENCES.values()))

    def write(self, page: WriterOrReader):
        page.emit(self.table)

    def pages(self, seed, kinds=None, lang=None):
        rng = random.Random(seed)
        while True:
            text = rng.choices(list(SENTENCES), weights=list(SENTENCES.values()))[0]
            yield Page(text, "toy", "en", ())


def toy_models():
    """Scores from how often each byte follows each other one on the toy web, and a model that knows nothing."""
    counts = torch.full((LETTERS.vocab_size, LETTERS.vocab_size), 1e-4)
    end = LETTERS.special["endoftext"]
    for text, weight in SENTENCES.items():
        ids = [end, *LETTERS.encode(text), end]
        for a, b in zip(ids, ids[1:]):
            counts[a, b] += weight
    table = counts.log()
    return {
        "neighbours": lambda ids: table[ids],
        "nothing": lambda ids: torch.zeros(*ids.shape, LETTERS.vocab_size),
    }
