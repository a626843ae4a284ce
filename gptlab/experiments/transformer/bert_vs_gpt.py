"""BERT and GPT on the same sentences: capitals of the little web, half with the answer last, half with it early.

Both are one `TransformerLM` of the same size, trained with as many steps on as many sentences; only the mask and what
is asked differ. B batch, T time, V vocabulary. True = keep in every mask.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gptlab import ngram, transformer
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.batches import right_pad
from gptlab.engine.model.encoder_decoder import TransformerLM
from gptlab.engine.train.step import BETAS, train_adam, trapezoid
from gptlab.experiments.unseen_combinations import WORD
from gptlab.world.facts import Fact
from gptlab.world.phrasings import PHRASINGS, fill
from gptlab.world.web import Web

START, MASK = "|", "[MASK]"  # words 0 and 1 of the vocabulary
START_ID, MASK_ID = 0, 1
N_FACTS = 30
BATCH = 32  # sentences
STEPS = 800
LR = 4e-3
MASK_RATE = 0.15


@dataclass(frozen=True)
class ClozeItem:
    """A sentence in words, and where its answer is; `early` = before the country that decides it."""

    fact: Fact
    words: tuple[str, ...]
    place: int
    early: bool


class ClozeData:
    """Sentences about capitals: for each fact four phrasings to learn from, and two for the test, late and early.

    train, new   sentences of the two parts; every word of `new` occurs in `train`
    vocabulary   START and MASK, then the words
    ids, keep    the training sentences in one rectangle, (N, T) int and bool
    """

    def __init__(self, web: Web, n_facts: int = N_FACTS, seed: int = 0):
        capitals = [f for f in web.facts.known if f.relation == "capital"]
        self.facts = [f for f in capitals if " " not in f.subject.name.en + f.answer.en][:n_facts]
        phrasing = PHRASINGS["capital"]["en"]
        late = phrasing.answer_last[:3]
        early = phrasing.answer_first[:3]
        rng = random.Random(f"gptlab gaps {web.seed} {seed}")
        self.train: list[ClozeItem] = []
        self.new: list[ClozeItem] = []
        for fact in self.facts:
            held_out = (rng.choice(late), rng.choice(early))
            for template in late + early:
                part = self.new if template in held_out else self.train
                part.append(self.item(fact, template))
        self.true_sentences = {item.words for item in self.train + self.new}
        words = {word for item in self.train for word in item.words}
        self.vocabulary = [START, MASK, *sorted(words - {START})]
        self.id_of = {word: i for i, word in enumerate(self.vocabulary)}
        self.ids, self.keep = right_pad([self.encode(item.words) for item in self.train])

    @staticmethod
    def item(fact: Fact, template: str) -> ClozeItem:
        """A fact in one of the web's phrasings, cut into words after START."""
        country = fact.subject.name.en
        answer = fact.answer.en
        words = (START, *WORD.findall(fill(template, country, answer)))
        return ClozeItem(
            fact, words, words.index(answer), words.index(answer) < words.index(country)
        )

    def encode(self, words: Sequence[str]) -> list[int]:
        """Words as ids; raises KeyError for one that training never saw."""
        return [self.id_of[word] for word in words]

    def text(self, ids: Sequence[int]) -> str:
        """Ids as a sentence, without START."""
        words = [self.vocabulary[i] for i in ids if i != START_ID]
        return " ".join(words).replace(" .", ".").replace(" ,", ",")

    def make_model(self, causal: bool, seed: int = 0) -> TransformerLM:
        """An untrained GPT or BERT of two layers."""
        config = GPTConfig(
            len(self.vocabulary), context=self.ids.shape[1], n_layers=2, n_heads=4, d_model=64
        )
        return TransformerLM(config, causal, seed=seed)


def pretraining_loss(
    model: TransformerLM, data: ClozeData, seed: int = 0, hide: Callable | None = None
) -> Callable[[], Tensor]:
    """What each step asks for, on sentences drawn anew: a GPT's next words or a BERT's, hidden by `hide`."""
    hide = hide or transformer.mask_tokens
    generator = torch.Generator().manual_seed(seed)

    def loss() -> Tensor:
        rows = torch.randint(len(data.ids), (BATCH,), generator=generator)
        ids, keep = data.ids[rows], data.keep[rows]
        if model.causal:
            logits = model(ids[:, :-1])
            targets = ids[:, 1:].masked_fill(~keep[:, 1:], -100)
        else:
            given, labels = hide(ids, MASK_ID, len(data.vocabulary), MASK_RATE, generator)
            logits = model(given, keep)
            targets = labels.masked_fill(~keep, -100)
        return ngram.cross_entropy(logits.flatten(0, 1), targets.flatten())

    return loss


def train(model: TransformerLM, data: ClozeData, steps: int = STEPS, hide=None) -> list[float]:
    """Train a model, and return the loss of each step; `hide` may take the place of `mask_tokens`."""
    model.train()
    loss = pretraining_loss(model, data, hide=hide)
    lr = trapezoid(LR, steps, warmup=steps // 10, cooldown=steps // 2)
    losses = train_adam(model.parameters(), loss, steps, lr, BETAS)
    model.eval()
    return losses


@torch.no_grad()
def probabilities(model: TransformerLM, data: ClozeData, item: ClozeItem) -> Tensor:
    """How likely each word is to fill the gap: a GPT sees only what comes before it, a BERT both sides. -> (V)"""
    ids = torch.tensor([data.encode(item.words)])
    if model.causal:
        return model(ids[:, : item.place])[0, -1].softmax(-1)
    ids[0, item.place] = MASK_ID
    return model(ids)[0, item.place].softmax(-1)


def accuracy(model: TransformerLM, data: ClozeData, early: bool) -> float:
    """Of the new sentences whose answer comes early, or late: the share whose gap is filled rightly."""
    asked = [item for item in data.new if item.early == early]
    guesses = [int(probabilities(model, data, item).argmax()) for item in asked]
    answers = [data.id_of[item.fact.answer.en] for item in asked]
    return sum(guess == answer for guess, answer in zip(guesses, answers)) / len(asked)


@torch.no_grad()
def sample_sentences(
    model: TransformerLM, data: ClozeData, n: int, at_once: bool = False, seed: int = 0
) -> list[tuple[str, ...]]:
    """n sentences drawn from a model, as words: one word after the other, or all at once into masks.

    A BERT that writes one by one is shown what it has written and one mask. `at_once` draws how long each sentence
    shall be from the training sentences, and fills all its masks in one pass.
    """
    generator = torch.Generator().manual_seed(seed)
    if at_once:
        return _fill_masks(model, data, n, generator)
    stop = data.id_of["."]
    ids = torch.full((n, 1), START_ID)
    done = torch.zeros(n, dtype=torch.bool)
    while ids.shape[1] < data.ids.shape[1] and not bool(done.all()):
        given = ids if model.causal else torch.cat([ids, torch.full((n, 1), MASK_ID)], dim=1)
        p = model(given)[:, -1].softmax(-1)
        new = torch.multinomial(p, 1, generator=generator)[:, 0].masked_fill(done, stop)
        ids = torch.cat([ids, new[:, None]], dim=1)
        done = done | (new == stop)
    sentences = []
    for row in ids.tolist():
        words = [data.vocabulary[i] for i in row]
        end = words.index(".") + 1 if "." in words else len(words)
        sentences.append(tuple(words[:end]))
    return sentences


def _fill_masks(model: TransformerLM, data: ClozeData, n: int, generator) -> list[tuple[str, ...]]:
    """n sentences, each drawn into masks in one pass, every word by itself."""
    longest = data.ids.shape[1]
    drawn = torch.randint(len(data.keep), (n,), generator=generator)
    lengths = data.keep.sum(dim=1)[drawn]
    given = torch.full((n, longest), MASK_ID)
    given[:, 0] = START_ID
    p = model(given, torch.arange(longest) < lengths[:, None]).softmax(-1)  # (n, T, V)
    ids = torch.multinomial(p.flatten(0, 1), 1, generator=generator).reshape(n, longest)
    ids[:, 0] = START_ID
    sentences = []
    for row, length in zip(ids.tolist(), lengths.tolist()):
        sentences.append(tuple(data.vocabulary[i] for i in row[:length]))
    return sentences


def share_true(sentences: Sequence[tuple[str, ...]], data: ClozeData) -> float:
    """The share of sentences that the web might have written, and that are true."""
    return sum(words in data.true_sentences for words in sentences) / len(sentences)
