"""Time and memory of each batch when a state is carried over with its graph, and when it is detached, as curves."""

from gptlab.experiments.rnn.retained_graph import BatchCost
from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS

TINTS = {"retain_graph=True": COLOURS["second"], "h.detach()": COLOURS["first"]}


def batch_costs_picture(runs: dict[str, list[BatchCost]]) -> Picture:
    """The way back and the memory of each batch; runs by the cure that was tried."""
    figure, (above, below) = style.figure(6.2, 5.4, rows=2, sharex=True)
    said = []
    for name, costs in runs.items():
        batches = range(1, len(costs) + 1)
        thousands = [cost.numbers_kept / 1e3 for cost in costs]
        above.plot(batches, [cost.operations for cost in costs], color=TINTS[name], label=name)
        below.plot(batches, thousands, color=TINTS[name], label=name)
        first, last = costs[0], costs[-1]
        said.append(
            f"{name}: {first.operations:,} operations back from the first of {len(costs)} batches and "
            f"{last.operations:,} from the last; {first.numbers_kept:,} numbers kept after the first and "
            f"{last.numbers_kept:,} after the last"
        )
    above.set(ylabel="operations", title="Way back of each batch")
    below.set(ylabel="thousands of numbers", title="Kept in memory after it")
    for axes in (above, below):
        axes.set(xlabel="batch" if axes is below else "", ylim=(0, 1.15 * axes.get_ylim()[1]))
        for line in axes.get_lines():
            axes.annotate(
                line.get_label(),
                (line.get_xdata()[-1], line.get_ydata()[-1]),
                (-2, 8),
                textcoords="offset points",
                color=line.get_color(),
                fontweight="bold",
                ha="right",
                va="bottom",
            )
    return Picture(
        figure, f"Batches one after the other, with the state handed on. {'; '.join(said)}."
    )
