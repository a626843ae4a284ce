"""Fair comparisons, seed by seed, from the shipped log: tax at equal gold, and gold at equal KL."""

import math
from collections.abc import Mapping, Sequence

from gptlab.experiments.alignment.log import gold_won, mean_start

Point = tuple[float, float]  # gold, and nats per token lost on pages


def paths(log: Mapping, beta: float = 0.1) -> dict[int, tuple[list[Point], dict[float, Point]]]:
    """By seed: the runs without pages in the order of β, and those with pages at one β, by γ."""
    start = mean_start(log)["page_loss"]
    found: dict[int, tuple[list[Point], dict[float, Point]]] = {}
    for row in sorted(log["tax"], key=lambda row: (row["seed"], row["beta"])):
        point = row["gold"], row["page_loss"] - start
        without, mixed = found.setdefault(row["seed"], ([], {}))
        if row["gamma"] == 0:
            without.append(point)
        elif row["beta"] == beta:
            mixed[row["gamma"]] = point
    return found


def tax_at_gold(path: Sequence[Point], gold: float) -> float:
    """The least tax for which the straight lines from point to point reach that gold; nan where none does."""
    taxes = [math.nan]
    for (gold_a, tax_a), (gold_b, tax_b) in zip(path, path[1:]):
        if min(gold_a, gold_b) <= gold <= max(gold_a, gold_b):
            share = (gold - gold_a) / (gold_b - gold_a) if gold_a != gold_b else 0.0
            taxes.append(tax_a + share * (tax_b - tax_a))
    return min(taxes, key=lambda tax: (tax != tax, tax))


def equal_gold_lines(log: Mapping, gamma: float = 1.0) -> list[str]:
    """A line for each seed: gold and tax of one γ, and what β alone pays for the same gold."""
    lines = []
    for seed, (without, mixed) in paths(log).items():
        gold, tax = mixed[gamma]
        paid = tax_at_gold(without, gold)
        most, least = max(g for g, _ in without), min(t for _, t in without)
        beta = (
            f"β alone pays {paid:.3f} for that gold"
            if paid == paid
            else f"β alone comes to {most:.2f} at most"
        )
        lines.append(
            f"seed {seed}: γ = {gamma:g} has gold {gold:.2f}, tax {tax:.3f}; {beta}; "
            f"its smallest tax is {least:.3f}"
        )
    return lines


def first_at_kl(log: Mapping, kl: float, rankings: int = 1200) -> list[str]:
    """For each seed, the method with the most gold over the SFT model's at this KL; those that end before are out."""
    start = mean_start(log)["gold"]
    won: dict[int, dict[str, float]] = {}
    for run in log["methods"]:
        gold = gold_won(run["points"], start, (kl,))[0]
        won.setdefault(run["seed"], {})[run["method"]] = gold
    for row in log["best_of_n"]:
        if row["proxy_of"] == rankings and row["seed"] in won:
            points = [{"kl": x, "gold": y} for x, y in zip(row["kl"], row["gold"], strict=True)]
            won[row["seed"]]["best of n"] = gold_won(points, row["gold"][0], (kl,))[0]
    return [
        max((name for name in one if one[name] == one[name]), key=one.__getitem__)
        for _, one in sorted(won.items())
    ]
