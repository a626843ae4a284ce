"""The loss while the learning rate grows from step to step: it falls, falls faster, and explodes."""

import math
from collections.abc import Sequence

from gptlab.view.kit import style
from gptlab.view.kit.number_format import three_digits
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS

WINDOW = 9  # steps over which the line is averaged


def sweep_picture(rates: Sequence[float], losses: Sequence[float], chosen: float) -> Picture:
    """Each step's loss as a dot over its learning rate, their mean as a line, and the rate that is chosen.

    rates   of each step, growing
    losses  before each step
    """
    figure, axes = style.figure(6.4, 3.6)
    line = _smooth(losses)
    axes.plot(rates, losses, ".", color=COLOURS["neutral"], markersize=3)
    axes.plot(rates, line, color=COLOURS["first"])
    axes.axvline(chosen, color=COLOURS["you"], linewidth=1.6)
    low, top = 0.85 * min(line), 1.2 * losses[0]
    axes.annotate(
        f"{chosen:g}, taken below",
        (chosen, top),
        (-6, -12),
        textcoords="offset points",
        ha="right",
        color=COLOURS["you"],
        fontweight="bold",
    )
    axes.set_xscale("log")
    axes.set(
        xlabel="learning rate of this step",
        ylabel="nats per word",
        title="One training, a larger learning rate at each step",
        ylim=(low, top),
    )
    decades = [10.0**k for k in range(-6, 4) if rates[0] <= 10.0**k <= rates[-1]]
    axes.set_xticks(decades, [f"{rate:g}" for rate in decades])
    axes.minorticks_off()
    lowest = min(range(len(line)), key=line.__getitem__)
    exploded = explodes_at(rates, losses)
    alt = (
        f"Loss by learning rate from {rates[0]:g} to {rates[-1]:g}. It begins at {three_digits(losses[0])}, is lowest, "
        f"{three_digits(line[lowest])}, at a rate of {three_digits(rates[lowest])}, and is above its beginning from "
        f"{three_digits(exploded)} on. Taken below: {chosen:g}."
    )
    return Picture(figure, alt)


def explodes_at(rates: Sequence[float], losses: Sequence[float]) -> float:
    """The first learning rate at which the mean loss is above the loss of the beginning for good; inf for none."""
    line = _smooth(losses)
    calm = [i for i, loss in enumerate(line) if loss <= 1.02 * losses[0]]
    return rates[calm[-1] + 1] if calm and calm[-1] + 1 < len(line) else math.inf


def _smooth(losses: Sequence[float]) -> list[float]:
    """The mean of each loss and its neighbours; of what is no number, infinity."""
    known = [loss if math.isfinite(loss) else math.inf for loss in losses]
    half = WINDOW // 2
    around = [known[max(0, i - half) : i + half + 1] for i in range(len(known))]
    return [sum(some) / len(some) for some in around]
