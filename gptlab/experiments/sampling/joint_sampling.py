"""Tokens drawn one by one against tokens drawn all at once: how many of a model's continuations survive mixing.

A model that writes all tokens at the same time can only draw each place from its own distribution (the marginals).
Where the tokens of one text depend on each other, most of such mixtures are no text that anyone would write.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from gptlab.engine.assistant import Assistant
from gptlab.engine.chat_settings import MAX_REPLY_TOKENS
from gptlab.engine.model.generate import generate_batch
from gptlab.world.facts import Fact
from gptlab.world.gold_labeler import GoldLabeler
from gptlab.world.phrasings import PHRASINGS, fill
from gptlab.world.questions import Question, first_line
from gptlab.world.web import Web


@dataclass(frozen=True)
class Shares:
    """Of some texts: how many the web could have written, and how many name the right answer and no other."""

    legal: float
    right: float


def question_about(fact: Fact, lang: str) -> Question:
    """The question about a fact, as a forum page asks it: one line."""
    text = fill(PHRASINGS[fact.relation][lang].questions[0], fact.subject.name[lang])
    return Question(first_line(text, lang), lang, "fact", fact, fact.answer[lang])


def sample_one_by_one(
    assistant: Assistant, question: Question, n: int = 100, seed: int = 0
) -> Tensor:
    """n continuations of a question, drawn token by token; (n, T) int, filled up with the stop token."""
    generator = torch.Generator().manual_seed(seed)
    prompts = [assistant.begin(question.text)] * n
    rows = generate_batch(
        assistant.model, prompts, MAX_REPLY_TOKENS, assistant.stop, generator=generator
    )
    longest = max(map(len, rows))
    return torch.tensor([row + [assistant.stop] * (longest - len(row)) for row in rows])


def texts_of(assistant: Assistant, rows: Tensor) -> list[str]:
    """Each row as text, up to its first stop token."""
    found = []
    for row in rows.tolist():
        end = row.index(assistant.stop) if assistant.stop in row else len(row)
        found.append(assistant.tokenizer.decode(row[:end]))
    return found


def shares_of(web: Web, assistant: Assistant, question: Question, rows: Tensor) -> Shares:
    """How many continuations make a page of this web, by its own probabilities, and how many first lines are right."""
    labeler = GoldLabeler(web)
    written = texts_of(assistant, rows)
    legal = [web.log_probability(question.text + text) > -math.inf for text in written]
    right = [labeler.classify(question, text.split("\n")[0]) == "right" for text in written]
    return Shares(sum(legal) / len(rows), sum(right) / len(rows))
