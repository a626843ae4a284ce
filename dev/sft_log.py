"""The long table of lesson 11: tunings of the base model on demonstrations, over several seeds.

    python -m dev.sft_log [--seeds 3] [--resume]

writes gptlab/assets/logs/sft.json, which names the seeds, the commit and the base model's weights. To be made again
whenever the shipped model is.
"""

import argparse
import hashlib
import time
from collections.abc import Callable

from gptlab import borrow
from gptlab.engine import hardware
from gptlab.engine.assistant import shipped
from gptlab.engine.model.shipped import FOLDER
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
    parser = argparse.ArgumentParser(
        prog="python -m dev.sft_log", description="Make lesson 11's long table again."
    )
    parser.add_argument("--seeds", type=int, default=3, help="runs a setting (default: 3)")
    parser.add_argument(
        "--resume", action="store_true", help="keep the rows that were made from the same base"
    )
    args = parser.parse_args(arguments)
    borrow("all")
    bench = Bench(shipped("base"), Web(0))
    weights = (FOLDER / "base" / "model.safetensors").read_bytes()
    made = {
        "command": f"python -m dev.sft_log --seeds {args.seeds}",
        "seeds": list(range(args.seeds)),
        "commit": hardware.commit(),
        "base_sha256": hashlib.sha256(weights).hexdigest(),
    }
    rows, known, seconds = _kept(made["base_sha256"]) if args.resume else ([], {}, 0)
    started = time.process_time() - seconds
    known = known or knowledge.known_by_language(bench)
    there = {(row.study, row.setting, row.seed) for row in rows}
    for study, setting, seed, make in plan(bench, knowledge.split(bench, known), args.seeds):
        if (study, setting, seed) in there:
            continue
        rows += make()
        print(f"{time.process_time() - started:6.0f} s  {rows[-1]}", flush=True)
        sft_log.save(rows, known, made | {"cpu_seconds": round(time.process_time() - started)})
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
