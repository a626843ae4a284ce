"""A small table of counts or probabilities: the word before as row, the word after as column."""

from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.kit.number_format import fixed_places
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

CELL = 50  # pixels: width of a box
ROW = 34  # its height
MARGIN = 16
LABEL = 62  # width of the rows' names
NEARLY = 1e-4  # a sum as close to a whole number counts as whole


def count_table_picture(
    table: Tensor, words: list[str], title: str, sums: bool = False, width: float = 480
) -> Picture:
    """A square table as boxes with numbers; the larger a number, the darker its box.

    table  (V, V), whole numbers as they are, others with two places
    sums   add each row's sum at its right, and each column's sum below it
    """
    n = len(words)
    if tuple(table.shape) != (n, n):
        raise ValueError(
            f"a table of shape {tuple(table.shape)} does not fit {n} words: give {n} by {n}"
        )
    values = table.double()
    largest = float(values.max()) or 1.0
    top = MARGIN + 62
    left = MARGIN + LABEL
    parts = [
        svg.text(MARGIN, MARGIN + 14, title, 15, weight=600),
        svg.text(MARGIN, top - 8, "before ↓", 12, fill=FAINT),
        svg.text(left, MARGIN + 36, "after →", 12, fill=FAINT),
    ]
    for i, word in enumerate(words):
        parts.append(svg.text(left - 10, top + i * ROW + 22, word, 15, "end"))
        parts.append(svg.text(left + i * CELL + CELL / 2, top - 8, word, 15, "middle"))
        for j in range(n):
            parts += _box(left + j * CELL, top + i * ROW, float(values[i, j]), largest)
    if sums:
        parts += _sums(values, left, top, counts=not table.is_floating_point())
    right = left + (n + sums) * CELL + MARGIN
    rows = "; ".join(f"{word}: {_describe(values[i], words)}" for i, word in enumerate(words))
    alt = f"{title}. {rows}"
    height = top + (n + sums) * ROW + MARGIN
    return Picture(svg.document(max(width, right), height, parts, alt), alt)


def _box(x: float, y: float, value: float, largest: float) -> list[str]:
    shade = 0.62 * value / largest
    return [
        svg.rect(x + 1, y + 1, CELL - 2, ROW - 2, COLOURS["first"], 3, opacity=shade),
        svg.rect(x + 1, y + 1, CELL - 2, ROW - 2, "none", 3, stroke=EDGE),
        svg.text(x + CELL / 2, y + 22, _number(value), 15, "middle", fill=INK if value else FAINT),
    ]


def _sums(values: Tensor, left: float, top: float, counts: bool) -> list[str]:
    """Row sums at the right, column sums below, in red where probabilities do not sum to 1."""
    n = len(values)
    parts = [
        svg.text(left + n * CELL + CELL / 2, top - 8, "sum", 13, "middle", fill=FAINT),
        svg.text(left - 10, top + n * ROW + 22, "sum", 13, "end", fill=FAINT),
    ]
    for i, (row, column) in enumerate(zip(values.sum(1).tolist(), values.sum(0).tolist())):
        for x, y, total in ((n, i, row), (i, n, column)):
            right = counts or abs(total - 1) < NEARLY
            parts.append(
                svg.text(
                    left + x * CELL + CELL / 2,
                    top + y * ROW + 22,
                    _number(total),
                    15,
                    "middle",
                    fill=INK if right else COLOURS["wrong"],
                    weight=600,
                )
            )
    return parts


def _number(value: float) -> str:
    return fixed_places(round(value) if abs(value - round(value)) < NEARLY else value)


def _describe(row: Tensor, words: list[str]) -> str:
    """One row in words, without its zeros."""
    return ", ".join(f"{word} {_number(float(x))}" for word, x in zip(words, row) if x) or "nothing"
