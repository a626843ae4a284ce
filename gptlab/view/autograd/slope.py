"""Slopes as pictures: a curve with the straight lines of some nudges, and a function beside its derivative."""

from collections.abc import Callable, Sequence

import numpy as np

from gptlab.view.kit import style
from gptlab.view.kit.number_format import three_digits
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, INK

TINTS = (CYCLE[4], CYCLE[0], INK)  # from the longest nudge to the shortest


def slope_picture(
    f: Callable[[float], float], at: float, nudges: Sequence[float], name: str
) -> Picture:
    """The curve of f around `at`, and for each nudge the straight line from point to point.

    name  how f is written, such as "x² − x"
    """
    nudges = sorted(nudges, reverse=True)
    xs = np.linspace(at - 0.6 * nudges[0], at + 1.5 * nudges[0], 200)
    figure, axes = style.figure(6.0, 3.6)
    axes.plot(xs, [f(x) for x in xs], color=COLOURS["neutral"], linewidth=3)
    slopes = {h: (f(at + h) - f(at)) / h for h in nudges}
    end = at + 1.25 * nudges[0]
    for h, tint in zip(nudges, TINTS):
        axes.plot(
            [at, end],
            [f(at), f(at) + slopes[h] * (end - at)],
            color=tint,
            linewidth=1.6,
            label=f"nudge {h:g}: slope {three_digits(slopes[h])}",
        )
        axes.plot([at + h], [f(at + h)], "o", color=tint, markersize=7)
    axes.plot([at], [f(at)], "o", color=COLOURS["you"], markersize=9, zorder=5)
    axes.annotate(
        "you are here",
        (at, f(at)),
        (10, -16),
        textcoords="offset points",
        color=COLOURS["you"],
        fontweight="bold",
    )
    axes.set(
        xlabel="the number that is nudged",
        ylabel="the end",
        title=f"Nudge, and see how much the end moves: {name}",
    )
    style.direct_labels(axes)
    measured = "; ".join(f"a nudge of {h:g} gives {three_digits(slopes[h])}" for h in nudges)
    alt = f"The curve {name} and its slope at {three_digits(at)}, measured by nudging: {measured}."
    return Picture(figure, alt)


def derivative_picture(f: Callable[[float], tuple[float, float]], name: str) -> Picture:
    """A function and its own slope on one plot; f gives both."""
    xs = np.linspace(-4, 4, 161)
    both = [f(float(x)) for x in xs]
    values = [value for value, _ in both]
    slopes = [slope for _, slope in both]
    figure, axes = style.figure(6.0, 3.0)
    axes.plot(xs, values, color=COLOURS["first"], label=name)
    axes.plot(xs, slopes, color=COLOURS["second"], label="its slope")
    axes.set(xlabel="a", title=f"{name}, and how steep it is")
    style.direct_labels(axes)
    top = max(range(len(xs)), key=lambda i: slopes[i])
    alt = (
        f"{name} runs from {three_digits(values[0])} at −4 to {three_digits(values[-1])} at 4; "
        f"it is steepest at {three_digits(float(xs[top]))}, with slope {three_digits(slopes[top])}, "
        "and nearly flat at both ends."
    )
    return Picture(figure, alt)
