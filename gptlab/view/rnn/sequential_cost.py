"""Longest chains and times of recurrent networks and a Transformer, against the length of the text."""

from gptlab.experiments.power_law import log_slope
from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import NETWORKS


def cost_picture(chains: dict[str, dict[int, int]], took: dict[str, dict[int, float]]) -> Picture:
    """Longest chains above, times below, both against length on logarithmic axes.

    chains, took  {model: {length: operations}}, {model: {length: seconds}}
    """
    figure, (above, below) = style.figure(6.2, 6.6, rows=2)
    _draw_lines(above, chains)
    _draw_lines(below, took, scale=1e3)
    above.set(ylabel="operations in a row", title="Longest chain, counted")
    below.set(ylabel="milliseconds", title="Time on one core, measured")
    said = []
    for name, seconds in took.items():
        by_length = ", ".join(
            f"{n} tokens {chains[name][n]} in a row and {s * 1e3:.2g} ms"
            for n, s in seconds.items()
        )
        slopes = f"{_slope(chains[name]):.2f} and {_slope(seconds):.2f}"
        said.append(f"{name}: {by_length}; slopes {slopes}")
    alt = f"Longest chain of operations, and time of one pass, by length. {'. '.join(said)}."
    return Picture(figure, alt)


def _slope(by_length: dict[int, float]) -> float:
    return log_slope(by_length.keys(), by_length.values())


def _draw_lines(axes, lines: dict[str, dict[int, float]], scale: float = 1.0) -> None:
    """One line for each model on logarithmic axes, with its slope in the legend."""
    for name, by_length in lines.items():
        label = f"{name}, slope {_slope(by_length):.2f}"
        ys = [scale * y for y in by_length.values()]
        axes.plot(list(by_length), ys, "o-", color=NETWORKS[name], label=label)
    lengths = list(next(iter(lines.values())))
    axes.set(xscale="log", yscale="log", xlabel="tokens in the text")
    axes.set_xticks(lengths, [str(n) for n in lengths])
    axes.minorticks_off()
    axes.legend(
        loc="upper left", fontsize=11, labelcolor="linecolor", handlelength=1.2, borderaxespad=0.1
    )
    low, high = axes.get_ylim()
    axes.set_ylim(low, high * (high / low) ** 0.45)  # room for the names
