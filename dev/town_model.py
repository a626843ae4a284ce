"""The model of the town in lesson 16c: the shipped SFT model, taught to read memories and to answer from them.

    python -m dev.town_model [--examples 48000] [--seed 0]

writes gptlab/assets/agents/town/, with `made.json`, which names seed and commit and says how often the model is
right on examples that it was not taught. To be made again whenever the shipped model is.
"""

import argparse
import json
import random
import time
from collections import defaultdict

import torch

from gptlab import borrow, instruct
from gptlab.agent_town import examples, speaker
from gptlab.blanks.files import write_atomically
from gptlab.engine import hardware
from gptlab.engine.assistant import Assistant, shipped
from gptlab.engine.config import SFTConfig
from gptlab.engine.data.demonstrations import demonstrations
from gptlab.engine.model import checkpoint
from gptlab.engine.model.shipped import FOLDER
from gptlab.engine.train.sft import finetune
from gptlab.world.web import Web

BATCH = 64
LR, MUON_RATIO = 2e-3, 5.0
OLD_SHARE = (
    0.1  # demonstrations of lesson 11 among the examples, so that the model goes on to answer
)
N_TEST = 2000


def train(n: int, seed: int) -> Assistant:
    """The SFT model after one pass over n examples."""
    assistant = shipped("sft")
    tokenizer = assistant.tokenizer
    rng = random.Random(f"gptlab town examples {seed}")
    taught = []
    for _ in range(n):
        memories, question, answer = examples.draw(rng)
        chat = [*speaker.messages(memories, question), {"role": "assistant", "content": answer}]
        taught.append(instruct.render_chat(chat, tokenizer.encode, tokenizer.special))
    taught += demonstrations(Web(0), tokenizer, round(OLD_SHARE * n), assistant.context, seed)
    model = checkpoint.load(FOLDER / "sft", optimizer=False).model.run_on("fused").train()
    config = SFTConfig(epochs=1, batch_size=BATCH, lr=LR, muon_ratio=MUON_RATIO, seed=seed)
    finetune(model, taught, config, report=_print_row)
    return Assistant(model.eval(), tokenizer, "sft", "the town's model")


def accuracy(assistant: Assistant, seed: int) -> dict[str, float]:
    """The share of right answers by kind of example, on examples that were not taught."""
    rng = random.Random(f"gptlab town test {seed}")
    right: dict[str, list[bool]] = defaultdict(list)
    asked = []
    for _ in range(N_TEST):
        kind = rng.choice(list(examples.KINDS))
        asked.append((kind.__name__, *kind(rng)))
    said = speaker.Speaker(assistant).say([(memories, q) for _, memories, q, _ in asked])
    for (kind, _, _, answer), text in zip(asked, said):
        right[kind].append(text == answer)
    return {kind: sum(values) / len(values) for kind, values in right.items()}


def _print_row(row: dict) -> None:
    if row["step"] % 50 == 0:
        print("step {step} of {total}: loss {loss:.4f}".format(**row), flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Train, measure and store; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.town_model", description="Train the town's model again."
    )
    parser.add_argument("--examples", type=int, default=48000, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(arguments)
    borrow("all")
    hardware.prepare_torch()
    started = time.process_time()
    assistant = train(args.examples, args.seed)
    seconds = round(time.process_time() - started)
    meta = {"stage": "sft", "seed": args.seed}
    checkpoint.save(
        speaker.MODEL, assistant.model, assistant.tokenizer, meta=meta, dtype=torch.bfloat16
    )
    made = {
        "command": f"python -m dev.town_model --examples {args.examples} --seed {args.seed}",
        "commit": hardware.commit(),
        "cpu_seconds": seconds,
        "right": accuracy(Assistant.load(speaker.MODEL), args.seed),
    }
    write_atomically(speaker.MODEL / "made.json", json.dumps(made, indent=1) + "\n")
    print(json.dumps(made, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
