"""The tool model of lesson 16: the shipped SFT model, taught to call `calculate` and `look_up`.

    python -m dev.tool_model [--share 1] [--out gptlab/assets/agents/tools]

teaches in three rounds, each from where the one before ended, and stores the mean of the weights after each in
bfloat16. (Wortsman et al. 2022 average fine-tunings that begin at the same weights and do not follow one another; here
they do.) After the first round it copies rare tokens badly, after the last it has forgotten some of its sums; the mean
does both. `config.json` names seed, commit and number of demonstrations of each round. The
model that is shipped was made round by round, from the commits that it names. Some six minutes on two idle cores.
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
from gptlab.experiments.agents.tasks import READING, SHARES, Tasks
from gptlab.world.web import Web

ROUNDS = ((0, 24000, SHARES), (1, 9000, READING), (2, 6500, READING))  # seed, demonstrations, mix


def rounds(share: float) -> tuple[Assistant, list[dict]]:
    """The model with the mean of the weights after each round, and what each round was made of."""
    assistant, web = shipped("sft"), Web(0)
    told, weights = [], []
    for seed, n, shares in ROUNDS:
        tasks = Tasks(web, seed).draw(max(32, round(share * n)), shares)
        examples = tool_model.rendered(assistant, tasks)
        assistant = tool_model.taught(assistant, examples, seed, report=tell)
        weights.append({k: v.clone() for k, v in assistant.model.state_dict().items()})
        told.append({"seed": seed, "examples": len(tasks), "commit": hardware.commit()})
    mean = {
        name: torch.stack([one[name] for one in weights]).mean(0)
        if first.is_floating_point()
        else first
        for name, first in weights[0].items()
    }
    assistant.model.load_state_dict(mean)
    return assistant, told


def main(arguments: list[str] | None = None) -> int:
    """Teach and store; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.tool_model", description="Make lesson 16's tool model again."
    )
    parser.add_argument(
        "--share", type=float, default=1.0, help="of the demonstrations (default: 1)"
    )
    parser.add_argument(
        "--out", type=Path, default=tool_model.STORED, help="(default: the package's)"
    )
    args = parser.parse_args(arguments)
    borrow("all")  # what is shipped is made of the references, whatever this checkout holds
    hardware.prepare_torch()
    taught, told = rounds(args.share)
    meta = {
        "stage": "sft",
        "made": f"python -m dev.tool_model --share {args.share:g}",
        "rounds": told,
    }
    checkpoint.save(args.out, taught.model, taught.tokenizer, meta=meta, dtype=torch.bfloat16)
    return 0


def tell(row: dict) -> None:
    """A line of figures, every fifty steps."""
    if row["step"] % 50 == 0:
        print(f"step {row['step']:4} of {row['total']}: loss {row['loss']:.4f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
