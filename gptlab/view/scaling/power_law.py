"""A power law on paper: three measurements, on plain axes, on logarithmic ones, and with the floor taken away."""

from collections.abc import Sequence

import numpy as np

from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, INK


def power_law_picture(x: Sequence[float], y: Sequence[float], floor: float) -> Picture:
    """Left y over x; right the logarithmic axes, y bent by its floor, y − floor straight.

    x, y  measurements that lie exactly on floor + c·x^(−α)
    """
    figure, (left, right) = style.figure(7.6, 3.6, columns=2)
    c = y[0] - floor
    alpha = float(np.log((y[0] - floor) / (y[-1] - floor)) / np.log(x[-1] / x[0]))
    c *= x[0] ** alpha
    far = np.geomspace(x[0], x[-1] * 16, 80)
    left.plot(
        far[far <= x[-1] * 2], floor + c * far[far <= x[-1] * 2] ** -alpha, color=COLOURS["first"]
    )
    right.plot(far, floor + c * far**-alpha, color=COLOURS["first"])
    right.plot(far, c * far**-alpha, color=COLOURS["second"])
    for axes in (left, right):
        axes.plot(x, y, "o", color=COLOURS["first"])
        axes.axhline(floor, **style.FLOOR)
        axes.set_xlabel("x")
    right.plot(x, [value - floor for value in y], "o", color=COLOURS["second"])
    for at, value in zip(x, y, strict=True):
        left.annotate(f"{value:g}", (at, value), (7, 5), textcoords="offset points")
        right.annotate(
            f"{value - floor:g}",
            (at, value - floor),
            (-3, -17),
            textcoords="offset points",
            color=COLOURS["second"],
            ha="right" if at > x[0] else "left",
        )
    left.text(x[-1] * 1.2, floor + 0.15, "floor", color=INK)
    left.set(title="y", ylim=(0, None))
    right.set(title="the same, both axes log", xscale="log", yscale="log")
    ticks = [0.5, 1, 2, 4, 8]
    right.set_yticks(ticks, [f"{t:g}" for t in ticks])
    right.set_xticks([1, 4, 16, 64, 256], ["1", "4", "16", "64", "256"])
    right.minorticks_off()
    right.annotate(
        "y",
        (far[-1], floor + c * far[-1] ** -alpha),
        (-8, 8),
        textcoords="offset points",
        ha="right",
        color=COLOURS["first"],
        fontweight="bold",
    )
    right.annotate(
        "y − floor",
        (x[-1] * 4, c * (x[-1] * 4) ** -alpha),
        (-12, -6),
        textcoords="offset points",
        ha="right",
        color=COLOURS["second"],
        fontweight="bold",
    )
    right.text(far[-1], floor * 1.05, "floor of y", ha="right", color=INK)
    measured = ", ".join(f"y({a:g}) = {b:g}" for a, b in zip(x, y, strict=True))
    alt = (
        f"{measured}, floor {floor:g}. On logarithmic axes y bends towards its floor, and y − floor "
        f"is a straight line that falls by a factor {x[1] / x[0]:g}^{alpha:g} = "
        f"{(x[1] / x[0]) ** alpha:g} each time x grows {x[1] / x[0]:g} times."
    )
    return Picture(figure, alt)
