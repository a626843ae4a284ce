"""The long table of lesson 12: reward models by the number of rankings and by how much the labelers disagree.

    python -m dev.reward_log [--seeds 3] [--resume]

writes gptlab/assets/logs/reward.json, which names the seeds, the commit and the SFT model's weights. To be made again
whenever the shipped model is. It takes about eight minutes of one core.
"""

import itertools

from dev.long_table import Clock, made_by, options, weights_sha256
from gptlab import borrow
from gptlab.engine.assistant import shipped
from gptlab.experiments.reward.comparisons import (
    Source,
    agreement_of_two,
    ceiling,
    crowd_that_agrees,
    gaps_of,
)
from gptlab.experiments.reward.learning_curve import (
    LOG,
    N_TEST,
    TEST_SEED,
    Row,
    load,
    save,
    trained_row,
    usual_passes,
)
from gptlab.world.gold_labeler import AGREEMENT
from gptlab.world.web import Web

RANKINGS = (100, 300, 1000, 3000)
AGREEMENTS = (1.0, AGREEMENT)


def plan(seeds: int) -> list[Row]:
    """Every row of the table, the quickest first, so that a table that was stopped early holds whole seeds of them."""
    every = itertools.product(RANKINGS, range(seeds), AGREEMENTS)
    return [Row(n, agreement, seed, usual_passes(n)) for n, seed, agreement in every]


def main(arguments: list[str] | None = None) -> int:
    """Make the table, and save it after every row; returns the exit status."""
    args = options("reward_log", "Make lesson 12's long table again.", "model", arguments)
    borrow("all")
    source = Source(Web(0), shipped("sft"))
    test = source.fours(N_TEST, TEST_SEED, held_out=True)
    crowds = {agreement: crowd_that_agrees(agreement, test) for agreement in AGREEMENTS}
    gaps = gaps_of(test)
    made = made_by(
        "reward_log",
        args.seeds,
        sft_sha256=weights_sha256("sft"),
        test_pairs=len(gaps),
        agreements={str(a): round(agreement_of_two(c, gaps), 4) for a, c in crowds.items()},
        ceilings={str(a): round(ceiling(c, gaps), 4) for a, c in crowds.items()},
    )
    kept, seconds = _kept(made["sft_sha256"]) if args.resume else ({}, 0)
    clock = Clock(seconds)
    for row in plan(args.seeds):
        key = (row.setting, row.seed)
        if key not in kept:
            kept[key] = trained_row(source, crowds[row.agreement], test, row)
            clock.say(kept[key])
            rows = sorted(kept.values(), key=lambda row: (row.setting, row.seed))
            save(rows, clock.on(made))
    return 0


def _kept(sft: str) -> tuple[dict[tuple, Row], int]:
    """The rows of the table that is there, and what they took, in seconds, where it is of this SFT model."""
    if not LOG.exists():
        return {}, 0
    rows, made = load()
    if made["sft_sha256"] != sft:
        return {}, 0
    return {(row.setting, row.seed): row for row in rows}, made["cpu_seconds"]


if __name__ == "__main__":
    raise SystemExit(main())
