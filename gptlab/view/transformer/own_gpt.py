"""The loss of the reader's own GPT as it falls down the staircase: dotted lines for what simpler models reach."""

from collections.abc import Mapping, Sequence

from gptlab.experiments.transformer.own_gpt import FLOOR
from gptlab.experiments.transformer.pre_vs_post_norm import smooth
from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, FAINT, INK


def staircase_picture(
    losses: Sequence[float], stairs: Mapping[str, float], held_out: Mapping[int, float]
) -> Picture:
    """Training loss by step on a logarithmic axis, held-out loss as dots, the stairs as dotted lines.

    losses    of each step, nats per token
    stairs    nats per token of the simpler models and the floor, by name
    held_out  nats per token on the held-out pages, by the number of steps taken
    """
    figure, axes = style.figure(7.4, 4.2)
    steps = range(1, len(losses) + 1)
    axes.plot(steps, smooth(losses), color=COLOURS["you"], linewidth=2)
    last = max(600, len(losses))
    for name, nats in stairs.items():
        colour = COLOURS["floor"] if name == FLOOR else FAINT
        axes.axhline(nats, color=colour, linestyle=(0, (1, 2)), linewidth=1.6)
        at, side = (1.0, "left") if nats < 4 else (last, "right")  # where the curve is not
        axes.annotate(
            f"{name} {nats:.2f}", (at, nats), (0, 4), textcoords="offset points", color=INK, ha=side
        )
    for step, nats in held_out.items():
        axes.plot([max(1, step)], [nats], "o", color=COLOURS["you"], markersize=7, clip_on=False)
        axes.annotate(
            f"{nats:.2f}",
            (max(1, step), nats),
            (7, 6),
            textcoords="offset points",
            color=COLOURS["you"],
            fontweight="bold",
        )
    axes.set_xscale("log")
    axes.set_xlim(1, last)
    axes.set_ylim(0, 1.12 * max([*stairs.values(), *held_out.values()]))
    axes.set_xticks([1, 10, 100, len(losses)] if len(losses) > 150 else [1, 10, 100])
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
    axes.minorticks_off()
    axes.set(
        xlabel="training steps (logarithmic)",
        ylabel="nats per token",
        title="Your GPT. Line: training, mean of 10 steps; dots: held-out pages",
    )
    dots = "; ".join(f"after {step} steps {nats:.2f}" for step, nats in held_out.items())
    lines = "; ".join(f"{name} {nats:.2f}" for name, nats in stairs.items())
    return Picture(figure, f"Held-out loss in nats per token: {dots}. Dotted: {lines}.")
