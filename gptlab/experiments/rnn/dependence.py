"""Sentences that end in their answer: how much a network's answer hangs on the name of the country."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from gptlab.experiments.unseen_combinations import LANG, MARK, WORD, Combinations, Sentence
from gptlab.interpret.word_importance import gradient_shares, lead_lost

ASKED = ("capital", "language")  # relations whose answers differ in their first word


@dataclass(frozen=True)
class Question:
    """A sentence up to its answer.

    words    before the answer, with the mark in front
    subject  the places of the subject's name among them
    answer   the first word of the answer
    others   the first words of other answers of its kind
    """

    words: tuple[str, ...]
    subject: tuple[int, ...]
    answer: str
    others: tuple[str, ...]

    @property
    def distance(self) -> int:
        """How many words are between the subject's name and the answer."""
        return len(self.words) - 1 - self.subject[-1]


def question_of(data: Combinations, sentence: Sentence) -> Question | None:
    """The sentence as a question; None where it does not end in its answer, or is not about what is asked."""
    fact = sentence.fact
    words = (MARK, *sentence.words)
    answer = tuple(WORD.findall(fact.answer[LANG]))
    before = words[: -1 - len(answer)]
    if fact.relation not in ASKED or words[len(before) : -1] != answer:
        return None
    name = [word.lower() for word in WORD.findall(fact.subject.name[LANG])]
    lowered = [word.lower() for word in before]
    starts = [i for i in range(len(before)) if lowered[i : i + len(name)] == name]
    if not starts:
        return None
    same_kind = [f.answer[LANG] for f in data.facts if f.relation == fact.relation]
    others = {WORD.findall(text)[0] for text in same_kind} - {answer[0]}
    return Question(
        before, tuple(range(starts[0], starts[0] + len(name))), answer[0], tuple(sorted(others))
    )


def questions_of(data: Combinations, sentences: Sequence[Sentence]) -> list[Question]:
    """All sentences that end in their answer, each once, in their order."""
    found = [question_of(data, sentence) for sentence in sentences]
    return list(dict.fromkeys(question for question in found if question is not None))


def _numbers(data: Combinations, question: Question) -> tuple:
    """A question for `interpret.word_importance`: ids, answer, others."""
    answer, *others = data.ids([question.answer, *question.others]).tolist()
    return data.ids(question.words), answer, others


def lost_without(model: nn.Module, data: Combinations, question: Question) -> list[float]:
    """What of the answer's lead is lost without each word."""
    return lead_lost(model, *_numbers(data, question))[1]


def right_share(model: nn.Module, data: Combinations, questions: Sequence[Question]) -> float:
    """How often the answer has the highest score of all answers of its kind."""
    right = 0
    for question in questions:
        ids, answer, others = _numbers(data, question)
        with torch.no_grad():
            logits = model(ids[None])[0, -1]
        right += bool(logits[answer] > logits[others].max())
    return right / len(questions)


def found_by(
    model: nn.Module, data: Combinations, questions: Sequence[Question]
) -> dict[str, float]:
    """How often the word that matters most is the subject's name: by the gradient, and when words are taken away."""
    hits = {"gradient": 0, "taken away": 0}
    for question in questions:
        numbers = _numbers(data, question)
        by_gradient, by_loss = gradient_shares(model, *numbers), lead_lost(model, *numbers)[1]
        hits["gradient"] += by_gradient.index(max(by_gradient)) in question.subject
        hits["taken away"] += by_loss.index(max(by_loss)) in question.subject
    return {way: n / len(questions) for way, n in hits.items()}
