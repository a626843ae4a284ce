"""Pre-LN against post-LN in pictures: gradients by depth, and loss curves."""

from gptlab.experiments.transformer.pre_vs_post_norm import POST, PRE, WARM, smooth
from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE

TINTS = {PRE: COLOURS["first"], POST: COLOURS["second"], WARM: CYCLE[2]}


def gradients_picture(norms: dict[str, dict[int, list[float]]]) -> Picture:
    """The last layer's gradient by depth; norms {PRE or POST: {depth: one for each layer}}."""
    figure, axes = style.figure(6.6, 3.4)
    said = []
    for name, by_depth in norms.items():
        depths = list(by_depth)
        last = [layers[-1] for layers in by_depth.values()]
        axes.plot(depths, last, "o-", color=TINTS[name], label=name)
        named = ", ".join(f"{x:.2f} with {d} layers" for d, x in zip(depths, last))
        said.append(f"{name}: {named}")
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks(depths, [str(d) for d in depths])
    axes.set_yticks([0.1, 0.2, 0.5, 1.0], ["0.1", "0.2", "0.5", "1"])
    axes.minorticks_off()
    axes.set(
        xlabel="layers",
        ylabel="size of the gradient",
        title="The last layer's gradient, before the first step",
    )
    style.direct_labels(axes)
    return Picture(figure, f"Size of the last layer's gradient before training. {'; '.join(said)}.")


def curves_picture(
    curves: dict[str, list[float]],
    unigram_loss: float,
    title: str,
    bottom: float | None = None,
    top: float | None = None,
) -> Picture:
    """Losses by step, with a dotted line for what word frequencies alone reach.

    bottom  where the axis of losses begins; None = a little below the lowest
    top     where it ends; None = a little above the highest
    """
    figure, axes = style.figure(7.0, 3.6)
    said = []
    for place, (name, losses) in enumerate(curves.items()):
        drawn = smooth(losses)
        steps = range(1, len(drawn) + 1)
        axes.plot(steps, drawn, color=TINTS.get(name, CYCLE[place]), label=name)
        said.append(f"{name} ends at {drawn[-1]:.2f}")
    axes.axhline(unigram_loss, **style.FLOOR)
    axes.annotate(
        "dotted: word frequencies alone",
        (len(drawn), unigram_loss),
        (0, 16),
        textcoords="offset points",
        ha="right",
    )
    axes.set(xlabel="step", ylabel="loss, nats per word", title=title)
    if bottom is not None:
        axes.set_ylim(bottom=bottom)
    if top is not None:
        axes.set_ylim(top=top)
    style.direct_labels(axes)
    return Picture(
        figure, f"{title}: {', '.join(said)}; {unigram_loss:.2f} by word frequencies alone."
    )
