"""A corner of the little web that a GPT of two layers learns in a minute, with the staircase under its loss.

The corner: English statements, stories and reviews. Its tokens are the base model's, numbered anew, so that the
vocabulary holds only what occurs. N tokens of training text, T time.
"""

import math
from collections.abc import Callable, Sequence
from itertools import islice

import torch
from torch import Tensor

from gptlab import ngram
from gptlab.course import lesson
from gptlab.engine.config import GPTConfig
from gptlab.engine.hardware import one_thread
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.world import pages as page_kinds
from gptlab.world.grammar import Table, WriterOrReader, log_probability
from gptlab.world.web import Web

KINDS = (page_kinds.statement, page_kinds.story, page_kinds.review)
TRAIN_PAGES, HELD_OUT_PAGES = 12_000, 100
TRAIN_SEED, HELD_OUT_SEED = 1, 10**6
CONTEXT, LAYERS, HEADS, WIDTH = 64, 2, 4, 64
EMBEDDING_STD = (
    0.1  # GPT-2 draws with 0.02; a model as narrow as this one learns sooner from larger numbers
)
UNIFORM, FREQUENCY, BIGRAM, FLOOR = (
    "every token alike",
    "tokens by frequency",
    "your bigram",
    "exact floor",
)


class Corner:
    """Training text and held-out pages of the corner.

    text        (N,) int: pages one after the other, each begun by the stop token
    held_out    pages that training does not see, each a list of ids between two stop tokens
    vocab_size  how many different tokens occur
    stop        the id of the stop token, which every page begins and ends with
    """

    stop = 0

    def __init__(self, web: Web, tokenizer: Tokenizer):
        self.web, self.tokenizer = web, tokenizer
        self.kinds = Table.of_values(list(KINDS), [page_kinds.KINDS[kind] for kind in KINDS])
        train = self._pages(TRAIN_PAGES, TRAIN_SEED)
        self.held_out_texts = self._pages(HELD_OUT_PAGES, HELD_OUT_SEED)
        rows = tokenizer.encode_batch([*train, *self.held_out_texts])
        self.old_ids = [tokenizer.special["endoftext"], *sorted({i for row in rows for i in row})]
        new_ids = {old: new for new, old in enumerate(self.old_ids)}
        numbered = [[self.stop, *(new_ids[i] for i in row)] for row in rows]
        self.text = torch.tensor([i for row in numbered[:TRAIN_PAGES] for i in row])
        self.held_out = [[*row, self.stop] for row in numbered[TRAIN_PAGES:]]
        self.vocab_size = len(self.old_ids)

    def _pages(self, n: int, seed: int) -> list[str]:
        names = [kind.__name__ for kind in KINDS]
        return [page.text for page in islice(self.web.pages(seed, names, lang="en"), n)]

    def write(self, page: WriterOrReader) -> None:
        """The program that writes this corner, as the web would: the floor is its own surprise."""
        kind = page.choose(self.kinds)
        kind(page, self.web.tables, "en")

    def decode(self, ids: Sequence[int]) -> str:
        """The text of one page, without its stop tokens."""
        return self.tokenizer.decode([self.old_ids[i] for i in ids if i != self.stop])

    def possible(self, text: str) -> bool:
        """Whether the corner's program could have written exactly this page."""
        return math.isfinite(log_probability(self.write, text))

    @one_thread()
    @torch.no_grad()
    def held_out_loss(self, logits_of: Callable[[Tensor], Tensor]) -> float:
        """Nats per token on the held-out pages; logits_of gives (1, T, V) for ids (1, T)."""
        scores = [logits_of(torch.tensor([row[:-1]]))[0] for row in self.held_out]
        targets = torch.tensor([i for row in self.held_out for i in row[1:]])
        return float(ngram.cross_entropy(torch.cat(scores), targets))

    def stairs(self, smoothing: float = 1e-3) -> dict[str, float]:
        """Nats per token on the held-out pages, from knowing nothing to the floor."""
        counts = ngram.bigram_counts(self.text, self.vocab_size)
        frequency = ((counts.sum(0) + 1) / (counts.sum() + self.vocab_size)).log()
        table = ngram.bigram_probabilities(counts, smoothing).log()
        models = {
            UNIFORM: lambda ids: torch.zeros(*ids.shape, self.vocab_size),
            FREQUENCY: lambda ids: frequency.expand(*ids.shape, self.vocab_size),
            BIGRAM: lambda ids: table[ids],
        }
        losses = {name: self.held_out_loss(model) for name, model in models.items()}
        n_tokens = sum(len(row) - 1 for row in self.held_out)
        nats = [log_probability(self.write, text) for text in self.held_out_texts]
        return losses | {FLOOR: -sum(nats) / n_tokens}


@torch.no_grad()
def fresh_weights(vocab_size: int, seed: int = 0) -> GPT:
    """The weights of an untrained GPT of two layers; they lie in the engine's shell, which need not be run."""
    lesson.fill_other_lessons()  # a GPT is drawn as lesson 08 has it
    model = GPT(GPTConfig(vocab_size, CONTEXT, LAYERS, HEADS, WIDTH), seed=seed)
    generator = torch.Generator().manual_seed(seed)
    for embedding in (model.wte, model.wpe):
        embedding.normal_(0.0, EMBEDDING_STD, generator=generator)
    return model
