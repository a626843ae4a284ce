"""How a GPT begins: the size of the residual stream by layer, and the first losses of short trainings."""

from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, FAINT

TINTS = (COLOURS["second"], COLOURS["first"], CYCLE[2], CYCLE[3])


def stream_picture(sizes: dict[str, list[float]]) -> Picture:
    """The root mean square of the stream after each block, a line for each way to begin."""
    figure, axes = style.figure(6.2, 3.4)
    said = []
    for (name, values), colour in zip(sizes.items(), TINTS):
        axes.plot(range(len(values)), values, color=colour, label=name)
        said.append(f"{name}: from {values[0]:.3f} to {values[-1]:.3f}")
    axes.set(
        xlabel="block", ylabel="root mean square", title="The residual stream before any training"
    )
    axes.set_ylim(bottom=0)
    style.direct_labels(axes)
    return Picture(
        figure, f"Size of the residual stream over {len(values) - 1} blocks. {'; '.join(said)}."
    )


def curves_picture(runs: dict[str, dict]) -> Picture:
    """Loss curves, nats per token, and the loss of guessing every token alike."""
    figure, axes = style.figure(6.4, 3.6)
    said = []
    for (name, run), colour in zip(runs.items(), TINTS):
        axes.plot(range(1, len(run["curve"]) + 1), run["curve"], color=colour, label=name)
        said.append(f"{name}: first {run['first']:.2f}, last {run['last']:.2f}")
    uniform = next(iter(runs.values()))["uniform"]
    axes.axhline(uniform, **style.FLOOR)
    axes.annotate("ln V", (0, uniform), (2, 4), textcoords="offset points", color=FAINT)
    axes.set_yscale("log")
    axes.set_yticks([2, 3, 5, 10, 20], ["2", "3", "5", "10", "20"])
    axes.minorticks_off()
    axes.set(xlabel="update", ylabel="loss, nats per token", title="The first updates")
    style.direct_labels(axes)
    return Picture(
        figure, f"Training losses, nats per token; ln V is {uniform:.2f}. {'; '.join(said)}."
    )
