"""Zero-shot accuracy while a model is pretrained, for several sizes, on a small corner of the little web.

Nobody ever trains these models on the tasks: they only read pages. The corner is English pages of a few kinds
about the best-known facts, with a tokenizer of its own, so that a minute of training shows what takes the whole
web half an hour.
"""

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from gptlab import bpe
from gptlab.blanks.source_scan import CHECKOUT
from gptlab.course import lesson
from gptlab.engine.config import GPTConfig, TrainConfig
from gptlab.engine.data.corpus import as_stream, text_tokens
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.shipped import FOLDER
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.engine.train.pretrain import PretrainingRun
from gptlab.experiments.zero_shot.tasks import (
    Question,
    accuracy,
    bare_answers,
    moods,
    scored,
    sums,
)
from gptlab.world.web import Web

RECORD = FOLDER / "zero_shot_growth.json"
SIZES = {  # name -> width, layers, heads
    "16 wide, 1 layer": (16, 1, 1),
    "32 wide, 2 layers": (32, 2, 2),
    "64 wide, 2 layers": (64, 2, 4),
}
STEPS = 800
BATCH, CONTEXT = 16, 128  # sequences of so many tokens
LOOK_AT = (0, 50, 100, 200, 400, 800)  # steps after which the model is asked
KINDS = ("forum", "statement", "encyclopedia", "review", "sums")
N_FACTS = 60  # the best-known ones: pages that state another are left out
N_PAGES, N_FOR_TOKENIZER = 9000, 2500
VOCABULARY = 700
PAGES_SEED = 800
WAYS = ("raw", "per token")  # of comparing options of unequal length
CHANCE = {"mood": 1 / 2, "fact": 1 / 4, "sum": 1 / 4}  # the accuracy of guessing


@dataclass(frozen=True)
class Corner:
    """A small corner of the web: what is read, and what is asked, in phrasings that no page uses."""

    tokenizer: Tokenizer
    stream: Tensor  # (N) int
    questions: dict[str, list[Question]]


def corner(web: Web) -> Corner:
    """Collect the pages, learn the merges, and make the questions."""
    lesson.fill_other_lessons()
    texts = []
    for page in web.pages(PAGES_SEED, kinds=KINDS, lang="en"):
        if all(fact.index < N_FACTS for fact in page.stated):
            texts.append(page.text)
        if len(texts) == N_PAGES:
            break
    merges_from = "\n".join(texts[:N_FOR_TOKENIZER])
    tokenizer = Tokenizer.train(merges_from, VOCABULARY, bpe.BILINGUAL_PATTERN)
    tokens = [text_tokens(tokenizer, text) for text in texts]
    questions = {
        "mood": moods(web, n=60),
        "fact": bare_answers(web, (0, N_FACTS), n=50),
        "sum": sums(web, n=60),
    }
    return Corner(tokenizer, as_stream(np.concatenate(tokens)), questions)


def asked(model: GPT, place: Corner) -> dict[str, dict[str, float]]:
    """The accuracy of each task, options scored as a whole and per token."""
    was_training = model.training
    model.eval()
    found = {}
    for task, questions in place.questions.items():
        results = scored(model, place.tokenizer, questions)
        found[task] = {way: accuracy(results, way) for way in WAYS}
    model.train(was_training)
    return found


def grow(
    size: str,
    place: Corner,
    seed: int = 0,
    look_at: tuple[int, ...] = LOOK_AT,
    report: Callable[[dict], None] | None = None,
) -> list[dict]:
    """Pretrain one size up to the last of `look_at`, and ask it on the way; a row for each time.

    The learning rate follows the schedule of STEPS updates, however early the run ends.
    """
    d_model, n_layers, n_heads = SIZES[size]
    shape = GPTConfig(place.tokenizer.vocab_size, CONTEXT, n_layers, n_heads, d_model)
    model = GPT(shape, fused=True, seed=seed)
    config = TrainConfig(STEPS, BATCH, lr=0.02, min_lr=1e-4, warmup=20, muon_lr=0.04, seed=seed)
    run = PretrainingRun(model.train(), place.stream, config)
    rows = []
    for step in range(max(look_at) + 1):
        if step in look_at:
            losses = [row["loss"] for row in run.history[-20:]]
            rows.append(
                {
                    "size": size,
                    "parameters": sum(p.numel() for p in model.parameters()),
                    "seed": seed,
                    "step": step,
                    "tokens": step * BATCH * CONTEXT,
                    "loss": sum(losses) / len(losses) if losses else None,
                    "accuracy": asked(model, place),
                }
            )
            if report:
                report(rows[-1])
        if step < max(look_at):
            run.update()
    return rows


def write_record(rows: list[dict], command: str, seeds: list[int]) -> None:
    """Keep the rows of a whole run beside the shipped models, with what they were made by."""
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=CHECKOUT, capture_output=True, text=True
    ).stdout.strip()
    record = {
        "command": command,
        "commit": commit,
        "seeds": seeds,
        "made": time.strftime("%Y-%m-%d"),
    }
    text = json.dumps(record | {"rows": rows}, indent=1)
    RECORD.write_text(text + "\n", encoding="utf-8")


def record() -> dict:
    """The rows that a command of the project made once, and how."""
    return json.loads(RECORD.read_text(encoding="utf-8"))
