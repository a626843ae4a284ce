"""English to Chinese with an encoder and a decoder, on claims drawn at random, so that none can be known by heart.

Countries with any city for a capital, people with anyone for a friend: a translator has to read. English comes in six
phrasings, three of which end in the answer; Chinese in one. B batch, S source time, T target time.
"""

import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from gptlab import ngram
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.batches import right_pad
from gptlab.engine.model.encoder_decoder import Translator
from gptlab.engine.train.step import BETAS, train_adam, trapezoid
from gptlab.experiments.unseen_combinations import WORD
from gptlab.interpret.attention_maps import cross_attention_maps
from gptlab.world.facts import Name
from gptlab.world.phrasings import PHRASINGS, fill
from gptlab.world.web import Web

STOP, START = "⟨end⟩", "⟨start⟩"  # the Chinese signs 0 and 1
STOP_ID, START_ID = 0, 1
N_NAMES = 24
MAX_SIGNS = 20  # of a translation
BATCH = 32  # claims
STEPS = 600
LR = 3e-3


def _templates(relation: str) -> tuple[str, ...]:
    """Three English statements that end in the answer, and three that do not."""
    phrasing = PHRASINGS[relation]["en"]
    others = [t for t in phrasing.statements if t not in phrasing.answer_last]
    return (*phrasing.answer_last[:3], *others[:3])


TEMPLATES = {relation: _templates(relation) for relation in ("capital", "friend")}


class Claim(NamedTuple):
    """One claim, true or not: what relates whom to what, and in which English words."""

    relation: str
    template: str
    subject: Name
    answer: Name


class ClaimPairs:
    """Claims in English and Chinese, and both vocabularies; no claim of `new` is in `train`."""

    def __init__(self, web: Web, n_pairs: int = 3000, n_new: int = 100, seed: int = 0):
        rng = random.Random(f"gptlab claims {web.seed} {seed}")
        self.names = {relation: self._names(web, relation) for relation in TEMPLATES}
        claims = list(dict.fromkeys(self._claim(rng) for _ in range(n_pairs + n_new)))
        self.train = claims[n_new:]
        self.new = claims[:n_new]
        words = {word for claim in claims for word in self.english(claim)}
        signs = {sign for claim in claims for sign in self.chinese(claim)}
        self.words = ["", *sorted(words)]
        self.signs = [STOP, START, *sorted(signs)]
        self._word_id = {word: i for i, word in enumerate(self.words)}
        self._sign_id = {sign: i for i, sign in enumerate(self.signs)}

    @staticmethod
    def _names(web: Web, relation: str) -> tuple[list[Name], list[Name]]:
        """Subjects and answers that are one English word each."""
        facts = [
            f
            for f in web.facts.known
            if f.relation == relation and " " not in f.subject.name.en + f.answer.en
        ]
        return [f.subject.name for f in facts[:N_NAMES]], [f.answer for f in facts[:N_NAMES]]

    def _claim(self, rng: random.Random) -> Claim:
        relation = rng.choice(list(TEMPLATES))
        template = rng.choice(TEMPLATES[relation])
        subjects, answers = self.names[relation]
        return Claim(relation, template, rng.choice(subjects), rng.choice(answers))

    @staticmethod
    def english(claim: Claim) -> list[str]:
        """The claim in English words."""
        return WORD.findall(fill(claim.template, claim.subject.en, claim.answer.en))

    @staticmethod
    def chinese(claim: Claim) -> list[str]:
        """The claim in Chinese: names whole, everything else sign by sign."""
        template = PHRASINGS[claim.relation]["zh"].statements[0]
        before, between, after = template.replace("{a}", "{s}").split("{s}")
        return [*before, claim.subject.zh, *between, claim.answer.zh, *after]

    def encode(self, words: Sequence[str]) -> list[int]:
        """English words as ids; raises KeyError for one that training never saw."""
        return [self._word_id[word] for word in words]

    def encode_sentence(self, sentence: str) -> tuple[Tensor, Tensor]:
        """A sentence made of known words as a batch of one: source (1, S) int, keep (1, S) bool."""
        source = torch.tensor([self.encode(WORD.findall(sentence))])
        return source, torch.ones_like(source, dtype=torch.bool)

    def batch(self, claims: Sequence[Claim]) -> tuple[Tensor, Tensor, Tensor]:
        """source (B, S) int, keep (B, S) bool, target (B, T) int with START in front and STOP at the end."""
        source, keep = right_pad([self.encode(self.english(claim)) for claim in claims])
        targets = []
        for claim in claims:
            signs = [self._sign_id[sign] for sign in self.chinese(claim)]
            targets.append([START_ID, *signs, STOP_ID])
        return source, keep, right_pad(targets, pad_id=STOP_ID)[0]

    def translator(self, seed: int = 0) -> Translator:
        """An untrained encoder and decoder of one layer each."""
        shape = {"context": 24, "n_layers": 1, "n_heads": 4, "d_model": 64}
        source = GPTConfig(len(self.words), **shape)
        return Translator(source, GPTConfig(len(self.signs), **shape), seed=seed)

    def text(self, row: Sequence[int]) -> str:
        """Chinese ids as text, up to STOP."""
        signs = [self.signs[i] for i in row]
        return "".join(signs[: signs.index(STOP)] if STOP in signs else signs)


def next_sign_loss(model: Translator, data: ClaimPairs, seed: int = 0) -> Callable[[], Tensor]:
    """What training asks for at each step: the loss of the next Chinese sign, on claims drawn anew."""
    generator = torch.Generator().manual_seed(seed)
    source, keep, target = data.batch(data.train)

    def loss() -> Tensor:
        rows = torch.randint(len(source), (BATCH,), generator=generator)
        given = target[rows, :-1]
        logits = model(source[rows], given, keep[rows])
        wanted = target[rows, 1:].masked_fill(given == STOP_ID, -100)  # after a STOP nothing counts
        return ngram.cross_entropy(logits.flatten(0, 1), wanted.flatten())

    return loss


def train(model: Translator, data: ClaimPairs, steps: int = STEPS, seed: int = 0) -> list[float]:
    """Train a translator, and return the loss of each step."""
    loss = next_sign_loss(model, data, seed)
    lr = trapezoid(LR, steps, warmup=steps // 10, cooldown=steps // 2)
    return train_adam(model.parameters(), loss, steps, lr, BETAS)


def write(model: Translator, source: Tensor, keep: Tensor) -> list[list[int]]:
    """The likeliest Chinese for each row, as ids."""
    return model.generate(source, keep, START_ID, STOP_ID, MAX_SIGNS).tolist()


def translate(model: Translator, data: ClaimPairs, sentence: str) -> str:
    """The likeliest translation of a sentence made of known words; raises KeyError for another word."""
    return data.text(write(model, *data.encode_sentence(sentence))[0])


def accuracy(model: Translator, data: ClaimPairs, blind: bool = False) -> float:
    """The share of new claims translated without a fault; `blind` = each shown another claim's English."""
    source, keep, _ = data.batch(data.new)
    if blind:
        source, keep = source.roll(1, 0), keep.roll(1, 0)
    written = [data.text(row) for row in write(model, source, keep)]
    right = ["".join(data.chinese(claim)) for claim in data.new]
    return sum(one == other for one, other in zip(written, right)) / len(right)


def cross_attention(
    model: Translator, data: ClaimPairs, sentence: str
) -> tuple[Tensor, list[str], list[str]]:
    """Where each Chinese sign looked when it was written: mean over heads (T, S), the signs, the English words."""
    source, keep = data.encode_sentence(sentence)
    written = write(model, source, keep)[0]
    target = torch.tensor([[START_ID, *written[:-1]]])
    weights = cross_attention_maps(model, source, target, keep)[0, 0]  # first layer: (H, T, S)
    return weights.mean(dim=0), [data.signs[i] for i in written], WORD.findall(sentence)
