"""A small table of counts or chances: the word before as row, the word after as column."""

from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

CELL, ROW, MARGIN, LABEL = 50, 34, 16, 62  # pixels


def grid_picture(
    table: Tensor, words: list[str], title: str, sums: bool = False, width: float = 480
) -> tuple[str, str]:
    """A square table as (SVG, description); the larger a number, the darker its box.

    table  (V, V), whole numbers as they are, others with two places
    sums   add each row's sum at its right, and each column's sum below it
    """
    n = len(words)
    if tuple(table.shape) != (n, n):
        raise ValueError(
            f"a table of shape {tuple(table.shape)} does not fit {n} words: give {n} by {n}"
        )
    values, whole = table.double(), not table.is_floating_point()
    top, left, most = MARGIN + 62, MARGIN + LABEL, float(values.max()) or 1.0
    parts = [
        svg.text(MARGIN, MARGIN + 14, title, 15, weight=600),
        svg.text(MARGIN, top - 8, "before ↓", 12, fill=FAINT),
        svg.text(left, MARGIN + 36, "after →", 12, fill=FAINT),
    ]
    for i, word in enumerate(words):
        parts.append(svg.text(left - 10, top + i * ROW + 22, word, 15, "end"))
        parts.append(svg.text(left + i * CELL + CELL / 2, top - 8, word, 15, "middle"))
        for j in range(n):
            parts += _box(left + j * CELL, top + i * ROW, float(values[i, j]), most, whole)
    if sums:
        parts += _sums(values, left, top, whole)
    right = left + (n + sums) * CELL + MARGIN
    alt = f"{title}. " + "; ".join(
        f"{a}: " + _row_in_words(values[i], words, whole) for i, a in enumerate(words)
    )
    return svg.document(max(width, right), top + (n + sums) * ROW + MARGIN, parts, alt), alt


def _box(x: float, y: float, value: float, most: float, whole: bool) -> list[str]:
    box = svg.rect(x + 1, y + 1, CELL - 2, ROW - 2, COLOURS["sft"], 3, opacity=0.62 * value / most)
    edge = svg.rect(x + 1, y + 1, CELL - 2, ROW - 2, "none", 3, stroke=EDGE)
    return [
        box,
        edge,
        svg.text(
            x + CELL / 2, y + 22, _number(value, whole), 15, "middle", fill=INK if value else FAINT
        ),
    ]


def _sums(values: Tensor, left: float, top: float, whole: bool) -> list[str]:
    """Row sums at the right, column sums below, in orange where chances do not sum to 1."""
    n = len(values)
    parts = [
        svg.text(left + n * CELL + CELL / 2, top - 8, "sum", 13, "middle", fill=FAINT),
        svg.text(left - 10, top + n * ROW + 22, "sum", 13, "end", fill=FAINT),
    ]
    for i, (row, column) in enumerate(zip(values.sum(1).tolist(), values.sum(0).tolist())):
        for x, y, total in ((n, i, row), (i, n, column)):
            is_one = whole or abs(total - 1) < 1e-4
            parts.append(
                svg.text(
                    left + x * CELL + CELL / 2,
                    top + y * ROW + 22,
                    _number(total, whole),
                    15,
                    "middle",
                    fill=INK if is_one else COLOURS["ppo"],
                    weight=600,
                )
            )
    return parts


def _number(value: float, whole: bool) -> str:
    if value == 0:
        return "0"
    return f"{value:.0f}" if whole or abs(value - round(value)) < 1e-4 else f"{value:.2f}"


def _row_in_words(row: Tensor, words: list[str], whole: bool) -> str:
    return (
        ", ".join(f"{word} {_number(float(x), whole)}" for word, x in zip(words, row) if x)
        or "nothing"
    )
