"""The log of lesson 10b: few-shot accuracy of the ladder's models and of the shipped one.

    python -m dev.few_shot_by_size [--work runs/ladder]

measures the models that `python -m dev.ladder` left in the work folder, in seconds, and writes
gptlab/assets/logs/few_shot_by_size.json.
"""

import argparse
import json
import subprocess
import sys

from gptlab import borrow
from gptlab.blanks.files import write_atomically
from gptlab.engine import hardware
from gptlab.engine.assistant import shipped
from gptlab.engine.model import checkpoint
from gptlab.experiments.scaling import ladder
from gptlab.experiments.zero_shot import few_shot_by_size

TOKENS = 2**20  # that each of the ladder's models read


def main(arguments: list[str] | None = None) -> int:
    """Measure and write the log; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.few_shot_by_size", description="Measure few-shot accuracy by size."
    )
    parser.add_argument("--work", default="runs/ladder", help="folder of the ladder's models")
    args = parser.parse_args(arguments)
    borrow("all")  # the log is made of the references, whatever this checkout holds
    hardware.prepare_torch()
    models: dict[str, dict] = {}
    for shape in ladder.SHAPES:  # of each size the first seed that the folder holds
        rungs = [ladder.Rung(*shape, TOKENS, seed) for seed in ladder.SEEDS]
        found = [rung for rung in rungs if checkpoint.exists(f"{args.work}/{rung.name}")][:1]
        models |= ladder.measure_rungs(args.work, few_shot_by_size.measure, found)
    base = shipped("base")
    models["shipped"] = few_shot_by_size.measure(base.model, base.tokenizer)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
    )
    head = {
        "command": "python -m dev.few_shot_by_size",
        "commit": commit.stdout.strip(),
        "machine": hardware.describe(),
    }
    rows = ",\n  ".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in models.items())
    few_shot_by_size.LOG.parent.mkdir(parents=True, exist_ok=True)
    text = f'{json.dumps(head, indent=1)[:-2]},\n "models": {{\n  {rows}\n }}\n}}\n'
    write_atomically(few_shot_by_size.LOG, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
