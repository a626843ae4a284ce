"""The long table of lesson 11: one row a tuning, made once by `python -m dev.sft_log` and shipped.

number     by the number of demonstrations
mask       which tokens are learnt from: the replies, everything, or the replies without their end token
epochs     pass after pass over few demonstrations, and "slow epochs" with a tenth of the learning rate
knowledge  facts that the base model knows and does not know (`knowledge.py`)
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from gptlab.engine.assistant import Assistant
from gptlab.engine.evaluate.replies import win_rate
from gptlab.engine.model.shipped import FOLDER
from gptlab.engine.train.sft import Example
from gptlab.experiments.instruct import knowledge
from gptlab.experiments.instruct.bench import BATCH, LR, Bench, figures

LOG = FOLDER / "logs" / "sft.json"
NUMBERS = (0, 10, 30, 100, 300, 1000, 3000, 10000)
FEWEST_PASSES, MOST_EPOCHS = 600, 16  # demonstrations read in all, and how often each
REPLY, EVERYTHING, NO_END = "reply", "everything", "no end token"
MASKS = (REPLY, EVERYTHING, NO_END)
N_MASKED = 300
N_EPOCHS_SHOWN, EPOCHS = 320, 16
PACES = {"epochs": LR, "slow epochs": LR / 10}
WATCHED = (1, 2, 3, 4, 6, 8, 12, 16)


@dataclass(frozen=True)
class Row:
    """One measured model: of which study, with what setting, and the figures."""

    study: str
    setting: int | str
    seed: int
    figures: dict[str, float] = field(default_factory=dict)


def epochs_for(n: int) -> int:
    """Passes over n demonstrations, so that few are read more often."""
    return max(1, min(MOST_EPOCHS, FEWEST_PASSES // n)) if n else 0


def masked(examples: Sequence[Example], which: str) -> list[Example]:
    """The same demonstrations with another choice of the tokens to learn from."""
    if which == EVERYTHING:
        return [(ids, [True] * len(ids)) for ids, _ in examples]
    if which == NO_END:
        return [(ids, [*mask[:-1], False]) for ids, mask in examples]
    return list(examples)


def measure(bench: Bench, assistant: Assistant) -> dict[str, float]:
    """Replies to the test questions, judged, and the loss on validation replies."""
    judged = bench.judged(assistant, bench.questions())
    return figures(judged) | {"loss": bench.loss(assistant, bench.validation())}


def number_row(bench: Bench, n: int, seed: int) -> Row:
    """Tune on n demonstrations."""
    examples = bench.render(bench.demonstrations(n, seed))
    tuned = bench.tuned(examples, epochs_for(n), seed)
    return Row("number", n, seed, measure(bench, tuned))


def mask_row(bench: Bench, which: str, seed: int) -> Row:
    """Tune on 300 demonstrations with one choice of the tokens that count."""
    examples = masked(bench.render(bench.demonstrations(N_MASKED, seed)), which)
    tuned = bench.tuned(examples, epochs_for(N_MASKED), seed)
    return Row("mask", which, seed, measure(bench, tuned))


def epoch_rows(bench: Bench, study: str, seed: int) -> list[Row]:
    """Tune on 320 demonstrations at a study's pace, and measure after some of the passes: one row each."""
    shown = bench.demonstrations(N_EPOCHS_SHOWN, seed)
    a_pass = N_EPOCHS_SHOWN // BATCH
    questions = bench.questions()
    rows: list[Row] = []
    first: list[float] = []

    def watch(assistant: Assistant, told: dict) -> None:
        done = told["step"] + 1
        epoch = done // a_pass
        last = done == told["total"]
        if epoch not in WATCHED or done % a_pass > 1 or (epoch == EPOCHS and not last):
            return
        judged = bench.judged(assistant, questions)
        scores = [j.score for j in judged]
        first[:] = first or scores
        found = figures(judged) | {
            "loss": bench.loss(assistant, bench.validation()),
            "training_loss": bench.loss(assistant, shown),
            "wins": win_rate(scores, first).mean,
        }
        rows.append(Row(study, epoch, seed, found))

    bench.tuned(bench.render(shown), EPOCHS, seed, watch, PACES[study])
    return rows


def knowledge_row(bench: Bench, facts: knowledge.Split, arm: str, seed: int) -> Row:
    """Tune as one arm is shown, and measure on facts that no demonstration spoke of."""
    shown = knowledge.demonstrations(bench, facts, arm, seed)
    tuned = bench.tuned(bench.render(shown), knowledge.EPOCHS, seed)
    return Row("knowledge", arm, seed, knowledge.measured(bench, facts, tuned))


def save(rows: Sequence[Row], known: dict[str, str], made: dict, path: Path = LOG) -> None:
    """Write the table, what the base model knows, and how both were made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    short = [
        Row(r.study, r.setting, r.seed, {k: round(v, 4) for k, v in r.figures.items()})
        for r in rows
    ]
    lines = ",\n".join("  " + json.dumps(asdict(row)) for row in short)
    head, facts = json.dumps(made, indent=1), json.dumps(known)
    text = f'{{"made": {head},\n "known": {facts},\n "rows": [\n{lines}\n]}}\n'
    path.write_text(text, encoding="utf-8")


def load(path: Path = LOG) -> tuple[list[Row], dict[str, str], dict]:
    """The shipped table, which facts the base model knows by language, and how both were made."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return [Row(**row) for row in content["rows"]], content["known"], content["made"]


def by_setting(rows: Sequence[Row], study: str, figure: str) -> dict[int | str, list[float]]:
    """One figure of a study, of all seeds, by setting, in the order of the table."""
    found: dict[int | str, list[float]] = {}
    for row in rows:
        if row.study == study:
            found.setdefault(row.setting, []).append(row.figures[figure])
    return found
