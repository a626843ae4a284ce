"""A table of weights as boxes: who asks as row, who is asked as column; the larger a number, the darker its box."""

import math
from collections.abc import Sequence

from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.kit.number_format import fixed_places
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

ROW = 34  # pixels: height of a row
MARGIN = 16
WIDEST = 62  # box
SIZE = 15  # of a number
SMALL = 12.5  # of a number in a box below 46 pixels


def heatmap_picture(
    values: Tensor,
    rows: Sequence[str],
    columns: Sequence[str],
    title: str,
    sides: tuple[str, str] = ("asks ↓", "is asked →"),
    sums: bool = False,
    places: int = 2,
    width: float = 480,
    widest: float = WIDEST,
) -> Picture:
    """A table of boxes with numbers: True as ✓, False as ·, what is no number in red.

    values  (R, K) float or bool
    sides   what stands above the rows' names, and above the columns'
    width   pixels that the boxes may spread over
    widest  pixels of a box at most
    sums    write each row's sum at its right, in red where it is not 1
    """
    if tuple(values.shape) != (len(rows), len(columns)):
        raise ValueError(
            f"a table of shape {tuple(values.shape)} does not fit {len(rows)} rows and {len(columns)} columns"
        )
    n_boxes = len(columns) + sums
    left = MARGIN + 12 + max(svg.text_width(name, SIZE) for name in [*rows, sides[0]])
    box = min(widest, (max(width, left + 40 * n_boxes) - left - MARGIN) / n_boxes)
    top = MARGIN + 62
    parts = [
        svg.text(MARGIN, MARGIN + 14, title, SIZE, weight=600),
        svg.text(MARGIN, top - 8, sides[0], 12, fill=FAINT),
        svg.text(left, MARGIN + 36, sides[1], 12, fill=FAINT),
    ]
    largest = _largest(values)
    for j, name in enumerate(columns):
        shown = svg.shorten(name, box, 14)
        parts.append(svg.text(left + (j + 0.5) * box, top - 8, shown, 14, "middle"))
    for i, name in enumerate(rows):
        y = top + i * ROW
        parts.append(svg.text(left - 10, y + 22, name, SIZE, "end"))
        for j, value in enumerate(values[i].tolist()):
            parts += _box(left + j * box, y, box, value, largest, places)
        if sums:
            total = float(values[i].double().sum())
            parts.append(_sum(left + (len(columns) + 0.5) * box, y, total, places))
    if sums:
        x = left + (len(columns) + 0.5) * box
        parts.append(svg.text(x, top - 8, "sum", 13, "middle", fill=FAINT))
    described = "; ".join(
        f"{name}: {_describe(values[i], columns, places)}" for i, name in enumerate(rows)
    )
    alt = f"{title}. {described}"
    needed = left + n_boxes * box + MARGIN
    wide = max(300, needed, 1.1 * svg.text_width(title, SIZE) + 2 * MARGIN)
    return Picture(svg.document(wide, top + len(rows) * ROW + MARGIN, parts, alt), alt)


def _largest(values: Tensor) -> float:
    """The largest size of a finite number; 1 where there is none above 0."""
    sizes = [abs(x) for x in values.double().flatten().tolist() if math.isfinite(x)]
    return max(sizes, default=0.0) or 1.0


def _box(
    x: float, y: float, width: float, value: float | bool, largest: float, places: int
) -> list[str]:
    shade = 0.62 * (abs(float(value)) / largest if math.isfinite(value) else 0.0)
    negative = isinstance(value, float) and not value >= 0
    fill = COLOURS["second"] if negative else COLOURS["first"]
    ink = INK if value else FAINT
    if math.isnan(value):
        ink = COLOURS["wrong"]
    size = SIZE if width >= 46 else SMALL
    text = fixed_places(value, places)
    return [
        svg.rect(x + 1, y + 1, width - 2, ROW - 2, fill, 3, opacity=shade),
        svg.rect(x + 1, y + 1, width - 2, ROW - 2, "none", 3, stroke=EDGE),
        svg.text(x + width / 2, y + 22, text, size, "middle", fill=ink),
    ]


def _sum(x: float, y: float, total: float, places: int) -> str:
    """A row's sum, in red where it is not 1."""
    ink = INK if abs(total - 1) < 1e-4 else COLOURS["wrong"]
    return svg.text(x, y + 22, fixed_places(total, places), SIZE, "middle", weight=600, fill=ink)


def _describe(row: Tensor, columns: Sequence[str], places: int) -> str:
    """One row in words, without its zeros."""
    numbers = zip(columns, row.tolist())
    return ", ".join(f"{name} {fixed_places(x, places)}" for name, x in numbers if x) or "nothing"
