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


def mean_tax(log: dict, beta: float, gamma: float) -> dict[str, float]:
    """The mean over seeds of what the runs with one β and γ ended with."""
    rows = [row for row in log["tax"] if (row["beta"], row["gamma"]) == (beta, gamma)]
    names = ("page_loss", "recall", "gold", "proxy", "kl", "tokens")
    return {name: statistics.fmean(row[name] for row in rows) for name in names}


def mean_start(log: dict) -> dict[str, float]:
    """The SFT model, before any training: the mean over all seeds, which differ in the replies that it drew."""
    names = ("page_loss", "recall", "gold", "proxy", "weak", "kl", "tokens")
    return {name: statistics.fmean(row[name] for row in log["start"]) for name in names}


def at_kl(points: Sequence[dict], kl: float, what: str) -> float:
    """A measured quantity at a given KL, on the straight line between the two points around it; nan outside."""
    ordered = sorted(points, key=lambda point: point["kl"])
    for low, high in zip(ordered, ordered[1:]):
        if low["kl"] <= kl <= high["kl"]:
            share = (kl - low["kl"]) / max(high["kl"] - low["kl"], 1e-9)
            return low[what] + share * (high[what] - low[what])
    return math.nan


def gold_won(points: Sequence[dict], base: float, kls: Sequence[float]) -> list[float]:
    """Gold above `base` at each KL, on straight lines from the SFT model through the points; nan beyond the last."""
    path = [{"kl": 0.0, "gold": base}, *(point for point in points if point["kl"] > 0)]
    return [at_kl(path, kl, "gold") - base for kl in kls]


def false_share(
    facts: Sequence[Sequence[float]], like: Sequence[Sequence[float]] | None = None
) -> float:
    """The share of false replies to questions of fact.

    like  the table whose mix of lengths is to be taken: replies of each length then weigh as they do there. Lengths
          that do not occur in `facts` are left out of both.
    """
    weights = [row[0] for row in (facts if like is None else like)]
    rows = [(weight, false / n) for weight, (n, false) in zip(weights, facts, strict=True) if n]
    return sum(w * share for w, share in rows) / sum(w for w, _ in rows)


def fit_hump(kl: Sequence[float], gold: Sequence[float]) -> tuple[float, float]:
    """α and β of R = d(α − βd), d = √KL, by least squares on gold from n = 1 on (Gao et al. 2022, eq. 1).

    R is highest at d = α/2β.
    """
    d = [math.sqrt(max(0.0, one)) for one in kl]
    won = [one - gold[0] for one in gold]
    s2, s3, s4 = (sum(x**k for x in d) for k in (2, 3, 4))
    y1 = sum(x * y for x, y in zip(d, won, strict=True))
    y2 = sum(x * x * y for x, y in zip(d, won, strict=True))
    determinant = s2 * s4 - s3 * s3
    return (y1 * s4 - y2 * s3) / determinant, (y1 * s3 - y2 * s2) / determinant


def five_seed_lines(found: dict[str, list[dict]]) -> list[str]:
    """A line for each number that all stages of whole runs have: mean over seeds ± standard deviation, by stage."""
    rows = [row for runs in found.values() for row in runs]
    names = [
        name
        for name, value in rows[0].items()
        if isinstance(value, (int, float)) and all(name in row for row in rows)
    ]
    width = max(map(len, names), default=0)
    lines = [f"{'':{width}}  " + "".join(f"{stage:>18}" for stage in found)]
    for name in names:
        cells = []
        for runs in found.values():
            mean, deviation = spread([row[name] for row in runs])
            cells.append(f"{mean:.3f} ± {deviation:.3f}")
        lines.append(f"{name:{width}}  " + "".join(f"{cell:>18}" for cell in cells))
    return lines


def five_seed_wins(path: Path = FIVE_SEEDS) -> list[str]:
    """How often one stage's reply is better than another's by gold, seed by seed."""
    runs = json.loads(path.read_text(encoding="utf-8"))["runs"]
    lines = []
    for name in runs[0]["wins"]:
        ours, theirs = name.split("_vs_")
        shares = ", ".join(f"{run['wins'][name]:.0%}" for run in runs)
        lines.append(f"{ours} is better than {theirs}, seed by seed: {shares}")
    return lines


def summed_facts(rows: Sequence[dict]) -> list[list[float]]:
    """The tables of claims by length of several measurements, added up."""
    tables = [row["facts"] for row in rows]
    return [[sum(cell) for cell in zip(*lines, strict=True)] for lines in zip(*tables, strict=True)]


def false_lines(log: dict, n: int = 16) -> list[str]:
    """KL, tokens, and false replies to facts, plain and at equal lengths: of SFT, of the best of n, and of each method
    where its KL is nearest to that, and at its end."""
    start = summed_facts(log["start"])
    same = max(row["proxy_of"] for row in log["best_of_n"] if row["proxy_of"] < 10_000)
    best = [row for row in log["best_of_n"] if row["proxy_of"] == same]
    i = best[0]["n"].index(n)
    chosen = [{"facts": r["facts"][i], "kl": r["kl"][i], "tokens": r["tokens"][i]} for r in best]
    wanted = spread([point["kl"] for point in chosen])[0]
    rows: dict[str, list[dict]] = {"SFT": log["start"], f"best of {n}": chosen}
    for run in log["methods"]:
        near = min(run["points"], key=lambda point: abs(point["kl"] - wanted))
        rows.setdefault(run["method"], []).append(near)
        rows.setdefault(f"{run['method']}, end", []).append(run["points"][-1])
    lines = ["               KL   tokens   false   false, at SFT's lengths"]
    for name, points in rows.items():
        kl, tokens = (spread([point[what] for point in points])[0] for what in ("kl", "tokens"))
        facts = summed_facts(points)
        plain, matched = false_share(facts), false_share(facts, like=start)
        lines.append(f"{name:12} {kl:5.1f}   {tokens:6.1f}   {plain:5.1%}   {matched:10.1%}")
    return lines
