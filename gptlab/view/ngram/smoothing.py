"""How the loss on unseen pages depends on the smoothing, as a curve with its best point named."""

import math

from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS


def smoothing_curve(losses: dict[float, float]) -> Picture:
    """A loss for each smoothing; those at 0 and infinite ones are said in words only.

    losses  nats per token, by smoothing
    """
    drawn = {s: loss for s, loss in sorted(losses.items()) if s > 0 and math.isfinite(loss)}
    best = min(drawn, key=drawn.get)
    figure, axes = style.figure(6.0, 3.4)
    axes.plot(list(drawn), list(drawn.values()), "o-", color=COLOURS["you"])
    axes.set(
        xscale="log",
        xlabel="smoothing: added to every count",
        ylabel="nats per token",
        ylim=(0, max(drawn.values()) * 1.3),
        title="Loss of your bigram on pages it never saw",
    )
    for s, side, rise in ((best, "center", -14), (max(drawn), "right", 10)):
        note = f"{s:g}: {drawn[s]:.2f} nats,\n{math.exp(drawn[s]):.3g} choices"
        axes.annotate(
            note,
            (s, drawn[s]),
            (0, rise),
            textcoords="offset points",
            ha=side,
            va="top" if rise < 0 else "bottom",
        )
    axes.xaxis.set_major_formatter("{x:g}")
    axes.margins(x=0.12)
    every = ", ".join(f"{s:g} gives {loss:.2f}" for s, loss in sorted(losses.items()))
    alt = f"Loss in nats per token by smoothing: {every}. The best is {best:g}."
    return Picture(figure, alt)
