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
            "just now",
            (tokens[-1], losses[-1]),
            (-6, -16),
            textcoords="offset points",
            ha="right",
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
        ylim=(0, None),
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
) -> Picture:
    """Loss above the floor against size, both on a logarithmic scale: fitted runs, line, prediction, what came.

    law       c and α of loss − floor = c·N^(−α), fitted to `found`
    target    the runs of the size that is predicted
    interval  of the predicted loss, nats a token
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
        [n_target] * len(target),
        [p.loss - floor for p in target],
        color=COLOURS["second"],
        s=40,
        zorder=3,
    )
    predicted, came = floor + c * n_target**-alpha, fmean(p.loss for p in target)
    axes.annotate(
        "fitted",
        (found[0].n_params, found[0].loss - floor),
        (6, 6),
        textcoords="offset points",
        color=COLOURS["first"],
        fontweight="bold",
    )
    for label, y, colour, shift in (
        ("predicted", c * n_target**-alpha, COLOURS["first"], 0),
        ("came", came - floor, COLOURS["second"], 0),
    ):
        axes.annotate(
            label,
            (n_target, y),
            (-10, shift),
            textcoords="offset points",
            ha="right",
            va="center",
            color=colour,
            fontweight="bold",
        )
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="parameters N",
        ylabel="loss − floor, nats per token",
        title="The small ones predict the large one",
    )
    _plain_ticks(axes)
    alt = (
        "Loss above the floor by size, on two logarithmic scales. The line fitted to "
        f"{len({p.n_params for p in found})} sizes falls as N to the power −{alpha:.2f}. It predicts "
        f"{predicted:.3f} nats for {_parameters(n_target)}, between {interval[0]:.3f} and "
        f"{interval[1]:.3f}; {came:.3f} came."
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
        axes.annotate(
            label,
            (curve.sizes[-1], curve.losses[-1]),
            (8, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            fontweight="bold",
            annotation_clip=False,
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
    )
    alt = f"Loss by size at equal cost. {'; '.join(said)}."
    return Picture(figure, alt)


def schedule_picture(matched: Sequence[Point], unmatched: Sequence[Point]) -> Picture:
    """For each size, the loss of runs with a cosine of their own length, and of a long run read off on its way."""
    mine, other = mean_over_seeds(matched), mean_over_seeds(unmatched)
    figure, axes = style.figure(6.4, 4.0)
    gaps = []
    sizes = sorted({n for n, _ in other})
    for n in sizes:
        lengths = sorted(d for size, d in other if size == n and (n, d) in mine)
        axes.plot(lengths, [mine[n, d] for d in lengths], "o-", color=MATCHED, linewidth=1.4)
        axes.plot(lengths, [other[n, d] for d in lengths], "s--", color=UNMATCHED, linewidth=1.2)
        gaps += [other[n, d] - mine[n, d] for d in lengths[:-1]]
    first = min(lengths)
    axes.annotate(
        "on the way of a longer run",
        (first, other[sizes[0], first]),
        (0, 12),
        textcoords="offset points",
        color=UNMATCHED,
        fontweight="bold",
    )
    axes.annotate(
        "a schedule of its own",
        (first, mine[sizes[0], first]),
        (0, -20),
        textcoords="offset points",
        color=MATCHED,
        fontweight="bold",
    )
    axes.set_xscale("log", base=2)
    axes.set(
        xlabel="tokens read",
        ylabel="loss, nats per token",
        title="The same tokens, two schedules",
    )
    alt = (
        f"Loss by tokens for {len(sizes)} sizes: read off a longer run before its end, the loss is "
        f"{fmean(gaps):.2f} nats higher on average, {min(gaps):.2f} to {max(gaps):.2f}, than with a "
        "schedule of the right length."
    )
    return Picture(figure, alt)


def _plain_ticks(axes) -> None:
    """Numbers, not powers, where a logarithmic axis spans little."""
    low, high = axes.get_ylim()
    ticks = [t for t in (0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5) if low < t < high]
    axes.set_yticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
