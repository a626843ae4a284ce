"""A table of numbers as boxes: what every picture of this room is made of."""

from collections.abc import Callable, Sequence

from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.kit.number_format import three_digits
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK, PANEL

WIDE, HIGH = 44, 32  # pixels: a box
MARGIN = 16
TITLE = 29  # height of a picture's title
SHAPE = 13  # size of the letters of a shape

Tint = Callable[
    [int, int], str | None
]  # the colour of a box by its row and column, None for no colour


def rows_of(x: Tensor) -> list[list[float]]:
    """The numbers of a tensor with at most two axes, as rows."""
    if x.dim() > 2:
        raise ValueError(f"a table has at most two axes, but the shape is {tuple(x.shape)}")
    return x.double().reshape(-1, x.shape[-1] if x.dim() else 1).tolist()


def table(
    x: float, y: float, rows: Sequence[Sequence[float]], tint: Tint, pale: Tint | None = None
) -> list[str]:
    """The boxes of a table, its upper left corner at (x, y); `pale` tells which are copies of others."""
    parts = []
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            left, top = x + j * WIDE, y + i * HIGH
            copied = bool(pale and pale(i, j))
            parts.append(svg.rect(left + 1, top + 1, WIDE - 2, HIGH - 2, PANEL, 3, stroke=EDGE))
            if colour := tint(i, j):
                faint = 0.1 if copied else 0.32
                parts.append(
                    svg.rect(left + 1, top + 1, WIDE - 2, HIGH - 2, colour, 3, opacity=faint)
                )
            ink = FAINT if copied else INK
            parts.append(
                svg.text(left + WIDE / 2, top + 21, three_digits(value), 14, "middle", fill=ink)
            )
    return parts


def size_of(rows: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Width and height of a table in pixels."""
    return len(rows[0]) * WIDE, len(rows) * HIGH


def shape_of(x: Tensor) -> str:
    """The shape as Python writes it, for one axis without the last comma: (2, 3) and (3)."""
    return f"({', '.join(map(str, x.shape))})"


def one_colour(name: str) -> Tint:
    """All boxes in one colour of the palette."""
    return lambda i, j: COLOURS[name]


def in_words(rows: Sequence[Sequence[float]]) -> str:
    """A table in words: its rows, one after the other."""
    return "; ".join(", ".join(three_digits(value) for value in row) for row in rows)
