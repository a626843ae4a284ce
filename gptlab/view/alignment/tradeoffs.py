"""What training against a reward costs, drawn: the alignment tax, and gold over KL for five methods."""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE

METHOD_COLOURS = {
    "best of n": CYCLE[2],
    "PPO": COLOURS["ppo"],
    "GRPO": CYCLE[0],
    "RLOO": CYCLE[1],
    "DPO": CYCLE[3],
}


def tax_points(
    rows: Sequence[dict], start: Mapping[str, float]
) -> dict[tuple[float, float], list[tuple]]:
    """For each (β, γ), a point for each seed: nats per token lost on pages, gold won."""
    found: dict[tuple[float, float], list[tuple]] = {}
    for row in rows:
        moved = row["page_loss"] - start["page_loss"], row["gold"] - start["gold"]
        found.setdefault((row["beta"], row["gamma"]), []).append(moved)
    return found


def tax_picture(
    rows: Sequence[dict],
    start: Mapping[str, float],
    live: Mapping[str, tuple[float, float]] | None = None,
) -> Picture:
    """Gold won over nats lost, for every β without ptx and every γ; seeds pale, means named.

    live  points of the reader's own runs by name: (nats lost, gold won)
    """
    figure, axes = style.figure(7.4, 4.4)
    points = tax_points(rows, start)
    beta = min(b for b, _ in points)
    paths = {
        "β": ([p for p in sorted(points) if p[1] == 0], COLOURS["ppo"], 0),
        "γ": ([p for p in sorted(points) if p[0] == beta], COLOURS["ppo_ptx"], 1),
    }
    said = []
    for letter, (settings, colour, which) in paths.items():
        means = []
        for setting in settings:
            found = points[setting]
            axes.plot(*zip(*found, strict=True), "o", color=colour, alpha=0.25, ms=5)
            means.append(tuple(fmean(values) for values in zip(*found, strict=True)))
        axes.plot(*zip(*means, strict=True), "o-", color=colour, ms=8)
        for setting, (x, y) in zip(settings, means, strict=True):
            name = f"{letter} = {setting[which]:g}"
            said.append(f"{name}: {x:+.3f} nats, gold {y:+.2f}")
            if setting == (beta, 0.0) and letter == "γ":
                continue
            at, side = ((6, 9), "left") if letter == "γ" else ((-9, -5), "right")
            at, side = ((6, -16), "left") if setting == (beta, 0.0) else (at, side)
            axes.annotate(name, (x, y), at, textcoords="offset points", ha=side, color=colour)
    for name, (x, y) in (live or {}).items():
        axes.plot([x], [y], "D", color=COLOURS["you"], ms=9)
        axes.annotate(name, (x, y), (9, -4), textcoords="offset points", color=COLOURS["you"])
        said.append(f"your run, {name}: {x:+.3f} nats, gold {y:+.2f}")
    axes.axhline(0, **style.FLOOR)
    axes.axvline(0, **style.FLOOR)
    axes.set(
        xlabel="tax: nats per token lost on pages",
        ylabel="gold reward won over SFT",
        title=f"Orange: β alone · green: γ, at β = {beta:g}",
    )
    return Picture(figure, f"What is won and what it costs. {'; '.join(said)}.")


def method_means(rows: Sequence[dict]) -> dict[str, list[dict]]:
    """Means over seeds of each method's points, round by round."""
    found = {}
    for method in dict.fromkeys(row["method"] for row in rows):
        runs = [row["points"] for row in rows if row["method"] == method]
        found[method] = [
            {
                what: fmean(point[what] for point in same)
                for what in ("round", "kl", "gold", "proxy", "tokens")
            }
            for same in zip(*runs, strict=True)
        ]
    return found


def best_of_points(row: Mapping[str, list], measured: str = "kl") -> list[dict]:
    """Best-of-n's curve as points, like those of the trained methods."""
    keys = ("n", "kl", "gold", "proxy", "tokens")
    columns = zip(*(row[measured if key == "kl" else key] for key in keys), strict=True)
    return [dict(zip(keys, values, strict=True)) for values in columns]


def frontier_picture(
    methods: Mapping[str, Sequence[dict]],
    start: Mapping[str, float],
    live: Sequence[dict] = (),
    live_name: str = "",
) -> Picture:
    """Proxy and gold over √KL for every method, each from the SFT model on; the reader's own run on top."""
    figure, panels = style.figure(8.6, 4.2, columns=2, sharex=True)
    said = []
    for axes, what in zip(panels, ("proxy", "gold"), strict=True):
        for method, points in methods.items():
            base = points[0][what] if method == "best of n" else start[what]
            x = [0.0, *(math.sqrt(max(0.0, point["kl"])) for point in points)]
            y = [0.0, *(point[what] - base for point in points)]
            axes.plot(x, y, "o-", ms=4, color=METHOD_COLOURS[method], label=method)
            if what == "gold":
                top = max(points, key=lambda point: point["gold"])
                said.append(
                    f"{method}: gold at best {top['gold'] - base:+.2f}, at KL {top['kl']:.1f}; "
                    f"at the end {points[-1]['gold'] - base:+.2f}, at KL {points[-1]['kl']:.1f}"
                )
        if live and what in live[0]:
            x = [math.sqrt(max(0.0, point["kl"])) for point in live]
            axes.plot(
                x,
                [p[what] - start[what] for p in live],
                "D--",
                color=COLOURS["you"],
                label=live_name,
            )
        axes.axhline(0, **style.FLOOR)
        axes.set(xlabel="√KL, KL in nats per reply", title=f"{what}, over the SFT model's")
        style.direct_labels(axes)
    return Picture(figure, f"Gold over KL. {'; '.join(said)}.")
