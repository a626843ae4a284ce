"""The time of one layer's attention against the length of the text, on logarithmic axes."""

from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, FAINT


def cost_picture(took: dict[int, float]) -> Picture:
    """Seconds against length on logarithmic axes; dotted: four times for each doubling.

    took  seconds by length
    """
    figure, axes = style.figure(6.6, 3.4)
    lengths = list(took)
    longest = lengths[-1]
    square = [took[longest] * (t / longest) ** 2 * 1e3 for t in lengths]
    axes.plot(lengths, square, color=FAINT, linestyle=(0, (1, 2)))
    axes.plot(lengths, [took[t] * 1e3 for t in lengths], "o-", color=COLOURS["you"])
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks(lengths, [str(t) for t in lengths])
    axes.set_xlabel("tokens in the text")
    axes.set_ylabel("milliseconds")
    axes.set_title("Every token attends once to all before it")
    axes.annotate(
        "dotted: twice as long, 4 × the time", (lengths[0], square[-1]), color=FAINT, va="top"
    )
    middle = lengths[len(lengths) // 2]  # to the right of it and below, nothing else is drawn
    axes.annotate(
        "your attention",
        (middle, took[middle] * 1e3),
        (12, -16),
        textcoords="offset points",
        color=COLOURS["you"],
        fontweight="bold",
    )
    said = ", ".join(f"{t} tokens {took[t] * 1e3:.2g} ms" for t in lengths)
    alt = (
        f"Time of one layer's attention: {said}. The dotted line grows fourfold with each doubling."
    )
    return Picture(figure, alt)
