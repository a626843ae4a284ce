"""Noise and its ceiling: two labelers as a square, the learning curve below its ceiling, and calibration."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from gptlab.experiments.finetuning.label_table import interval
from gptlab.experiments.reward.learning_curve import PAIRS_OF_FOUR, Row, by_setting, usual_passes
from gptlab.view.kit import style, svg
from gptlab.view.kit.frames import Choice, show_frames
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, EDGE, FAINT, PANEL

WIDTH, MARGIN, SIDE = 520, 14, 210
FEWEST_SEEDS = 3  # for an interval
SURE = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
TINTS = {1.0: CYCLE[2], 0.726: COLOURS["first"]}


def square_picture(p: float) -> Picture:
    """Two labelers, each choosing the better reply with probability p, as a square of area 1."""
    both, neither = p * p, (1 - p) * (1 - p)
    agree = both + neither
    x, y = 118, 66
    cut = SIDE * p
    same, other = COLOURS["first"], COLOURS["second"]
    parts = [
        svg.text(MARGIN, 28, f"Each labeler is right with probability p = {p:g}", 16, weight=600),
        svg.text(x + cut / 2, y - 8, f"B right {p:g}", 13, "middle", FAINT),
        svg.text(x - 8, y + cut / 2 + 5, f"A right {p:g}", 13, "end", FAINT),
        svg.rect(x, y, cut, cut, same, 0, opacity=0.8),
        svg.rect(x + cut, y, SIDE - cut, cut, other, 0, opacity=0.35),
        svg.rect(x, y + cut, cut, SIDE - cut, other, 0, opacity=0.35),
        svg.rect(x + cut, y + cut, SIDE - cut, SIDE - cut, same, 0, opacity=0.8),
        svg.rect(x, y, SIDE, SIDE, "none", 0, EDGE),
    ]
    if p >= 0.5:
        parts.append(
            svg.text(x + cut / 2, y + cut / 2 + 6, f"{both:.2f}", 17, "middle", "#ffffff", 600)
        )
    if 1 - p > 0.15:
        parts.append(
            svg.text(x + cut + (SIDE - cut) / 2, y + cut + (SIDE - cut) / 2 + 5, f"{neither:.2f}", 14,
                     "middle", "#ffffff", 600)
        )  # fmt: skip
    told = [
        ("both right", f"p² = {both:.3f}", same),
        ("both wrong", f"(1 − p)² = {neither:.3f}", same),
        ("they agree", f"{agree:.3f}", same),
        ("they differ", f"2p(1 − p) = {1 - agree:.3f}", other),
    ]
    at = x + SIDE + 22
    for i, (name, value, colour) in enumerate(told):
        parts.append(svg.text(at, y + 26 + 50 * i, name, 13.5, fill=FAINT))
        parts.append(svg.text(at, y + 46 + 50 * i, value, 15, fill=colour, weight=600))
    alt = (
        f"A square of area 1. Each labeler is right with probability {p:g}: both right {both:.3f}, both wrong "
        f"{neither:.3f}, so they agree on {agree:.3f} and differ on {1 - agree:.3f}."
    )
    return Picture(svg.document(WIDTH, y + SIDE + 18, parts, alt), alt)


def show_squares() -> None:
    """The square for several p, to choose from; no kernel is needed."""
    choice = Choice("p", tuple(f"{p:g}" for p in SURE), first=3)
    show_frames([choice], lambda i: square_picture(SURE[i]))


def learning_picture(
    rows: Sequence[Row], ceilings: dict[str, float], live: Sequence[Row] = ()
) -> Picture:
    """Share of a labeler's choices that a model predicts, by comparisons; one line a noise, each below its ceiling.

    Bars are 95 % intervals over seeds; a hollow point has fewer than three seeds, and no bar.
    """
    figure, axes = style.figure(6.8, 4.2)
    table = by_setting(rows)
    said = []
    counts = sorted({row.comparisons for row in rows})
    for agreement in sorted({row.agreement for row in rows}, reverse=True):
        top = 100 * ceilings[str(agreement)]
        found = {
            PAIRS_OF_FOUR * n: values
            for (n, a, passes), values in sorted(table.items())
            if a == agreement and passes == usual_passes(n)
        }
        curve = _one_curve(axes, found, agreement, top)
        said.append(f"labelers who agree on {100 * agreement:g} %, ceiling {top:.1f} %: {curve}")
    for row in live:
        axes.plot(row.comparisons, 100 * row.predicts, "D", ms=8, color=COLOURS["you"], zorder=5)
        said.append(f"yours: {100 * row.predicts:.1f} % after {row.comparisons}")
    axes.set_xscale("log")
    axes.set_xticks(counts, [f"{n:,}" for n in counts])
    axes.minorticks_off()
    axes.set_ylim(49, 101)
    note = " · purple: yours" if live else ""
    axes.set(
        xlabel="comparisons in training",
        ylabel="choices of one labeler predicted, %",
        title=f"Dotted: the ceiling that noise sets{note}",
    )
    return Picture(figure, f"Choices predicted by comparisons. {'; '.join(said)}.")


def _one_curve(axes: Axes, found: dict[int, list[float]], agreement: float, top: float) -> str:
    """One noise: the means over seeds, their intervals, the ceiling; -> the curve in words."""
    colour = TINTS.get(agreement, COLOURS["neutral"])
    counts = list(found)
    whole = {n: len(values) >= FEWEST_SEEDS for n, values in found.items()}
    means = [100 * sum(values) / len(values) for values in found.values()]
    widths = [100 * interval(found[n])[1] if whole[n] else 0.0 for n in counts]
    axes.errorbar(counts, means, widths, fmt="o-", ms=5, capsize=3, color=colour)
    hollow = [(n, mean) for n, mean in zip(counts, means) if not whole[n]]
    for n, mean in hollow:
        axes.plot(n, mean, "o", ms=5.5, color=colour, markerfacecolor=PANEL, zorder=4)
    axes.axhline(top, color=colour, linestyle=(0, (1, 2)), linewidth=1.6)
    axes.annotate(
        f"labelers agree\non {100 * agreement:g} %", (counts[-1], means[-1]), (9, 0),
        textcoords="offset points", va="center", color=colour, fontsize=11, annotation_clip=False,
    )  # fmt: skip
    axes.annotate(
        f"ceiling {top:.1f} %", (counts[0], top), (0, -4 if top > 99 else 4),
        textcoords="offset points", va="top" if top > 99 else "bottom", color=colour, fontsize=11,
    )  # fmt: skip
    return ", ".join(f"{mean:.0f} % after {n}" for n, mean in zip(counts, means))


def calibration_picture(named: dict[str, Sequence[Sequence[float]]]) -> Picture:
    """How sure a model says it is, and how many labelers choose so; on the diagonal, the two are equal."""
    figure, axes = style.figure(6.4, 4.2)
    axes.plot([50, 100], [50, 100], **style.FLOOR)
    said = []
    for (name, bins), colour in zip(named.items(), (COLOURS["first"], COLOURS["second"], CYCLE[2])):
        shown = [row for row in bins if row[2] >= 8]
        sure, right = [100 * row[0] for row in shown], [100 * row[1] for row in shown]
        axes.plot(sure, right, "o-", ms=4.5, color=colour, label=name)
        told = ", ".join(f"{s:.0f} and {r:.0f} %" for s, r in zip(sure, right))
        said.append(f"{name}: {told}")
    axes.set(
        xlim=(49, 101),
        ylim=(45, 101),
        xlabel="probability that the model gives to its choice, %",
        ylabel="labelers who choose so, %",
        title="Calibration · dotted: said and true are equal",
    )
    style.direct_labels(axes)
    alt = f"Calibration: how sure a model says it is, and how many labelers choose so. {'; '.join(said)}."
    return Picture(figure, alt)


def distances_picture(sure: Sequence[float], right: Sequence[float], n_bins: int = 10) -> Picture:
    """A few answers, bin by bin: how sure the model was, how often it was right, and the distance between the two."""
    figure, axes = style.figure(6.4, 4.0)
    axes.plot([0, 1], [0, 1], **style.FLOOR)
    bins: dict[int, list[tuple[float, float]]] = {}
    for said, came in zip(sure, right, strict=True):
        bins.setdefault(min(int(said * n_bins), n_bins - 1), []).append((said, came))
    terms, told = [], []
    for which, rows in sorted(bins.items()):
        axes.axvspan(which / n_bins, (which + 1) / n_bins, color=COLOURS["first"], alpha=0.12, lw=0)
        said, came = (sum(column) / len(rows) for column in zip(*rows, strict=True))
        axes.plot([said, said], [said, came], color=COLOURS["second"], lw=3, solid_capstyle="butt")
        axes.plot(said, came, "o", ms=8, color=COLOURS["first"])
        distance = f"{abs(came - said):.2f}"
        words = f"{len(rows)} answers: sure {said:.2f},\nright {came:.2f}, distance {distance}"
        at, side = ((12, -6), "left") if came < said else ((-12, 0), "right")
        axes.annotate(words, (said, came), at, textcoords="offset points", ha=side, va="center")
        terms.append(f"{len(rows)}/{len(sure)} · {distance}")
        told.append(words.replace("\n", " "))
    total = sum(abs(sum(came - said for said, came in rows)) for rows in bins.values())
    axes.set(
        xlim=(0, 1.02),
        ylim=(0, 1.08),
        xlabel="how sure the model is of its answer",
        ylabel="share of its answers that are right",
        title=f"{' + '.join(terms)} = {total / len(sure):.2f}",
    )
    axes.set_xticks([i / n_bins for i in range(0, n_bins + 1, 2)])
    return Picture(figure, f"Answers by bins. {'; '.join(told)}. In all {total / len(sure):.2f}.")
