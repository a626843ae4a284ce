"""BERT and GPT on the same sentences: capitals of the little web, half with the answer last, half with it in front.

Both are one `TransformerLM` of the same size, trained with as many steps on as many sentences; only the mask and
what is asked differ. B batch, T time, V vocabulary. True = keep in every mask.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from gptlab import ngram, transformer
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.batches import right_pad
from gptlab.engine.model.encoder_decoder import TransformerLM, train_adam
from gptlab.experiments.unseen_combinations import WORD
from gptlab.view.kit import svg
from gptlab.view.kit.number_format import percent
from gptlab.view.palette import COLOURS, EDGE
from gptlab.world.facts import Fact
from gptlab.world.phrasings import PHRASINGS, fill
from gptlab.world.web import Web

CAPITAL = PHRASINGS["capital"]["en"]
LAST = CAPITAL.answer_last[:3]  # phrasings with the answer after the country
FIRST = CAPITAL.answer_first[:3]  # and before it
START, MASK = "|", "[MASK]"
N_FACTS, BATCH, RATE = 30, 32, 0.15
STEPS, LR = 800, 4e-3


@dataclass(frozen=True)
class Gap:
    """A sentence in words, and where its answer stands; `early` = before the country that decides it."""

    fact: Fact
    words: tuple[str, ...]
    place: int
    early: bool


class Gaps:
    """Sentences about capitals: for each fact four phrasings to learn from, and two for the test, late and early.

    train, new   sentences of the two parts; every word of `new` occurs in `train`
    vocabulary   START and MASK, then the words
    ids, keep    the training sentences in one rectangle, (N, T) int and bool
    """

    def __init__(self, web: Web, n_facts: int = N_FACTS, seed: int = 0):
        capitals = [f for f in web.facts.known if f.relation == "capital"]
        self.facts = [f for f in capitals if " " not in f.subject.name.en + f.answer.en][:n_facts]
        draw = random.Random(f"gptlab gaps {web.seed} {seed}")
        kept = {f.index: (draw.choice(LAST), draw.choice(FIRST)) for f in self.facts}
        every = [(f, t, self.sentence(f, t)) for f in self.facts for t in (*LAST, *FIRST)]
        self.train = [gap for f, t, gap in every if t not in kept[f.index]]
        self.new = [gap for f, t, gap in every if t in kept[f.index]]
        self.true = {gap.words for _, _, gap in every}
        self.vocabulary = [
            START,
            MASK,
            *sorted({word for gap in self.train for word in gap.words} - {START}),
        ]
        self.number = {word: i for i, word in enumerate(self.vocabulary)}
        self.ids, self.keep = right_pad([self.encode(gap.words) for gap in self.train])

    @staticmethod
    def sentence(fact: Fact, template: str) -> Gap:
        """A fact in one of the web's phrasings, cut into words after START."""
        country, answer = fact.subject.name.en, fact.answer.en
        words = (START, *WORD.findall(fill(template, country, answer)))
        return Gap(fact, words, words.index(answer), words.index(answer) < words.index(country))

    def encode(self, words) -> list[int]:
        """Words as numbers; raises KeyError for one that training never saw."""
        return [self.number[word] for word in words]

    def text(self, ids) -> str:
        """Numbers as a sentence, without START."""
        words = [self.vocabulary[i] for i in ids if i != self.number[START]]
        return " ".join(words).replace(" .", ".").replace(" ,", ",")

    def reader(self, causal: bool, seed: int = 0) -> TransformerLM:
        """A GPT or a BERT that knows nothing yet, of two layers."""
        config = GPTConfig(
            len(self.vocabulary), context=self.ids.shape[1], n_layers=2, n_heads=4, d_model=64
        )
        return TransformerLM(config, causal, seed=seed)


def loss_of(model: TransformerLM, data: Gaps, seed: int = 0) -> Callable[[], Tensor]:
    """What `train_adam` asks for: the loss on a new batch, of the next word for a GPT, of hidden words for a BERT."""
    draw = torch.Generator().manual_seed(seed)

    def loss() -> Tensor:
        rows = torch.randint(len(data.ids), (BATCH,), generator=draw)
        ids, keep = data.ids[rows], data.keep[rows]
        if model.causal:
            scores, targets = model(ids[:, :-1]), ids[:, 1:].masked_fill(~keep[:, 1:], -100)
        else:
            hidden, labels = transformer.mask_tokens(
                ids, data.number[MASK], len(data.vocabulary), RATE, draw
            )
            targets = labels.masked_fill(~keep, -100)
            scores = model(hidden, keep)
        return ngram.cross_entropy(scores.flatten(0, 1), targets.flatten())

    return loss


def learn(model: TransformerLM, data: Gaps, steps: int = STEPS, seed: int = 0) -> list[float]:
    """Train a reader; -> the loss of each step."""
    model.train()
    losses = train_adam(
        model, loss_of(model, data, seed), steps, LR, warmup=steps // 10, cooldown=steps // 2
    )
    model.eval()
    return losses


@torch.no_grad()
def chances(model: TransformerLM, data: Gaps, gap: Gap) -> Tensor:
    """How likely the model finds each word in the gap: a GPT from what stands before, a BERT from both sides. -> (V)"""
    ids = torch.tensor([data.encode(gap.words)])
    if model.causal:
        return model(ids[:, : gap.place])[0, -1].softmax(-1)
    ids[0, gap.place] = data.number[MASK]
    return model(ids)[0, gap.place].softmax(-1)


def share_right(model: TransformerLM, data: Gaps, early: bool) -> float:
    """Of the new sentences whose answer stands early, or late: the share whose gap is filled rightly."""
    asked = [gap for gap in data.new if gap.early == early]
    right = [
        int(chances(model, data, gap).argmax()) == data.number[gap.fact.answer.en] for gap in asked
    ]
    return sum(right) / len(asked)


@torch.no_grad()
def written(
    model: TransformerLM, data: Gaps, n: int, at_once: bool = False, seed: int = 0
) -> list[tuple[str, ...]]:
    """n sentences that a reader draws, as words: one word after the other, or all at once into masks.

    A BERT that writes one by one is shown what it has written and one mask. `at_once` draws how long each sentence
    shall be from the training sentences, and fills all its masks in one look.
    """
    draw, stop, mask = torch.Generator().manual_seed(seed), data.number["."], data.number[MASK]
    most = data.ids.shape[1]
    if at_once:
        lengths = data.keep.sum(dim=1)[torch.randint(len(data.keep), (n,), generator=draw)]
        keep = torch.arange(most) < lengths[:, None]
        rows = torch.where(torch.arange(most) == 0, data.number[START], mask).expand(n, most)
        drawn = torch.multinomial(
            model(rows, keep).softmax(-1).flatten(0, 1), 1, generator=draw
        ).reshape(n, most)
        drawn[:, 0] = data.number[START]
        return [
            tuple(data.vocabulary[i] for i in row[:length])
            for row, length in zip(drawn.tolist(), lengths.tolist())
        ]
    rows, done = torch.full((n, 1), data.number[START]), torch.zeros(n, dtype=torch.bool)
    while rows.shape[1] < most and not bool(done.all()):
        shown = rows if model.causal else torch.cat([rows, torch.full((n, 1), mask)], dim=1)
        new = torch.multinomial(model(shown)[:, -1].softmax(-1), 1, generator=draw)[
            :, 0
        ].masked_fill(done, stop)
        rows, done = torch.cat([rows, new[:, None]], dim=1), done | (new == stop)
    sentences = [[data.vocabulary[i] for i in row] for row in rows.tolist()]
    return [tuple(s[: s.index(".") + 1] if "." in s else s) for s in sentences]


def share_true(sentences: list[tuple[str, ...]], data: Gaps) -> float:
    """The share of sentences that the web might have written, and that are true."""
    return sum(words in data.true for words in sentences) / len(sentences)


def pairs_picture(
    rows: dict[str, dict[str, float]], title: str, width: float = 480
) -> tuple[str, str]:
    """Shares as bars, two models for each question, as (SVG, description).

    rows  {question: {model: share}}; a model's colour is its place: grey for the first, blue, orange
    """
    parts, y, said, left = [svg.text(16, 30, title, 15, weight=600)], 44, [], 150
    room = width - left - 16 - 56
    for question, found in rows.items():
        parts.append(svg.text(16, y + 18, question, 14, weight=600))
        y += 26
        for (name, share), colour in zip(
            found.items(), (COLOURS["base"], COLOURS["sft"], COLOURS["ppo"])
        ):
            parts += [
                svg.text(left - 10, y + 18, name, 14, "end"),
                svg.rect(left, y + 4, room, 18, "none", 3, stroke=EDGE),
                svg.rect(left, y + 4, max(1.5, room * share), 18, colour, 3),
                svg.text(left + room + 8, y + 18, percent(share), 14),
            ]
            y += 26
        y += 8
        said.append(
            f"{question}: {', '.join(f'{name} {percent(share)}' for name, share in found.items())}"
        )
    alt = f"{title}. {'; '.join(said)}."
    return svg.document(width, y + 8, parts, alt), alt
