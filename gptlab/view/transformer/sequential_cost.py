"""The time to read a text with a recurrent layer and with a Transformer block, against its length."""

from gptlab.experiments.power_law import log_slope
from gptlab.experiments.sequential_cost import RECURRENT
from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import NETWORKS


def layer_times_picture(took: dict[str, dict[int, float]]) -> Picture:
    """Seconds by length on logarithmic axes; took {name: {length: seconds}}."""
    figure, axes = style.figure(6.8, 3.5)
    said = []
    for name, by_length in took.items():
        lengths = list(by_length)
        ms = [s * 1e3 for s in by_length.values()]
        colour = NETWORKS["RNN" if name == RECURRENT else "Transformer"]
        axes.plot(lengths, ms, "o-", color=colour, label=name)
        times = ", ".join(f"{t} tokens {m:.2g} ms" for t, m in zip(lengths, ms))
        said.append(f"{name}: {times}, slope {log_slope(lengths, ms):.2f}")
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks(lengths, [str(t) for t in lengths])
    axes.set(xlabel="tokens in the text", ylabel="milliseconds", title="Time to read a text once")
    style.direct_labels(axes)
    return Picture(figure, f"Time to read a text. {'; '.join(said)}.")
