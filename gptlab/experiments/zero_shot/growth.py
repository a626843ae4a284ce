"""Zero-shot accuracy while a model is pretrained, for several sizes.

Nobody ever trains these models on the tasks: they only read pages.
"""

import json
import subprocess
import time
from collections.abc import Callable

from torch import Tensor

from gptlab.blanks.source_scan import CHECKOUT
from gptlab.engine.config import GPTConfig, TrainConfig
from gptlab.engine.data.corpus import web_stream
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.shipped import FOLDER
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.engine.train.pretrain import PretrainingRun
from gptlab.experiments.zero_shot.tasks import GROWING, accuracy, scored
from gptlab.world.web import Web

RECORD = FOLDER / "zero_shot_growth.json"
SIZES = {  # name -> width, layers, heads
    "32 wide": (32, 1, 2),
    "64 wide": (64, 2, 4),
    "128 wide": (128, 4, 4),
}
STEPS = 400
BATCH = 16  # sequences of 128 tokens
LOOK_AT = (0, 25, 50, 100, 200, 400)  # steps after which the model is asked
N_QUESTIONS = 100  # of each task
N_BYTES = 4_000_000  # of pages, read about once
PAGES_SEED = 800  # of the pages
WAYS = ("raw", "per token")  # of comparing options of unequal length


def pages(web: Web, tokenizer: Tokenizer) -> Tensor:
    """The stream that every size reads; (N) int."""
    return web_stream(web, tokenizer, N_BYTES, PAGES_SEED)


def new_model(size: str, vocab_size: int, seed: int) -> GPT:
    """An untrained GPT of one of the sizes."""
    d_model, n_layers, n_heads = SIZES[size]
    config = GPTConfig(vocab_size, 128, n_layers, n_heads, d_model)
    return GPT(config, fused=True, seed=seed)


def asked(
    model: GPT, tokenizer: Tokenizer, web: Web, n: int = N_QUESTIONS
) -> dict[str, dict[str, float]]:
    """The accuracy of each task, options scored as a whole and per token."""
    was_training = model.training
    model.eval()
    found = {}
    for name, (make, _) in GROWING.items():
        results = scored(model, tokenizer, make(web, n=n))
        found[name] = {way: accuracy(results, way) for way in WAYS}
    model.train(was_training)
    return found


def grow(
    size: str,
    stream: Tensor,
    tokenizer: Tokenizer,
    web: Web,
    seed: int = 0,
    look_at: tuple[int, ...] = LOOK_AT,
    report: Callable[[dict], None] | None = None,
) -> list[dict]:
    """Pretrain one size up to the last of `look_at`, and ask it on the way; a row for each time.

    The learning rate follows the schedule of STEPS updates, however early the run ends.
    """
    model = new_model(size, tokenizer.vocab_size, seed)
    config = TrainConfig(STEPS, BATCH, lr=0.02, min_lr=1e-4, warmup=20, muon_lr=0.04, seed=seed)
    run = PretrainingRun(model.train(), stream, config)
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
                    "tokens": step * BATCH * 128,
                    "loss": sum(losses) / len(losses) if losses else None,
                    "accuracy": asked(model, tokenizer, web),
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


def normalised(accuracy: float, task: str) -> float:
    """0 for guessing, 1 for all right, as in GPT-1's figure 2."""
    chance = GROWING[task][1]
    return (accuracy - chance) / (1 - chance)
