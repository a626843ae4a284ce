"""A layer as inputs and outputs with a weight on every arrow, beside the same layer as a matrix product."""

from torch import Tensor

from gptlab.view.boxes.table import (
    HIGH,
    MARGIN,
    TITLE,
    in_words,
    one_colour,
    rows_of,
    shape_of,
    size_of,
    table,
)
from gptlab.view.kit import svg
from gptlab.view.kit.number_format import three_digits
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, FAINT, INK, PANEL

LEFT, RIGHT, ROUND = 44, 244, 20  # pixels: where inputs and outputs are, and the radius of a circle
APART = 76  # from one output to the next


def layer_picture(x: Tensor, w: Tensor) -> Picture:
    """Arrows with weights at the left, x @ w as boxes at the right.

    x  (1, n) and w (n, m), small enough to be read
    """
    inputs, weights, outputs = rows_of(x)[0], rows_of(w), rows_of(x @ w)[0]
    high = 62 + APART * max(len(inputs), len(outputs))
    title = "One layer: each arrow has a weight; each output adds up what arrives"
    parts = [
        svg.text(MARGIN, TITLE, "One layer, twice: arrows with weights, and x @ w", 15, weight=600)
    ]
    parts += _arrows(weights, _heights(len(inputs), high), _heights(len(outputs), high))
    parts += _circles(LEFT, inputs, _heights(len(inputs), high), COLOURS["first"])
    parts += _circles(RIGHT, outputs, _heights(len(outputs), high), COLOURS["second"])
    start = RIGHT + 52
    parts += _boxes(start, high, x, w)
    wide = start + max(size_of(weights)[0], 150) + MARGIN
    alt = f"{title}. Inputs {in_words([inputs])}; weights {in_words(weights)}; outputs {in_words([outputs])}"
    return Picture(svg.document(wide, high + 20, parts, alt), alt)


def _heights(n: int, high: float) -> list[float]:
    """Where n circles are, spread around the middle."""
    return [(high + 30) / 2 + (i - (n - 1) / 2) * APART for i in range(n)]


def _arrows(weights: list[list[float]], froms: list[float], tos: list[float]) -> list[str]:
    """A line for each weight, in the colour of its output's column, with the weight near its output."""
    parts = []
    for i, row in enumerate(weights):
        for j, weight in enumerate(row):
            parts.append(svg.line(LEFT + ROUND, froms[i], RIGHT - ROUND, tos[j], FAINT, 1.2))
            share = 0.72
            x = LEFT + ROUND + share * (RIGHT - LEFT - 2 * ROUND)
            y = froms[i] + share * (tos[j] - froms[i])
            half = svg.text_width(three_digits(weight), 13) / 2 + 3
            parts.append(svg.rect(x - half, y - 9, 2 * half, 18, PANEL, 4))
            parts.append(svg.text(x, y + 4.5, three_digits(weight), 13, "middle"))
    return parts


def _circles(x: float, values: list[float], heights: list[float], colour: str) -> list[str]:
    """Numbers in circles."""
    parts = []
    for value, y in zip(values, heights):
        parts.append(f'<circle cx="{x:g}" cy="{y:g}" r="{ROUND}" fill="{PANEL}"/>')
        parts.append(
            f'<circle cx="{x:g}" cy="{y:g}" r="{ROUND}" fill="{colour}" fill-opacity="0.32" '
            f'stroke="{INK}" stroke-width="1"/>'
        )
        parts.append(svg.text(x, y + 5, three_digits(value), 14, "middle"))
    return parts


def _boxes(x0: float, high: float, x: Tensor, w: Tensor) -> list[str]:
    """x, w and their product below each other, each with its name and shape."""
    parts, y = [], (high + 30) / 2 - (HIGH * (2 + len(w)) + 2 * 34) / 2
    for name, one, colour in (("x", x, "first"), ("w", w, "neutral"), ("x @ w", x @ w, "second")):
        rows = rows_of(one)
        parts.append(svg.text(x0, y, f"{name}  {shape_of(one)}", 13, weight=600))
        parts += table(x0, y + 6, rows, one_colour(colour))
        y += size_of(rows)[1] + 34
    return parts
