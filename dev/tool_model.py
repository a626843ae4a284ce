"""The tool model of lesson 16: the shipped SFT model, taught to call `calculate` and `look_up`.

    python -m dev.tool_model [--demonstrations 80000] [--out gptlab/assets/agents/tools]

Six in ten look-ups are about invented things, and half of all answers are names from the little web that belong to
something else: what a model has never copied in a demonstration it copies badly later, even a name that it has read a
thousand times. `config.json` names seed, commit and number of demonstrations. Nine minutes on two cores.
"""

import argparse
import sys
from pathlib import Path

import torch

from gptlab import borrow
from gptlab.engine import hardware
from gptlab.engine.assistant import Assistant, shipped
from gptlab.engine.model import checkpoint
from gptlab.experiments.agents import tool_model
from gptlab.experiments.agents.tasks import Tasks
from gptlab.world.web import Web

SEED = 0


def taught(n: int) -> Assistant:
    """The SFT model after n demonstrations, each read once."""
    assistant = shipped("sft")
    examples = tool_model.rendered(assistant, Tasks(Web(0), SEED).draw(n))
    return tool_model.taught(assistant, examples, SEED, report=tell)


def main(arguments: list[str] | None = None) -> int:
    """Teach and store; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.tool_model", description="Make lesson 16's tool model again."
    )
    parser.add_argument(
        "--demonstrations", type=int, default=80_000, metavar="N", help="(default: 80000)"
    )
    parser.add_argument(
        "--out", type=Path, default=tool_model.STORED, help="(default: the package's)"
    )
    args = parser.parse_args(arguments)
    borrow("all")  # what is shipped is made of the references, whatever this checkout holds
    hardware.prepare_torch()
    model = taught(args.demonstrations)
    meta = {
        "stage": "sft",
        "made": f"python -m dev.tool_model --demonstrations {args.demonstrations}",
        "seed": SEED,
        "commit": hardware.commit(),
    }
    checkpoint.save(args.out, model.model, model.tokenizer, meta=meta, dtype=torch.bfloat16)
    return 0


def tell(row: dict) -> None:
    """A line of figures, every fifty steps."""
    if row["step"] % 50 == 0:
        print(f"step {row['step']:4} of {row['total']}: loss {row['loss']:.4f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
