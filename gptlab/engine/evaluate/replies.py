"""What models write, counted and judged: kinds of continuation, replies before the gold labeler, win rates."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import fmean

from gptlab.engine.assistant import Assistant, Reply
from gptlab.engine.chat_settings import CHAT_TEMPERATURE
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.world.gold_labeler import GoldLabeler, Judgement
from gptlab.world.questions import RUNNING_EXAMPLE, Question, first_line
from gptlab.world.web import Web

CONTINUATION_TOKENS = 40  # as much of a continuation as is counted or shown


@dataclass
class Continuations:
    """How often a base model goes on with an answer, another question, an exam, something else; examples by kind."""

    answer: int = 0
    question: int = 0
    exam: int = 0
    other: int = 0
    examples: dict[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of each kind."""
        return {kind: n for kind, n in vars(self).items() if kind != "examples"}

    @property
    def total(self) -> int:
        """How many there are of all kinds."""
        return sum(self.counts.values())

    def add(self, kind: str, text: str) -> None:
        """Count one more; the first of its kind is its example."""
        setattr(self, kind, getattr(self, kind) + 1)
        self.examples.setdefault(kind, text)


@dataclass(frozen=True)
class MeanJudgement:
    """Means over replies: gold score; shares that are right, answer, are polite, rude, finished; length in bytes."""

    gold: float
    right: float
    answers: float
    polite: float
    rude: float
    finished: float
    bytes: float


@dataclass(frozen=True)
class WinRate:
    """A share of wins with its 95 % interval, over n prompts."""

    mean: float
    low: float
    high: float
    n: int


def continuations(
    model: GPT,
    tokenizer: Tokenizer,
    web: Web,
    prompt: str = RUNNING_EXAMPLE["zh"],
    n: int = 200,
    seed: int = 0,
) -> Continuations:
    """How the base model goes on from the running example, counted over n samples at temperature 1."""
    writer = Assistant(model, tokenizer)
    found = Continuations()
    for reply in writer.replies([prompt] * n, CONTINUATION_TOKENS, 1.0, seed):
        found.add(continuation_kind(web, reply.text), reply.text)
    return found


def continuation_kind(web: Web, text: str) -> str:
    """answer: a mountain is named; question: it is met by another question; exam: options A, B, C; else other."""
    lines = text.strip("？? \n")
    if "A" in lines[:2] and "B" in lines:
        return "exam"
    if "谁来告诉我" in lines or "请大家帮帮我" in lines or lines.endswith(("？", "?")):
        return "question"
    named = any(name.zh in lines for name in web.facts.answers["mountain"])
    return "answer" if named else "other"


def distinct_questions(drawn: Iterator[Question], n: int) -> list[Question]:
    """The first n different questions of those that are drawn."""
    found: dict[str, Question] = {}
    for question in drawn:
        found.setdefault(question.text, question)
        if len(found) == n:
            break
    return list(found.values())


def ask(
    assistant: Assistant,
    questions: list[Question],
    temperature: float = CHAT_TEMPERATURE,
    seed: int = 0,
) -> list[Reply]:
    """A reply to each question; a base model is given it as the first line of a page."""
    prompts = [q.text if assistant.chats else first_line(q.text, q.lang) for q in questions]
    return assistant.replies(prompts, temperature=temperature, seed=seed)


def judge_replies(
    gold: GoldLabeler, questions: list[Question], replies: list[Reply]
) -> list[Judgement]:
    """The gold labeler's judgement of each reply."""
    return [gold.judge(q, text, finished) for q, (text, finished) in zip(questions, replies)]


def mean_judgement(judgements: list[Judgement]) -> MeanJudgement:
    """Means over judgements."""
    return MeanJudgement(
        gold=sum(j.score for j in judgements) / len(judgements),  # to the last digit as ever
        right=fmean(j.content == "right" for j in judgements),
        answers=fmean(j.answers for j in judgements),
        polite=fmean(j.polite for j in judgements),
        rude=fmean(j.rude for j in judgements),
        finished=fmean(j.finished for j in judgements),
        bytes=fmean(j.n_bytes for j in judgements),
    )


def win_rate(ours: list[float], theirs: list[float]) -> WinRate:
    """How often our reply to the same prompt scores higher, ties counted half, with a 95 % interval over prompts.

    mean ± 1.96·s/√n, s the standard deviation of (1 win, ½ tie, 0 loss)

    Raises ValueError where the two lists are not of one length, or empty.
    """
    if len(ours) != len(theirs) or not ours:
        raise ValueError(
            f"{len(ours)} scores against {len(theirs)}: give one of each for every prompt"
        )
    points = [1.0 if a > b else 0.5 if a == b else 0.0 for a, b in zip(ours, theirs)]
    n = len(points)
    mean = fmean(points)
    half = 1.96 * math.sqrt(sum((p - mean) ** 2 for p in points) / max(1, n - 1) / n)
    return WinRate(mean, max(0.0, mean - half), min(1.0, mean + half), n)
