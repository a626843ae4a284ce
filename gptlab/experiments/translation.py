"""English to Chinese with an encoder and a decoder: claims of the little web's form, drawn so that none can be known by heart.

Countries with any city for a capital, people with anyone for a friend: whoever translates them has to look. English
in six phrasings, three of which end in the answer; Chinese in one. B batch, S source time, T target time.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from gptlab import attention, ngram
from gptlab.engine.config import GPTConfig
from gptlab.engine.model import encoder_decoder
from gptlab.engine.model.batches import right_pad
from gptlab.engine.model.encoder_decoder import Translator, train_adam
from gptlab.experiments.unseen_combinations import WORD
from gptlab.interpret.attention_maps import weights_of
from gptlab.world.facts import Name
from gptlab.world.phrasings import PHRASINGS, fill
from gptlab.world.web import Web

START, STOP, N_NAMES, BATCH, STEPS, LR = "⟨start⟩", "⟨end⟩", 24, 32, 600, 3e-3


def _phrasings(relation: str) -> tuple[str, ...]:
    """Three English statements that end in the answer, and three that do not."""
    p = PHRASINGS[relation]["en"]
    others = [template for template in p.statements if template not in p.answer_last]
    return (*p.answer_last[:3], *others[:3])


PHRASED = {relation: _phrasings(relation) for relation in ("capital", "friend")}


class Claims:
    """Pairs of sentences, and both vocabularies; no claim of `new` is in the training pairs."""

    def __init__(self, web: Web, n_pairs: int = 3000, n_new: int = 100, seed: int = 0):
        draw = random.Random(f"gptlab claims {web.seed} {seed}")
        self.names = {relation: self._names(web, relation) for relation in PHRASED}
        drawn = list(dict.fromkeys(self._claim(draw) for _ in range(n_pairs + n_new)))
        self.train, self.new = drawn[n_new:], drawn[:n_new]
        self.words = ["", *sorted({word for claim in drawn for word in self.english(claim)})]
        self.signs = [
            STOP,
            START,
            *sorted({sign for claim in drawn for sign in self.chinese(claim)}),
        ]
        self._word, self._sign = (
            {x: i for i, x in enumerate(table)} for table in (self.words, self.signs)
        )

    @staticmethod
    def _names(web: Web, relation: str) -> tuple[list[Name], list[Name]]:
        """Subjects and answers that are one English word each."""
        facts = [
            f
            for f in web.facts.known
            if f.relation == relation and " " not in f.subject.name.en + f.answer.en
        ]
        return [f.subject.name for f in facts[:N_NAMES]], [f.answer for f in facts[:N_NAMES]]

    def _claim(self, draw: random.Random) -> tuple:
        relation = draw.choice(list(PHRASED))
        subjects, answers = self.names[relation]
        return relation, draw.choice(PHRASED[relation]), draw.choice(subjects), draw.choice(answers)

    @staticmethod
    def english(claim: tuple) -> list[str]:
        """The claim in English words."""
        _, template, subject, answer = claim
        return WORD.findall(fill(template, subject.en, answer.en))

    @staticmethod
    def chinese(claim: tuple) -> list[str]:
        """The claim in Chinese: names whole, everything else sign by sign."""
        relation, _, subject, answer = claim
        before, between, after = (
            PHRASINGS[relation]["zh"].statements[0].replace("{a}", "{s}").split("{s}")
        )
        return [*before, subject.zh, *between, answer.zh, *after]

    def read(self, words: Sequence[str]) -> list[int]:
        """English words as numbers; raises KeyError for one that training never saw."""
        return [self._word[word] for word in words]

    def batch(self, claims: Sequence[tuple]) -> tuple[Tensor, Tensor, Tensor]:
        """source (B, S) int, keep (B, S) bool, target (B, T) int with START in front and STOP behind."""
        source, keep = right_pad([self.read(self.english(claim)) for claim in claims])
        target, _ = right_pad(
            [[1, *(self._sign[sign] for sign in self.chinese(claim)), 0] for claim in claims]
        )
        return source, keep, target

    def translator(self, seed: int = 0) -> Translator:
        """An encoder and a decoder of one layer each, that know nothing yet."""
        shape = {"context": 24, "n_layers": 1, "n_heads": 4, "d_model": 64}
        return Translator(
            GPTConfig(len(self.words), **shape), GPTConfig(len(self.signs), **shape), seed=seed
        )

    def text(self, row: Sequence[int]) -> str:
        """Chinese numbers as text, up to STOP."""
        signs = [self.signs[i] for i in row]
        return "".join(signs[: signs.index(STOP)] if STOP in signs else signs)


def loss_of(model: Translator, data: Claims, seed: int = 0) -> Callable[[], Tensor]:
    """What `train_adam` asks for: the loss of the next Chinese sign, on claims drawn anew."""
    draw = torch.Generator().manual_seed(seed)
    source, keep, target = data.batch(data.train)

    def loss() -> Tensor:
        rows = torch.randint(len(source), (BATCH,), generator=draw)
        scores = model(source[rows], target[rows, :-1], keep[rows])
        real = target[rows, :-1] != 0  # behind a STOP nothing counts
        return ngram.cross_entropy(
            scores.flatten(0, 1), target[rows, 1:].masked_fill(~real, -100).flatten()
        )

    return loss


def learn(model: Translator, data: Claims, steps: int = STEPS, seed: int = 0) -> list[float]:
    """Train a translator; -> the loss of each step."""
    return train_adam(
        model, loss_of(model, data, seed), steps, LR, warmup=steps // 10, cooldown=steps // 2
    )


def say(model: Translator, data: Claims, sentence: str) -> str:
    """The likeliest translation of a sentence made of known words; raises KeyError for another word."""
    source = torch.tensor([data.read(WORD.findall(sentence))])
    return data.text(
        model.generate(source, torch.ones_like(source, dtype=torch.bool), 1, 0, 20)[0].tolist()
    )


def share_right(model: Translator, data: Claims, blind: bool = False) -> float:
    """The share of new claims translated without a fault; `blind` = each with another claim's English before it."""
    source, keep, _ = data.batch(data.new)
    if blind:
        source, keep = source.roll(1, 0), keep.roll(1, 0)
    written = model.generate(source, keep, 1, 0, 20).tolist()
    return sum(
        data.text(row) == "".join(data.chinese(claim)) for row, claim in zip(written, data.new)
    ) / len(data.new)


@torch.no_grad()
def looks(model: Translator, data: Claims, sentence: str) -> tuple[Tensor, list[str], list[str]]:
    """Where each Chinese sign looked when it was written: mean over heads (T, S), the signs, the English words."""
    words = WORD.findall(sentence)
    source = torch.tensor([data.read(words)])
    keep = torch.ones_like(source, dtype=torch.bool)
    written = model.generate(source, keep, 1, 0, 20)[0].tolist()
    maps: list[Tensor] = []
    with watched(maps):
        model(source, torch.tensor([[1, *written[:-1]]]), keep)
    return maps[0][0].mean(dim=0), [data.signs[i] for i in written], words


@contextmanager
def watched(maps: list[Tensor]) -> Iterator[None]:
    """While open, note the weights (B, H, T, S) of every look from one text into another."""
    plain = encoder_decoder.cross_attention

    def noting(x, memory, w, n_heads, mask=None):
        c = x.shape[-1]
        q, k = x @ w.w_qkv[:, :c] + w.b_qkv[:c], memory @ w.w_qkv[:, c : 2 * c] + w.b_qkv[c : 2 * c]
        maps.append(
            weights_of(attention.split_heads(q, n_heads), attention.split_heads(k, n_heads))
        )
        return plain(x, memory, w, n_heads, mask)

    encoder_decoder.cross_attention = noting
    try:
        yield
    finally:
        encoder_decoder.cross_attention = plain
