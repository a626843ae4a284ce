"""The shipped model: trained longer than `small`, stored small, with a record of how it was made.

    python -m dev.ship_model [--work runs/shipped] [--resume]

trains preset `shipped`, and stores base, SFT, reward and PPO-ptx models in bfloat16 under gptlab/assets/.
"""

import argparse
import json
import sys
from pathlib import Path

import torch

from gptlab import borrow
from gptlab.blanks.files import write_atomically
from gptlab.engine import hardware
from gptlab.engine.model import checkpoint
from gptlab.engine.model.shipped import FOLDER
from gptlab.engine.run import pipeline, presets
from gptlab.engine.stages import SHIPPED_STAGES
from gptlab.view import run_report

LARGEST_MB = 30.0


def store(run_folder: Path, figures: dict, command: str, seed: int, folder: Path = FOLDER) -> float:
    """Copy a run's models into the package in bfloat16, beside `made.json`; returns their size in MB.

    Raises ValueError when they are larger than the package may grow.
    """
    for stage in SHIPPED_STAGES:
        saved = checkpoint.load(run_folder / stage, optimizer=False)
        checkpoint.save(
            folder / stage, saved.model, saved.tokenizer, meta=saved.meta, dtype=torch.bfloat16
        )
    keep = {k: v for k, v in figures.items() if k not in ("history", "samples")}
    record = {"command": command, "seed": seed, **keep}
    write_atomically(folder / "made.json", json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 1e6
    if size > LARGEST_MB:
        raise ValueError(
            f"the shipped models take {size:.1f} MB, more than {LARGEST_MB:g}: make the preset smaller"
        )
    return size


def main(arguments: list[str] | None = None) -> int:
    """Train and store; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.ship_model", description="Train the shipped model again."
    )
    parser.add_argument(
        "--work", default="runs/shipped", help="folder of the run (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--resume", action="store_true", help="go on with a run that was interrupted"
    )
    args = parser.parse_args(arguments)
    borrow("all")  # what is shipped is made of the references, whatever this checkout holds
    hardware.prepare_torch()
    run = pipeline.run(args.work, presets.preset("shipped"), args.seed, resume=args.resume)
    run_report.write(run)
    command = f"python -m dev.ship_model --seed {args.seed}"
    figures = {"seconds": round(run.seconds), **run.figures.to_dict()}
    print(f"{store(Path(args.work), figures, command, args.seed):.1f} MB in {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
