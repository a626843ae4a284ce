"""One by one against all at once: the same model's continuations, and how many survive when their tokens are mixed."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from gptlab.engine.assistant import Speaker
from gptlab.engine.model.generate import generate_batch
from gptlab.view.kit.bar_ladder import Rung, ladder
from gptlab.view.kit.number_format import percent
from gptlab.view.palette import COLOURS
from gptlab.world.facts import Fact
from gptlab.world.gold_labeler import GoldLabeler
from gptlab.world.phrasings import PHRASINGS, fill
from gptlab.world.questions import Question
from gptlab.world.web import Web

NEW = 48  # tokens: the longest continuation
WAYS = {"one by one": COLOURS["sft"], "all at once": COLOURS["ppo"]}


@dataclass(frozen=True)
class Share:
    """Of some texts: how many the web could have written, and how many name the right answer and no other."""

    legal: float
    right: float


def question_about(fact: Fact, lang: str) -> Question:
    """The question about a fact, as a forum page asks it: one line."""
    text = fill(PHRASINGS[fact.relation][lang].questions[0], fact.subject.name[lang])
    return Question(
        text + ("?\n" if lang == "en" else "？\n"), lang, "fact", fact, fact.answer[lang]
    )


def one_by_one(speaker: Speaker, question: Question, n: int = 100, seed: int = 0) -> Tensor:
    """n continuations, drawn token by token; behind its end a row is filled with the stop token. -> (n, T) int"""
    generator = torch.Generator().manual_seed(seed)
    rows = generate_batch(
        speaker.model, [speaker.begin(question.text)] * n, NEW, speaker.stop, generator=generator
    )
    longest = max(map(len, rows))
    return torch.tensor([row + [speaker.stop] * (longest - len(row)) for row in rows])


def texts(speaker: Speaker, rows: Tensor) -> list[str]:
    """Each row up to its first stop token."""
    cut = [row[: row.index(speaker.stop)] if speaker.stop in row else row for row in rows.tolist()]
    return [speaker.tokenizer.decode(row) for row in cut]


def share(web: Web, speaker: Speaker, question: Question, rows: Tensor) -> Share:
    """How many continuations make a page of this web, by its own probabilities, and how many first lines are right."""
    gold, written = GoldLabeler(web), texts(speaker, rows)
    legal = [web.log_probability(question.text + text) > -math.inf for text in written]
    right = [gold.classify(question, text.split("\n")[0]) == "right" for text in written]
    return Share(sum(legal) / len(rows), sum(right) / len(rows))


def at_once_picture(shares: dict[str, list[Share]]) -> tuple[str, str]:
    """(SVG, description) of the mean shares of each way of writing."""
    titles = {
        "legal": "pages that this web could have written",
        "right": "first lines with the right answer and no other",
    }
    rungs = []
    for name, title in titles.items():
        rungs.append(Rung(title, None))
        for way, found in shares.items():
            mean = sum(getattr(one, name) for one in found) / len(found)
            rungs.append(Rung(way, mean, percent(mean), WAYS.get(way, COLOURS["base"])))
    svg = ladder(rungs, "The same model, two ways to write", "share of the continuations")
    return svg, "; ".join(r.label if r.value is None else f"{r.label} {r.note}" for r in rungs)
