"""Fits the law by which `gptlab run --minutes` chooses size and text.

    python -m dev.scaling_law LADDER.json        writes gptlab/engine/run/scaling_law.json

    excess = a · N^−α + b · D^−β        nats a token above the exact floor; N parameters of the blocks, D tokens read

The form is that of Hoffmann et al. 2022, with the little web's exact floor in place of their fitted one. LADDER.json
is what the ladder of lesson 10 logs; the last loss of each run counts. Two whole runs are added, as every rung is far
shorter than a run: `small` (book/log.md, 2026-11-23) and the shipped model. Their vocabulary is 4096, the ladder's
1024, which the fit passes over. Exponents are searched on a grid, a and b by least squares of the relative errors.
"""

import argparse
import itertools
import json
import sys
from pathlib import Path

import numpy as np

from gptlab.engine.config import GPTConfig
from gptlab.engine.model import shipped
from gptlab.engine.run.plan import LAW_FILE, n_block_parameters
from gptlab.engine.run.presets import preset

ALPHAS, BETAS = np.arange(0.05, 1.5, 0.05), np.arange(0.05, 2.0, 0.05)
SMALL = {"commit": "91e2474", "tokens": 4_300_800, "loss": 0.887, "ratio_to_floor": 1.108}


def main() -> int:
    """Read, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ladder", type=Path)
    ladder = json.loads(parser.parse_args().ladder.read_text(encoding="utf-8"))
    rungs = [
        (
            n_block_parameters(GPTConfig(1, 1, run["n_layers"], 1, run["d_model"])),
            run["held_out"][-1][0],
            run["held_out"][-1][1] - ladder["floor"],
        )
        for run in ladder["runs"]
    ]
    whole = _whole_runs()
    n, d, excess = np.array([*rungs, *whole]).T
    error, law = min(
        (_fit(n, d, excess, *pair) for pair in itertools.product(ALPHAS, BETAS)),
        key=lambda found: found[0],
    )
    made = {
        "mean_error": round(error, 3),
        "rungs": len(rungs),
        "seeds": sorted({run["seed"] for run in ladder["runs"]}),
        "blocks": [int(n.min()), int(n.max())],
        "tokens": [int(d.min()), int(d.max())],
        "whole_runs": whole,
        "ladder": {key: ladder[key] for key in ("command", "commit", "machine")},
        "commits": [SMALL["commit"], shipped.record()["commit"]],
    }
    LAW_FILE.write_text(json.dumps(law | made, indent=1) + "\n", encoding="utf-8")
    print(law, made["mean_error"])
    return 0


def _whole_runs() -> list[tuple[int, int, float]]:
    """(N, D, nats above the floor) of `small` and of the shipped model."""
    record = shipped.record()
    training = preset("shipped").pretrain
    shape = preset("shipped").model
    n_tokens = training.steps * training.batch_size * shape.context
    blocks = n_block_parameters(shape)
    runs = [
        (SMALL["tokens"], SMALL["loss"], SMALL["ratio_to_floor"]),
        (n_tokens, record["pretraining_loss"]["base"], record["ratio_to_floor"]),
    ]
    return [(blocks, int(d), loss * (1 - 1 / ratio)) for d, loss, ratio in runs]


def _fit(n, d, excess, alpha: float, beta: float) -> tuple[float, dict[str, float]]:
    """The mean relative error with these exponents, and the law; infinite where a or b would be negative."""
    terms = np.column_stack([n**-alpha, d**-beta]) / excess[:, None]
    (a, b), *_ = np.linalg.lstsq(terms, np.ones(len(n)), rcond=None)
    error = float(np.abs(terms @ np.array([a, b]) - 1).mean()) if min(a, b) > 0 else np.inf
    return error, {"a": float(a), "alpha": float(alpha), "b": float(b), "beta": float(beta)}


if __name__ == "__main__":
    sys.exit(main())
