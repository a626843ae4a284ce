"""The roofline: how fast a product can be, by how much arithmetic it does for each byte that it moves."""

from collections.abc import Sequence

import numpy as np

from gptlab.experiments.scaling.roofline import Machine, Product
from gptlab.view.kit import style, svg
from gptlab.view.kit.number_format import three_digits
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, EDGE, FAINT, INK


def roofline_picture(
    machine: Machine, products: Sequence[Product], others: Sequence[Machine] = ()
) -> Picture:
    """The roofs of machines, and the measured products below the first one's; both axes logarithmic."""
    figure, axes = style.figure(6.4, 4.2)
    intensities = np.geomspace(0.2, 1500, 200)
    said = []
    for place, (roofed, colour) in enumerate(zip((machine, *others), CYCLE)):
        axes.plot(
            intensities, [roofed.roof(i) / 1e9 for i in intensities], color=colour, linewidth=1.8
        )
        axes.annotate(
            roofed.name, (intensities[-1], roofed.flops / 1e9), (0, -15 if place == 1 else 5), color=colour,
            textcoords="offset points", ha="right", fontweight="bold",
        )  # fmt: skip
        said.append(
            f"{roofed.name}: at most {three_digits(roofed.flops / 1e9)} billion operations a second, "
            f"from {three_digits(roofed.ridge)} operations a byte on"
        )
    for one in products:
        rate = one.flops / one.seconds / 1e9
        axes.scatter([one.intensity], [rate], color=CYCLE[0], s=30, zorder=3)
        row = "row" if one.rows == 1 else "rows"
        ends = one in (products[0], products[-1])
        axes.annotate(
            f"{one.rows} {row}" if ends else str(one.rows),
            (one.intensity, rate),
            (5, -12),
            color=INK,
            textcoords="offset points",
        )
        said.append(
            f"{one.rows} {row}: {three_digits(one.intensity)} operations a byte, {three_digits(rate)} billion a second"
        )
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="arithmetic intensity, operations per byte moved",
        ylabel="billion operations a second",
        title="Memory decides on the left, arithmetic on the right",
    )
    return Picture(figure, f"Roofline. {'; '.join(said)}.")


WEIGHTS = (0.5, -1.0, 2.0, 1.0)
GRADIENTS = ((2.0, 0.0, 4.0, -2.0), (4.0, 2.0, 0.0, -2.0))  # of each process's own rows
RATE = 0.1
BOX, WIDTH = 46, 500


def slices_picture() -> Picture:
    """FSDP on four weights and two processes: gather, compute on own rows, reduce-scatter, step on the own slice."""
    mean = [sum(pair) / 2 for pair in zip(*GRADIENTS)]
    after = [w - RATE * g for w, g in zip(WEIGHTS, mean)]
    lines = (
        ("at rest: each holds its slice of w", [WEIGHTS, WEIGHTS], True, CYCLE[0]),
        ("all-gather: for a moment both have all of w", [WEIGHTS, WEIGHTS], False, CYCLE[0]),
        ("backward: the gradient of its own rows", list(GRADIENTS), False, CYCLE[1]),
        ("reduce-scatter: the mean, cut into slices", [mean, mean], True, CYCLE[1]),
        ("step: each changes its slice of w", [after, after], True, CYCLE[0]),
    )
    parts = [svg.text(14, 26, "Four weights, two processes, learning rate 0.1", 15, weight=600)]
    lefts = (24, 272)
    for rank, left in enumerate(lefts):
        parts.append(svg.text(left, 52, f"process {rank}", 14, fill=FAINT, weight=600))
    top = 62
    for title, rows, cut, colour in lines:
        parts.append(svg.text(24, top + 16, title, 13, fill=INK))
        for rank, (left, values) in enumerate(zip(lefts, rows, strict=True)):
            for i, value in enumerate(values):
                held = not cut or i // 2 == rank
                x = left + i * (BOX + 4)
                parts.append(
                    svg.rect(
                        x,
                        top + 24,
                        BOX,
                        28,
                        colour if held else EDGE,
                        4,
                        opacity=1 if held else 0.5,
                    )
                )
                if held:
                    parts.append(
                        svg.text(
                            x + BOX / 2,
                            top + 43,
                            f"{value:g}".replace("-", "−"),
                            14,
                            "middle",
                            "#ffffff",
                        )
                    )
        top += 66
    alt = (
        f"Two processes and four weights {list(WEIGHTS)}. Each keeps two. They gather all four, compute the gradients "
        f"{list(GRADIENTS[0])} and {list(GRADIENTS[1])} on their own rows, keep their slice of the mean {mean}, and "
        f"step to {[round(w, 2) for w in after]}, of which each holds two."
    )
    return Picture(svg.document(WIDTH, top + 6, parts, alt), alt)
