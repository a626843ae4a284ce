"""The long table of lesson 11: tunings of the base model on demonstrations, over several seeds.

    python -m dev.sft_log [--seeds 3] [--resume]

writes gptlab/assets/logs/sft.json, which names the seeds, the commit and the base model's weights. To be made again
whenever the shipped model is.
"""

from collections.abc import Callable

from dev.long_table import Clock, made_by, options, weights_sha256
from gptlab import borrow
from gptlab.engine.assistant import shipped
from gptlab.experiments.instruct import knowledge, sft_log
from gptlab.experiments.instruct.bench import Bench
from gptlab.experiments.instruct.sft_log import LOG, MASKS, NUMBERS, Row
from gptlab.world.web import Web

LARGE = 3000  # demonstrations from which a tuning takes long: these come last
Job = tuple[
    str, int | str, int, Callable[[], list[Row]]
]  # study, setting, seed, what makes the rows


def plan(bench: Bench, facts: knowledge.Split, seeds: int) -> list[Job]:
    """Every tuning of the table, seed by seed, the long ones last."""
    jobs: list[Job] = []

    def add(study: str, setting: int | str, seed: int, make: Callable, *more: object) -> None:
        jobs.append((study, setting, seed, lambda: _list(make(bench, *more, seed))))

    for seed in range(seeds):
        for n in NUMBERS:
            if n < LARGE and (n or seed == 0):
                add("number", n, seed, sft_log.number_row, n)
        for arm in knowledge.ARMS:
            add("knowledge", arm, seed, sft_log.knowledge_row, facts, arm)
        for which in MASKS:
            add("mask", which, seed, sft_log.mask_row, which)
        add("epochs", 1, seed, sft_log.epoch_rows, "epochs")
    for seed in range(seeds):
        add("number", LARGE, seed, sft_log.number_row, LARGE)
    for seed in range(seeds):
        add("slow epochs", 1, seed, sft_log.epoch_rows, "slow epochs")
        add("number", NUMBERS[-1], seed, sft_log.number_row, NUMBERS[-1])
    return jobs


def main(arguments: list[str] | None = None) -> int:
    """Make the table, and save it after every tuning; returns the exit status."""
    args = options("sft_log", "Make lesson 11's long table again.", "base", arguments)
    borrow("all")
    bench = Bench(shipped("base"), Web(0))
    made = made_by("sft_log", args.seeds, base_sha256=weights_sha256("base"))
    rows, known, seconds = _kept(made["base_sha256"]) if args.resume else ([], {}, 0)
    clock = Clock(seconds)
    known = known or knowledge.known_by_language(bench)
    there = {(row.study, row.setting, row.seed) for row in rows}
    for study, setting, seed, make in plan(bench, knowledge.split(bench, known), args.seeds):
        if (study, setting, seed) in there:
            continue
        rows += make()
        clock.say(rows[-1])
        sft_log.save(rows, known, clock.on(made))
    return 0


def _list(made: Row | list[Row]) -> list[Row]:
    return made if isinstance(made, list) else [made]


def _kept(base: str) -> tuple[list[Row], dict[str, str], int]:
    """The rows of the table that is there, and what they took, in seconds, where it is of this base model."""
    if not LOG.exists():
        return [], {}, 0
    rows, known, made = sft_log.load()
    return (rows, known, made["cpu_seconds"]) if made["base_sha256"] == base else ([], {}, 0)


if __name__ == "__main__":
    raise SystemExit(main())
