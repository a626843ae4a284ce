"""What training against a reward costs, drawn: the alignment tax, and gold over KL for five methods."""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

from matplotlib.axes import Axes

from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE

NEAR = 2.0  # nats: so far the methods are compared at the same KL
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
            at, side = ((8, 7), "left") if letter == "γ" else ((0, -20), "center")
            at, side = ((-10, -20), "right") if setting == (beta, 1.0) else (at, side)
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
    """Proxy and gold over √KL for every method, each from the SFT model on, and gold's first nats enlarged.

    live  points of the reader's own run, which is drawn on top
    """
    figure, panels = style.figure(6.4, 9.6, rows=3, height_ratios=(3, 4, 4))
    said = []
    for axes, what, most in zip(panels, ("proxy", "gold", "gold"), (None, None, NEAR), strict=True):
        for method, points in methods.items():
            base = points[0][what] if method == "best of n" else start[what]
            path = _path(points, what, base, most)
            axes.plot(*path, "o-" if most is None else "-", ms=4, color=METHOD_COLOURS[method])
            falls = what == "gold" and most is None and method == "best of n"
            _named(axes, path, method, METHOD_COLOURS[method], left=falls)
            if what == "gold" and most is None:
                top = max(points, key=lambda point: point["gold"])
                said.append(
                    f"{method}: gold at best {top['gold'] - base:+.2f}, at KL {top['kl']:.1f}; "
                    f"at the end {points[-1]['gold'] - base:+.2f}, at KL {points[-1]['kl']:.1f}"
                )
        if live and what in live[0]:
            path = _path(live, what, start[what], most)
            axes.plot(*path, "D--" if most is None else "--", ms=6, color=COLOURS["you"])
            _named(axes, path, live_name, COLOURS["you"])
        axes.axhline(0, **style.FLOOR)
        axes.set(title=f"{what}, over the SFT model's")
        axes.margins(y=0.12)
        style.direct_labels(axes)
    panels[-1].set(
        xlabel="√KL, KL in nats per reply",
        xlim=(0, math.sqrt(NEAR)),
        title=f"gold, the first {NEAR:g} nats",
    )
    return Picture(figure, f"Gold over KL. {'; '.join(said)}.")


def _path(
    points: Sequence[dict], what: str, base: float, most: float | None
) -> tuple[list[float], list[float]]:
    """√KL and what was won, from the SFT model on; with `most`, up to that KL, where the last line is cut."""
    path = [(0.0, 0.0), *((math.sqrt(max(0.0, p["kl"])), p[what] - base) for p in points)]
    if most is not None:
        end = math.sqrt(most)
        kept = [point for i, point in enumerate(path) if max(x for x, _ in path[: i + 1]) <= end]
        if len(kept) < len(path):
            (x0, y0), (x1, y1) = kept[-1], path[len(kept)]
            kept.append((end, y0 + (end - x0) / (x1 - x0) * (y1 - y0)))
        path = kept
    return [x for x, _ in path], [y for _, y in path]


def _named(
    axes: Axes, path: tuple[list[float], list[float]], name: str, colour: str, left: bool = False
) -> None:
    """Let the label stand at the path's rightmost point, since a path may turn back; on its left, where others pass."""
    x, y = max(zip(*path, strict=True))
    if left:
        style_of = {"ha": "right", "va": "top", "color": colour, "fontweight": "bold"}
        axes.annotate(name, (x, y), (-5, -3), textcoords="offset points", **style_of)
    else:
        axes.plot([x], [y], color=colour, label=name)
