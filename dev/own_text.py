"""The log of lesson 17a: `small`'s pretraining on the documentation of the installed packages, beside its prediction.

    python -m dev.own_text [--steps 2100] [--model DIR]

takes about eight minutes of two idle cores, and writes gptlab/assets/logs/own_text.json.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path

from gptlab import borrow
from gptlab.blanks.files import write_atomically
from gptlab.engine import hardware
from gptlab.engine.data.installed_docs import HELD_OUT, TRAINING, documents
from gptlab.engine.evaluate.copied import longest_copy
from gptlab.engine.model import checkpoint
from gptlab.engine.run import pilot, plan
from gptlab.engine.run.presets import preset
from gptlab.experiments.scaling import own_text

LOOK_EVERY = 100
TEMPERATURES = (0.5, 1.0)


def main() -> int:
    """Predict, train, measure, and write the log; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.own_text", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--steps", type=int, default=preset("small").pretrain.steps)
    parser.add_argument("--model", type=Path, help="keep the model here, which is not shipped")
    options = parser.parse_args()
    borrow("all")  # the log is made of the references, whatever this checkout holds
    hardware.prepare_torch()
    began = time.perf_counter()
    training, held_out = own_text.docs_texts(documents())
    reading = own_text.Reading.of(training, held_out)
    order, nats = reading.best_ngram()
    log = {
        "command": "python -m dev.own_text",
        "commit": hardware.commit(),
        "seed": 0,
        "machine": hardware.describe(),
        "packages": {name: version(name) for name in sorted(TRAINING + HELD_OUT)},
        "bytes": len(training.encode()),
        "held_out_bytes": len(held_out.encode()),
        "tokens": len(reading.ids),
        "held_out_tokens": len(reading.held_out_ids) - 1,
        "vocabulary": reading.tokenizer.vocab_size,
        "compressors": own_text.compressors(training, held_out),
        "ngram": {"order": order, "bits_per_byte": reading.bits_per_byte(nats)},
    }
    say(log)
    log |= predicted(reading, options.steps)
    say(log["expected"])
    log |= trained(reading, training, held_out, options)
    log["minutes"] = round((time.perf_counter() - began) / 60, 1)
    write_atomically(own_text.LOG, json.dumps(log, indent=1, ensure_ascii=False) + "\n")
    return 0


def predicted(reading: own_text.Reading, steps: int) -> dict:
    """The planner's prediction for this training."""
    of = preset("small")
    shape = replace(of.model, vocab_size=reading.tokenizer.vocab_size)
    step_seconds = plan.step_seconds(shape, of.pretrain)
    config = replace(of.pretrain, steps=steps)
    held_out = (reading.held_out_ids, reading.held_out)
    expected = pilot.expect(shape, config, reading.ids, held_out, step_seconds)
    return {
        "steps": steps,
        "tokens_per_step": plan.tokens_per_step(of),
        "parameters": shape.n_parameters,
        "step_seconds": round(step_seconds, 3),
        "expected": asdict(expected),
    }


def trained(reading: own_text.Reading, training: str, held_out: str, options) -> dict:
    """The curve, what the model writes, and how much of that it has by heart."""
    began = time.perf_counter()
    model, curve = own_text.train(
        reading,
        options.steps,
        LOOK_EVERY,
        report=lambda step, nats: say(step, reading.bits_per_byte(nats)),
    )
    seconds = time.perf_counter() - began
    if options.model:
        checkpoint.save(options.model, model, reading.tokenizer)
    written = {f"{t:g}": own_text.samples(model, reading.tokenizer, t) for t in TEMPERATURES}
    copies = {t: [longest_copy(text, training) for text in texts] for t, texts in written.items()}
    return {
        "seconds": round(seconds, 1),
        "curve": [[step, round(reading.bits_per_byte(nats), 4)] for step, nats in curve],
        "samples": written,
        "copied": copies,
        "copied_by_authors": [longest_copy(text, training) for text in pieces(held_out)],
    }


def pieces(held_out: str, n: int = 12, size: int = 400) -> list[str]:
    """Stretches of the held-out text, about as long as the samples are."""
    gap = len(held_out) // n
    return [held_out[i * gap : i * gap + size] for i in range(n)]


def say(*words: object) -> None:
    """Progress, at once."""
    print(*words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
