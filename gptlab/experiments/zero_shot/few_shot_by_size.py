"""Few-shot by size: the models of lesson 10's ladder, and the shipped one, on the same questions.

`python -m dev.few_shot_by_size` measures the models of a work folder of `python -m dev.ladder` and writes the log that
is shipped; `read_log` gives it, `measure` asks one model.
"""

import json
import random
from collections.abc import Callable

import torch
from torch import Tensor

from gptlab import zero_shot
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.shipped import FOLDER
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.experiments.zero_shot import few_shot
from gptlab.experiments.zero_shot.few_shot import Question
from gptlab.world.web import Web

LOG = FOLDER / "logs" / "few_shot_by_size.json"
KS = (0, 1, 2, 4)
N = 100  # questions of each kind
WORDS = ("antonym", "plural", "double", "translate")  # maps of words
PLACES = ("capital", "continent")


def questions_of(web: Web, tasks: tuple[str, ...], n: int = N) -> list[Question]:
    """Ambiguous questions of these maps, at most n, the same ones every time."""
    found = few_shot.ambiguous_questions(web, tasks)
    return random.Random(0).sample(found, min(n, len(found)))


@torch.no_grad()
def tokens_of_answers(
    model: Callable, tokenizer: Tokenizer, prompts: list[str], wanted: list[str]
) -> tuple[Tensor, Tensor, Tensor]:
    """What the model finds likeliest at every token of the right answers, given those before.

    -> predicted, targets (N, T) int and mask (N, T) bool, True = the token belongs to an answer; the line's end is
    its last
    """
    start = tokenizer.special["endoftext"]
    before = [[start, *tokenizer.encode(prompt)] for prompt in prompts]
    after = [tokenizer.encode(f" {answer}\n") for answer in wanted]
    longest = max(len(a) + len(b) for a, b in zip(before, after, strict=True))
    ids = torch.full((len(before), longest), start)
    mask = torch.zeros(len(before), longest, dtype=torch.bool)
    for row, (a, b) in enumerate(zip(before, after, strict=True)):
        ids[row, : len(a) + len(b)] = torch.tensor([*a, *b])
        mask[row, len(a) : len(a) + len(b)] = True
    return model(ids[:, :-1]).argmax(-1), ids[:, 1:], mask[:, 1:]


def measure(model: GPT, tokenizer: Tokenizer, web: Web | None = None) -> dict:
    """What one model does: right answers by kind of question, condition and K, and two metrics of its answers."""
    web = web or Web()
    found: dict = {"n_parameters": sum(p.numel() for p in model.parameters())}
    for kind, tasks in (("words", WORDS), ("places", PLACES)):
        questions = questions_of(web, tasks)
        shares = {}
        for condition in (few_shot.RIGHT, few_shot.SHUFFLED, few_shot.OTHER):
            for k in KS if condition == few_shot.RIGHT else (1, 4):
                share = few_shot.accuracy(model, tokenizer, web, questions, k, condition)
                shares[f"{condition}, K = {k}"] = [share.right, share.n]
        found[kind] = shares
    questions = questions_of(web, PLACES)
    prompts = few_shot.prompts_for(web, questions, 1)
    tokens = tokens_of_answers(model, tokenizer, prompts, [q.answer for q in questions])
    found["exact match"] = round(float(zero_shot.exact_match(*tokens)), 4)
    found["token accuracy"] = round(float(zero_shot.token_accuracy(*tokens)), 4)
    found["tokens of an answer"] = round(float(tokens[2].sum() / len(questions)), 2)
    return found


def read_log() -> dict:
    """How it was made, and "models": what `measure` says of each, by name, the smallest first."""
    return json.loads(LOG.read_text(encoding="utf-8"))
