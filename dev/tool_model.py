"""The tool model of lesson 16: the shipped SFT model, taught to call `calculate` and `look_up`, in rounds.

    python -m dev.tool_model                                       from the SFT model: tools of all kinds
    python -m dev.tool_model --more --seed 2 --examples 6500       from the tool model: more of the same

stores it in bfloat16 in gptlab/assets/tools; its config.json names the command, the seed and the commit of each round.
To be made again whenever the shipped models are. On two idle cores a round takes a few minutes.
"""

import argparse
import sys
import time

import torch

from gptlab import borrow
from gptlab.engine import hardware
from gptlab.engine.assistant import Assistant, shipped
from gptlab.engine.model import checkpoint
from gptlab.experiments.agents import tool_model
from gptlab.experiments.agents.tasks import READING, SHARES, Tasks
from gptlab.world.web import Web


def main(arguments: list[str] | None = None) -> int:
    """Teach and store; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.tool_model", description="Make lesson 16's tool model again."
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--examples", type=int, default=24000, help="(default: %(default)s)")
    parser.add_argument(
        "--more", action="store_true", help="go on from the tool model that is there"
    )
    args = parser.parse_args(arguments)
    borrow("all")  # what is shipped is made of the references, whatever this checkout holds
    hardware.prepare_torch()
    commit = hardware.commit()
    begun = checkpoint.load(tool_model.STORED, optimizer=False).meta if args.more else {}
    chat_model = Assistant.load(tool_model.STORED) if args.more else shipped("sft")
    shares = READING if args.more else SHARES
    tasks = Tasks(Web(0), args.seed).draw(args.examples, shares)
    started = time.process_time()
    taught = tool_model.taught(
        chat_model, tool_model.rendered(chat_model, tasks), args.seed, report=tell
    )
    more = " --more" if args.more else ""
    round_ = {
        "made": f"python -m dev.tool_model{more} --seed {args.seed} --examples {args.examples}",
        "seed": args.seed,
        "commit": commit,
        "cpu_seconds": round(time.process_time() - started),
    }
    meta = {"stage": "sft", "rounds": [*begun.get("rounds", []), round_]}
    checkpoint.save(
        tool_model.STORED, taught.model, taught.tokenizer, meta=meta, dtype=torch.bfloat16
    )
    return 0


def tell(row: dict) -> None:
    """A line of figures, every fifty steps."""
    if row["step"] % 50 == 0:
        print(f"step {row['step']:4} of {row['total']}: loss {row['loss']:.4f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
