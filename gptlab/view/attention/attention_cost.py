"""What attention costs as the text grows: products counted, seconds measured, on the reader's own function."""

import time

import torch

from gptlab import attention
from gptlab.view.kit import style
from gptlab.view.palette import COLOURS, FAINT

H, D = 4, 32  # heads and their width, those of the shipped model
LENGTHS = (64, 128, 256, 512, 1024)


def products(t: int) -> int:
    """Multiplications of one layer's look: q·k for every pair, and weight times value for every pair."""
    return 2 * H * t * t * D


@torch.no_grad()
def seconds(t: int, times: int = 7) -> float:
    """The fastest of a few runs of causal attention over t tokens."""
    draw = torch.Generator().manual_seed(t)
    q, k, v = (torch.randn(1, H, t, D, generator=draw) for _ in range(3))
    mask, took = attention.causal_mask(t), []
    for _ in range(times):
        began = time.perf_counter()
        attention.scaled_dot_product_attention(q, k, v, mask)
        took.append(time.perf_counter() - began)
    return min(took)


def cost_picture(took: dict[int, float]) -> tuple:
    """Seconds against length on logarithmic axes, as (figure, description); dotted: four times for each doubling.

    took  seconds by length
    """
    figure, axes = style.figure(6.6, 3.4)
    lengths = list(took)
    square = [took[lengths[-1]] * (t / lengths[-1]) ** 2 * 1e3 for t in lengths]
    axes.plot(lengths, square, color=FAINT, linestyle=(0, (1, 2)))
    axes.plot(lengths, [took[t] * 1e3 for t in lengths], "o-", color=COLOURS["you"])
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks(lengths, [str(t) for t in lengths])
    axes.set_xlabel("tokens in the text")
    axes.set_ylabel("milliseconds")
    axes.set_title("One look of every token at every token before it")
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
    return (
        figure,
        f"Time of one layer's attention: {said}. The dotted line grows fourfold with each doubling.",
    )
