"""The ladder of small models of lesson 10, and its log.

    python -m dev.ladder [--work runs/ladder] [--seeds 3] [--minutes 35]

trains the runs that are missing, the first seed first, keeps each model in the work folder, and writes the log that
is shipped, gptlab/assets/logs/ladder.json. Stopped at any moment, it goes on after the last finished run.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from gptlab import borrow
from gptlab.blanks.files import write_atomically
from gptlab.engine import hardware
from gptlab.engine.model import checkpoint
from gptlab.experiments.scaling import ladder


def written(log: dict) -> str:
    """The log as text: one run a line."""
    head = json.dumps({k: v for k, v in log.items() if k != "runs"}, indent=1)[:-2]
    runs = ",\n  ".join(json.dumps(run) for run in log["runs"])
    return f'{head},\n "runs": [\n  {runs}\n ]\n}}\n'


def begun(file: Path) -> dict:
    """The log so far, or a new one that says how it is made."""
    if file.exists():
        return ladder.read_log(file)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
    )
    return {
        "command": "python -m dev.ladder",
        "commit": commit.stdout.strip(),
        "machine": hardware.describe(),
        "runs": [],
    }


def train_missing(log: dict, work: Path, file: Path, n_seeds: int, minutes: float) -> None:
    """Climb every rung that the log lacks, until the minutes of computing time are used up."""
    ground = ladder.Ground()
    log.setdefault("floor", round(ground.floor, 6))
    done = {(run["n_layers"], run["d_model"], run["n_tokens"], run["seed"]) for run in log["runs"]}
    for rung in ladder.rungs(tuple(range(n_seeds))):
        if (rung.n_layers, rung.d_model, rung.n_tokens, rung.seed) in done:
            continue
        if time.process_time() > 60 * minutes:
            print(f"{minutes:g} minutes are used up")
            return
        model, entry = ladder.climb(rung, ground)
        checkpoint.save(work / rung.name, model, ground.tokenizer, meta={"rung": rung.name})
        log["runs"].append(entry)
        write_atomically(file, written(log))
        print(f"{rung.name}: {entry['held_out'][-1][1]:.3f} nats, {entry['cpu_seconds']:.0f} s")


def main(arguments: list[str] | None = None) -> int:
    """Train and write the log; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.ladder", description="Train the ladder of lesson 10."
    )
    parser.add_argument("--work", default="runs/ladder", help="folder of the models")
    parser.add_argument("--log", default=str(ladder.LOG), help="default: %(default)s")
    parser.add_argument("--seeds", type=int, default=len(ladder.SEEDS))
    parser.add_argument("--minutes", type=float, default=35, help="of computing time, at most")
    args = parser.parse_args(arguments)
    borrow("all")  # the log is made of the references, whatever this checkout holds
    hardware.prepare_torch()
    file = Path(args.log)
    file.parent.mkdir(parents=True, exist_ok=True)
    train_missing(begun(file), Path(args.work), file, args.seeds, args.minutes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
