"""Zero-, one- and few-shot: the pattern pages of the little web as tasks, with controls and the exact truth.

A pattern page applies one map to word after word, "hot -> cold". Some inputs occur in two maps: "dog" has a plural and
a translation, "Japan" a capital and a continent. Nothing in "dog ->" says which is wanted; only examples can.

K examples in a prompt.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from gptlab import zero_shot
from gptlab.engine.model import generate
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.world.grammar import log_sum_exp
from gptlab.world.web import Web

Pair = tuple[str, str]
MAPS = ("antonym", "plural", "double", "next", "translate", "capital", "continent", "job")
NEW_MAP = "held out"  # cat -> dog, dog -> bird …: on no page
ARROW = " -> "
RIGHT, SHUFFLED, OTHER = "right examples", "shuffled outputs", "another task's examples"
ANSWER_TOKENS = 12  # at most


@dataclass(frozen=True)
class Question:
    """One query: the map that is meant, its input and output, and a map that sends it to another output."""

    task: str
    query: str
    answer: str
    rival: str = ""


@dataclass(frozen=True)
class Share:
    """So many of n answers were right."""

    right: int
    n: int

    @property
    def value(self) -> float:
        """Between 0 and 1."""
        return self.right / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of Wilson 1927, which stays between 0 and 1 near its ends, too."""
        z = 1.96
        middle = (self.right + z * z / 2) / (self.n + z * z)
        half = z * math.sqrt(self.value * (1 - self.value) / self.n + (z / self.n) ** 2 / 4)
        half /= 1 + z * z / self.n
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.0%} ({low:.0%} to {high:.0%})"


def pairs_of(web: Web, task: str, lang: str = "en") -> list[Pair]:
    """All pairs (input, output) of one map."""
    rows = [row.rstrip("\n").split(ARROW) for row in web.tables.mapping(task, lang).texts]
    return [(given, wanted) for given, wanted in rows]


def ambiguous_questions(web: Web, tasks: Sequence[str] = MAPS, lang: str = "en") -> list[Question]:
    """Every input that these maps send to different outputs, once for each of them."""
    outputs: dict[str, dict[str, str]] = {}
    for task in tasks:
        for given, wanted in pairs_of(web, task, lang):
            outputs.setdefault(given, {})[task] = wanted
    questions = []
    for given, by_task in outputs.items():
        for task, wanted in by_task.items():
            rivals = [other for other, output in by_task.items() if output != wanted]
            if rivals:
                questions.append(Question(task, given, wanted, rivals[0]))
    return questions


def ideal_reader(
    web: Web, examples: Sequence[Pair], query: str, lang: str = "en"
) -> dict[str, float]:
    """How likely each map is for a reader who knows the web's own rules: Bayes' rule, exactly.

        P(map | page) = P(map) · Π_i P(example_i | map) · P(query | map) / (the same summed over all maps)

    Empty when no page of the web can begin so.
    """
    lines = [f"{given}{ARROW}{wanted}\n" for given, wanted in examples]
    scores = {}
    for task in MAPS:
        table = web.tables.mapping(task, lang)
        row = {text: i for i, text in enumerate(table.texts)}
        begun = [i for i, text in enumerate(table.texts) if text.startswith(query + ARROW)]
        if begun and all(line in row for line in lines):
            seen = sum(table.logps[row[line]] for line in lines)
            scores[task] = seen + log_sum_exp([table.logps[i] for i in begun])
    total = log_sum_exp(list(scores.values()))
    return {task: math.exp(score - total) for task, score in scores.items()}


def ideal_accuracy(web: Web, questions: Sequence[Question], k: int) -> float:
    """The best that any reader can expect on these questions, with or without right examples.

    One right example decides: no pair is in two maps with different outputs. Without any, the likeliest map is best.
    """
    if k > 0:
        return 1.0
    hits = 0.0
    for question in questions:
        maps = ideal_reader(web, [], question.query)
        best = max(maps.values())
        guessed = [task for task, p in maps.items() if p > best - 1e-9]
        hits += (question.task in guessed) / len(guessed)
    return hits / len(questions)


@torch.no_grad()
def answers(model: GPT, tokenizer: Tokenizer, prompts: Sequence[str]) -> list[str]:
    """What the model writes after each prompt at temperature 0, up to the end of the line."""
    start, stop = tokenizer.special["endoftext"], tokenizer.special["endoftext"]
    ids = [[start, *tokenizer.encode(prompt)] for prompt in prompts]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))  # alike in length, little padding
    found: dict[int, str] = {}
    for first in range(0, len(order), 64):
        part = order[first : first + 64]
        new = generate.generate_batch(model, [ids[i] for i in part], ANSWER_TOKENS, stop, 0.0)
        texts = [tokenizer.decode([token for token in row if token != stop]) for row in new]
        found |= zip(part, [text.split("\n")[0].strip() for text in texts], strict=True)
    return [found[i] for i in range(len(prompts))]


def prompts_for(
    web: Web, questions: Sequence[Question], k: int, condition: str = RIGHT, seed: int = 0
) -> list[str]:
    """One prompt a question, with k examples drawn by the reader's `draw_examples`.

    condition  RIGHT; SHUFFLED: outputs drawn from the same map, whatever the input; OTHER: the examples of the map
               that sends the query to another output
    """
    generator = torch.Generator().manual_seed(seed)
    rng = random.Random(seed)
    prompts = []
    for question in questions:
        pairs = pairs_of(web, question.rival if condition == OTHER else question.task)
        examples = zero_shot.draw_examples(pairs, question.query, k, generator)
        if condition == SHUFFLED:
            outputs = [rng.choice(pairs)[1] for _ in examples]
            examples = [(given, output) for (given, _), output in zip(examples, outputs)]
        prompts.append(zero_shot.few_shot_prompt(examples, question.query, "\n", ARROW))
    return prompts


def accuracy(
    model: GPT,
    tokenizer: Tokenizer,
    web: Web,
    questions: Sequence[Question],
    k: int,
    condition: str = RIGHT,
    seed: int = 0,
) -> Share:
    """How many questions are answered right, word for word, after k examples."""
    written = answers(model, tokenizer, prompts_for(web, questions, k, condition, seed))
    right = sum(text == question.answer for text, question in zip(written, questions))
    return Share(right, len(questions))


def copying_reader(prompt: str) -> str:
    """The answer of a program that knows nothing: what followed the query where it stood in the prompt before."""
    *lines, last = prompt.split("\n")
    query = last.removesuffix(ARROW.rstrip())
    for line in lines:
        given, _, wanted = line.partition(ARROW)
        if given == query:
            return wanted
    return ""
