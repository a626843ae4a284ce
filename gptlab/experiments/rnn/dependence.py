"""Sentences that end in their answer: how much a network's answer depends on the subject's name, by the gradient."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from gptlab.experiments.unseen_combinations import LANG, MARK, WORD, Combinations, Sentence
from gptlab.interpret.gradient_by_word import gradient_by_word


@dataclass(frozen=True)
class Question:
    """A sentence up to its answer.

    words    before the answer, with the mark in front
    subject  the places of the subject's name among them
    answer   the first word of the answer
    """

    words: tuple[str, ...]
    subject: tuple[int, ...]
    answer: str

    @property
    def distance(self) -> int:
        """How many words are between the subject's name and the answer."""
        return len(self.words) - 1 - self.subject[-1]


def question_of(sentence: Sentence) -> Question | None:
    """The sentence as a question; None where it does not end in its answer."""
    words = (MARK, *sentence.words)
    answer = tuple(WORD.findall(sentence.fact.answer[LANG]))
    name = [word.lower() for word in WORD.findall(sentence.fact.subject.name[LANG])]
    before = words[: -1 - len(answer)]
    if words[len(before) : -1] != answer:
        return None
    starts = [
        i
        for i in range(len(before))
        if [word.lower() for word in before[i : i + len(name)]] == name
    ]
    if not starts:
        return None
    return Question(before, tuple(range(starts[0], starts[0] + len(name))), answer[0])


def questions_of(sentences: Sequence[Sentence]) -> list[Question]:
    """All sentences that end in their answer, each once, in their order."""
    found = [question_of(sentence) for sentence in sentences]
    return list(dict.fromkeys(question for question in found if question is not None))


def word_shares(model: nn.Module, data: Combinations, question: Question) -> list[float]:
    """The share of each word before the answer in the gradient of the answer's log-probability."""
    return gradient_by_word(model, data.ids(question.words), int(data.ids([question.answer])[0]))


def answer_probability(model: nn.Module, data: Combinations, question: Question) -> float:
    """What the network gives the right answer's first word."""
    with torch.no_grad():
        logits = model(data.ids(question.words)[None])[0, -1]
    return float(logits.softmax(-1)[data.ids([question.answer])[0]])


def subject_share(model: nn.Module, data: Combinations, questions: Sequence[Question]) -> float:
    """The mean share of the subject's name in the gradient."""
    total = 0.0
    for question in questions:
        shares = word_shares(model, data, question)
        total += sum(shares[place] for place in question.subject)
    return total / len(questions)
