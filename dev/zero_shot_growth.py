"""Lesson 08's record: zero-shot accuracy of small models through their pretraining.

    python -m dev.zero_shot_growth [--seeds 0 1 2]

trains every size once for each seed, about a minute of computing time for a seed, and writes
gptlab/assets/zero_shot_growth.json.
"""

import argparse
import sys

from gptlab import borrow
from gptlab.experiments.zero_shot import growth
from gptlab.world.web import Web


def main(arguments: list[str] | None = None) -> int:
    """Train, ask, and keep what was answered; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m dev.zero_shot_growth")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    args = parser.parse_args(arguments)
    borrow("all")  # what is shipped is made of the references, whatever this checkout holds
    place = growth.corner(Web())
    rows = []
    for seed in args.seeds:
        for size in growth.SIZES:
            rows += growth.grow(size, place, seed, report=_say)
        done = args.seeds[: args.seeds.index(seed) + 1]
        command = f"python -m dev.zero_shot_growth --seeds {' '.join(map(str, done))}"
        growth.write_record(rows, command, done)
    return 0


def _say(row: dict) -> None:
    shares = ", ".join(
        f"{t} {by['raw']:.0%} {by['per token']:.0%}" for t, by in row["accuracy"].items()
    )
    print(f"{row['size']}, seed {row['seed']}, step {row['step']}: {shares}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
