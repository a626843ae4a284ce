"""The log of lesson 14's long runs, which `python -m dev.alignment_log` makes, and what is read from it.

Rows of "best_of_n" are one for each proxy and seed, those of "tax" one for each β, γ and seed, those of "methods" one
for each method and seed.
"""

import json
import math
import statistics
from collections.abc import Sequence
from pathlib import Path

from gptlab.engine.model.shipped import FOLDER

LOG = FOLDER / "logs" / "alignment.json"
FIVE_SEEDS = FOLDER / "logs" / "five_seeds.json"


def read_log(path: Path = LOG) -> dict:
    """How it was made, and its rows."""
    return json.loads(path.read_text(encoding="utf-8"))


def read_five_seeds(path: Path = FIVE_SEEDS) -> dict[str, list[dict]] | None:
    """The stages of whole runs with several seeds, by stage; None where they have not been measured yet."""
    if not path.exists():
        return None
    runs = json.loads(path.read_text(encoding="utf-8"))["runs"]
    return {stage: [run["stages"][stage] for run in runs] for stage in runs[0]["stages"]}


def spread(values: Sequence[float]) -> tuple[float, float]:
    """Mean over seeds, and the standard deviation between them; 0 for one seed."""
    return statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else 0.0


def at_kl(points: Sequence[dict], kl: float, what: str) -> float:
    """A measured quantity at a given KL, on the straight line between the two points around it; nan outside."""
    ordered = sorted(points, key=lambda point: point["kl"])
    for low, high in zip(ordered, ordered[1:]):
        if low["kl"] <= kl <= high["kl"]:
            share = (kl - low["kl"]) / max(high["kl"] - low["kl"], 1e-9)
            return low[what] + share * (high[what] - low[what])
    return math.nan


def false_share(facts: Sequence[Sequence[float]], like: Sequence[Sequence[float]] | None = None) -> float:
    """The share of false replies to questions of fact.

    like  the table whose mix of lengths is to be taken: replies of each length then weigh as they do there. Lengths
          that do not occur in `facts` are left out of both.
    """
    weights = [row[0] for row in (facts if like is None else like)]
    rows = [(weight, false / n) for weight, (n, false) in zip(weights, facts, strict=True) if n]
    return sum(w * share for w, share in rows) / sum(w for w, _ in rows)
