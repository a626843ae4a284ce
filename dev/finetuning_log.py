"""The long table of lesson 07: tunings from the base model and from nothing, over several seeds.

    python -m dev.finetuning_log [--seeds 5] [--resume]

writes gptlab/assets/logs/finetuning.json, which names the seeds, the commit and the base model's weights. To be made
again whenever the shipped model is.
"""

import itertools

from dev.long_table import Clock, made_by, options, weights_sha256
from gptlab import borrow
from gptlab.engine.assistant import shipped
from gptlab.experiments.finetuning.fine_tune import Bench
from gptlab.experiments.finetuning.label_table import LOG, SCRATCH, Row, load, save, tuned_row
from gptlab.experiments.finetuning.tasks import CHOICE, MOOD, TaskSource
from gptlab.world.web import Web

MOOD_LABELS = (8, 16, 32)
CHOICE_LABELS = (10, 100, 1000)
SOME_LAYERS = (0, 1, 2, 3)


def plan(seeds: int) -> list[Row]:
    """Every row of the table, seed by seed, so that a table that was stopped early holds whole seeds."""
    rows = []
    for seed in range(seeds):
        for n, layers in itertools.product(MOOD_LABELS, (None, SCRATCH)):
            rows.append(Row(MOOD.name, n, layers, 0.0, seed))
        for n, layers in itertools.product(CHOICE_LABELS, (None, SCRATCH)):
            rows.append(Row(CHOICE.name, n, layers, 0.0, seed))
        rows += [Row(CHOICE.name, CHOICE_LABELS[-1], layers, 0.0, seed) for layers in SOME_LAYERS]
        rows += [Row(MOOD.name, n, None, 0.5, seed) for n in MOOD_LABELS]
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Make the table, and save it after every row; returns the exit status."""
    args = options(
        "finetuning_log", "Make lesson 07's long table again.", "base", arguments, seeds=5
    )
    borrow("all")
    base = shipped("base")
    bench = Bench(base.model, base.tokenizer, TaskSource(Web(0)))
    made = made_by("finetuning_log", args.seeds, base_sha256=weights_sha256("base"))
    kept, seconds = _kept(made["base_sha256"]) if args.resume else ({}, 0)
    clock = Clock(seconds)
    rows = []
    for row in plan(args.seeds):
        rows.append(kept.get((*row.setting, row.seed)) or tuned_row(bench, row))
        clock.say(rows[-1])
        save(rows, clock.on(made))
    return 0


def _kept(base: str) -> tuple[dict[tuple, Row], int]:
    """The rows of the table that is there, and what they took, in seconds, where it is of this base model."""
    if not LOG.exists():
        return {}, 0
    rows, made = load()
    if made["base_sha256"] != base:
        return {}, 0
    return {(*row.setting, row.seed): row for row in rows}, made["cpu_seconds"]


if __name__ == "__main__":
    raise SystemExit(main())
