"""The ladder of small models, drawn: losses while training, the law and its prediction, one budget, two schedules."""

import math
from collections.abc import Sequence
from statistics import fmean

import numpy as np

from gptlab.experiments.scaling.isoflop import IsoFlop
from gptlab.experiments.scaling.laws import Point, mean_over_seeds
from gptlab.view.kit import style
from gptlab.view.kit.number_format import with_unit
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, FAINT, INK

SIZES = (*CYCLE[2:], CYCLE[0], CYCLE[1])  # a colour for each size, smallest first
MATCHED, UNMATCHED = COLOURS["first"], COLOURS["second"]


def _parameters(n: float) -> str:
    return f"{with_unit(round(n))} parameters"


def training_picture(log: dict, live: dict | None = None, seed: int = 0) -> Picture:
    """Training loss over tokens of the longest run of each size, and the floor; a run of the reader's over it."""
    sizes = {run["n_parameters"] for run in log["runs"]}
    trained = {(run["n_parameters"], run["n_tokens"]) for run in log["runs"]}
    longest = max(d for _, d in trained if all((n, d) in trained for n in sizes))
    runs = [run for run in log["runs"] if (run["n_tokens"], run["seed"]) == (longest, seed)]
    figure, axes = style.figure(6.4, 4.0)
    said = []
    for run, colour in zip(sorted(runs, key=lambda run: run["n_parameters"]), SIZES):
        tokens, losses = zip(*run["curve"], strict=True)
        size = with_unit(run["n_parameters"])
        axes.plot(tokens, losses, color=colour, linewidth=1.6, label=size)
        said.append(f"{size} parameters end at {losses[-1]:.2f}")
    if live is not None:
        tokens, losses = zip(*live["curve"], strict=True)
        axes.plot(tokens, losses, "o-", color=COLOURS["you"], markersize=3, linewidth=1.2)
        axes.annotate(
            "yours, just now",
            (tokens[0], losses[0]),
            (-4, 10),
            textcoords="offset points",
            color=COLOURS["you"],
            fontweight="bold",
        )
        said.append(f"the run made just now ends at {losses[-1]:.2f}")
    axes.axhline(log["floor"], **style.FLOOR)
    axes.text(tokens[0], log["floor"] + 0.08, "floor", color=INK)
    axes.set_xscale("log", base=2)
    axes.set(
        xlabel="tokens read",
        ylabel="training loss, nats per token",
        title="Larger models, lower curves",
        ylim=(0, 7.9),
    )
    style.direct_labels(axes)
    alt = f"Training loss over {longest:,} tokens: {'; '.join(said)}. Floor {log['floor']:.2f}."
    return Picture(figure, alt)


def law_picture(
    found: Sequence[Point],
    floor: float,
    law: tuple[float, float],
    target: Sequence[Point],
    interval: tuple[float, float],
    pair_table: float,
) -> Picture:
    """Loss above the floor against size, both on a logarithmic scale: fitted runs, line, prediction, what came.

    law       c and α of loss − floor = c·N^(−α), fitted to `found`
    target    the runs of the size that is predicted
    interval  of the predicted loss, nats a token
    pair_table  loss of a bigram table, drawn as a level to compare with
    """
    c, alpha = law
    n_target = target[0].n_params
    figure, axes = style.figure(6.4, 4.0)
    axes.scatter(
        [p.n_params for p in found], [p.loss - floor for p in found], color=COLOURS["first"], s=26
    )
    sizes = np.array([min(p.n_params for p in found), n_target * 1.25])
    axes.plot(sizes, c * sizes**-alpha, "--", color=COLOURS["first"], linewidth=1.4)
    axes.errorbar(
        [n_target],
        [c * n_target**-alpha],
        yerr=[
            [c * n_target**-alpha - (interval[0] - floor)],
            [interval[1] - floor - c * n_target**-alpha],
        ],
        color=COLOURS["first"],
        capsize=5,
    )
    axes.scatter(
        [n_target * 1.05] * len(target),
        [p.loss - floor for p in target],
        color=COLOURS["second"],
        s=30,
        zorder=3,
    )
    axes.axhline(pair_table - floor, color=COLOURS["neutral"], linewidth=1.4, linestyle="-.")
    axes.annotate(
        "bigram table",
        (sizes[0], pair_table - floor),
        (0, -16),
        textcoords="offset points",
        color=FAINT,
    )
    predicted, came = floor + c * n_target**-alpha, fmean(p.loss for p in target)
    smallest = min(found, key=lambda p: p.n_params)
    for label, at, shift, colour in (
        ("fitted", (smallest.n_params, smallest.loss - floor), (10, 4), COLOURS["first"]),
        ("predicted", (n_target, predicted - floor), (-12, -16), COLOURS["first"]),
        ("measured", (n_target * 0.97, came - floor), (-10, -6), COLOURS["second"]),
    ):
        axes.annotate(
            label,
            at,
            shift,
            textcoords="offset points",
            ha="right" if shift[0] < 0 else "left",
            color=colour,
            fontweight="bold",
            annotation_clip=False,
        )
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="parameters N",
        ylabel="loss − floor, nats per token",
        title="What the small ones predict",
    )
    _plain_ticks(axes)
    _sizes_as_ticks(axes)
    alt = (
        "Loss above the floor by size, on two logarithmic scales. The line fitted to "
        f"{len({p.n_params for p in found})} sizes falls as N to the power −{alpha:.2f}. It predicts "
        f"{predicted:.3f} nats for {_parameters(n_target)}, between {interval[0]:.3f} and "
        f"{interval[1]:.3f}; {came:.3f} came. A bigram table reaches {pair_table:.3f}."
    )
    return Picture(figure, alt)


def isoflop_picture(curves: Sequence[IsoFlop], floor: float) -> Picture:
    """For each budget the losses of the sizes that it can train, a parabola through them, and its lowest point."""
    figure, axes = style.figure(6.4, 4.0)
    said = []
    for curve, colour in zip(curves, SIZES):
        axes.plot(curve.sizes, curve.losses, "o", color=colour)
        sizes = np.geomspace(curve.sizes[0], curve.sizes[-1], 60)
        axes.plot(sizes, [curve.smooth(n) for n in sizes], color=colour, linewidth=1.4)
        label = f"{curve.budget:.1e}".replace("e+", "e") + " FLOP"
        lowest = (
            curve.best_size if curve.inside else curve.sizes[curve.losses.index(min(curve.losses))]
        )
        axes.annotate(
            label,
            (lowest, curve.smooth(lowest)),
            (0, -20),
            textcoords="offset points",
            ha="center",
            color=colour,
            fontweight="bold",
        )
        if curve.inside:
            best = curve.best_size
            axes.plot([best], [curve.smooth(best)], "v", color=colour, markersize=9)
            said.append(f"{label}: lowest at about {_parameters(best)}")
        else:
            said.append(f"{label}: no lowest point between the sizes that were tried")
    axes.set(
        xscale="log",
        xlabel="parameters N",
        ylabel="loss, nats per token",
        title="One budget, many sizes",
        ylim=(min(min(curve.losses) for curve in curves) - 0.2, None),
    )
    _sizes_as_ticks(axes)
    alt = f"Loss by size at equal cost. {'; '.join(said)}."
    return Picture(figure, alt)


def schedule_picture(matched: Sequence[Point], unmatched: Sequence[Point]) -> Picture:
    """For each size, the loss of runs with a cosine of their own length, and of a long run read off on its way."""
    mine, other = mean_over_seeds(matched), mean_over_seeds(unmatched)
    figure, axes = style.figure(6.4, 4.0)
    sizes = sorted({n for n, _ in other})
    gaps = [loss - mine[place] for place, loss in other.items() if _is_early(place, other)]
    for n in (
        sizes[0],
        sizes[len(sizes) // 2 - 1],
        sizes[-1],
    ):  # all of them would lie on each other
        lengths = sorted(d for size, d in other if size == n and (n, d) in mine)
        axes.plot(lengths, [mine[n, d] for d in lengths], "o-", color=MATCHED, linewidth=1.4)
        axes.plot(lengths, [other[n, d] for d in lengths], "s--", color=UNMATCHED, linewidth=1.2)
        axes.annotate(
            with_unit(n),
            (lengths[-1], mine[n, lengths[-1]]),
            (9, 0),
            textcoords="offset points",
            va="center",
            color=FAINT,
            annotation_clip=False,
        )
    for height, label, colour in (
        (0.95, "on the way of a longer run", UNMATCHED),
        (0.87, "a schedule of its own", MATCHED),
    ):
        axes.text(
            1.0,
            height,
            label,
            color=colour,
            fontweight="bold",
            ha="right",
            transform=axes.transAxes,
        )
    axes.set_xscale("log", base=2)
    axes.set(
        xlabel="tokens read",
        ylabel="loss, nats per token",
        title="The same tokens, two schedules",
    )
    alt = (
        "Loss by tokens, of runs with a schedule of their own and of longer runs read off on their way. "
        f"On the way it differs by {min(gaps):+.2f} to {max(gaps):+.2f} nats over {len(sizes)} sizes; for the "
        f"largest by {_mean_gap(sizes[-1], other, mine):+.2f} on average, for the smallest by "
        f"{_mean_gap(sizes[0], other, mine):+.2f}."
    )
    return Picture(figure, alt)


def _mean_gap(n: int, other: dict, mine: dict) -> float:
    """How much higher a size's loss is on the way, over all lengths but the last."""
    return fmean(other[p] - mine[p] for p in other if p[0] == n and _is_early(p, other))


def _is_early(place: tuple[int, int], found: dict) -> bool:
    """Whether a run of that size was read off later as well."""
    return any(n == place[0] and d > place[1] for n, d in found)


def _sizes_as_ticks(axes) -> None:
    """10 k, 20 k, 50 k … on the axis of sizes."""
    low, high = axes.get_xlim()
    ticks = [m * 10**k for k in range(3, 8) for m in (1, 2, 5) if low < m * 10**k < high]
    axes.set_xticks(ticks, [with_unit(t) for t in ticks])
    axes.tick_params(axis="x", which="minor", length=0)


def _plain_ticks(axes) -> None:
    """Numbers, not powers, where a logarithmic axis spans little."""
    low, high = axes.get_ylim()
    ticks = [t for t in (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 4, 5) if low < t < high]
    axes.set_yticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
