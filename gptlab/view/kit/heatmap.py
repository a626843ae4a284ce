"""A table of weights: who asks as row, who is asked as column; the larger a number, the darker its box."""

import math
from collections.abc import Sequence

from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

ROW, MARGIN, WIDEST, SIZE = (
    34,
    16,
    62,
    15,
)  # pixels: height of a row, edge, widest box; size of a number


def matrix_picture(
    values: Tensor,
    rows: Sequence[str],
    columns: Sequence[str],
    title: str,
    sides: tuple[str, str] = ("asks ↓", "is asked →"),
    sums: bool = False,
    places: int = 2,
    width: float = 480,
) -> tuple[str, str]:
    """A table as (SVG, description): True as ✓, False as ·, what is no number in orange.

    values  (R, K) float or bool
    sides   what stands above the rows' names, and above the columns'
    width   pixels that the boxes may spread over
    sums    write each row's sum at its right, in orange where it is not 1
    """
    if tuple(values.shape) != (len(rows), len(columns)):
        raise ValueError(
            f"a table of shape {tuple(values.shape)} does not fit {len(rows)} rows and {len(columns)} columns"
        )
    left = MARGIN + 12 + max(svg.text_width(name, SIZE) for name in [*rows, sides[0]])
    box = min(
        WIDEST,
        (max(width, left + 40 * (len(columns) + sums)) - left - MARGIN) / (len(columns) + sums),
    )
    top = MARGIN + 62
    parts = [
        svg.text(MARGIN, MARGIN + 14, title, SIZE, weight=600),
        svg.text(MARGIN, top - 8, sides[0], 12, fill=FAINT),
        svg.text(left, MARGIN + 36, sides[1], 12, fill=FAINT),
    ]
    most = (
        max([abs(x) for x in values.double().flatten().tolist() if math.isfinite(x)], default=0.0)
        or 1.0
    )
    for j, name in enumerate(columns):
        parts.append(
            svg.text(left + (j + 0.5) * box, top - 8, svg.shorten(name, box, 14), 14, "middle")
        )
    for i, name in enumerate(rows):
        y = top + i * ROW
        parts.append(svg.text(left - 10, y + 22, name, SIZE, "end"))
        for j, value in enumerate(values[i].tolist()):
            parts += _box(left + j * box, y, box, value, most, places)
        if sums:
            total = float(values[i].double().sum())
            parts.append(
                svg.text(
                    left + (len(columns) + 0.5) * box,
                    y + 22,
                    number(total, places),
                    SIZE,
                    "middle",
                    weight=600,
                    fill=INK if abs(total - 1) < 1e-4 else COLOURS["ppo"],
                )
            )
    if sums:
        parts.append(
            svg.text(left + (len(columns) + 0.5) * box, top - 8, "sum", 13, "middle", fill=FAINT)
        )
    alt = f"{title}. " + "; ".join(
        f"{name}: {_in_words(values[i], columns, places)}" for i, name in enumerate(rows)
    )
    wide = max(
        300,
        left + (len(columns) + sums) * box + MARGIN,
        1.1 * svg.text_width(title, SIZE) + 2 * MARGIN,
    )
    return svg.document(wide, top + len(rows) * ROW + MARGIN, parts, alt), alt


def _box(
    x: float, y: float, width: float, value: float | bool, most: float, places: int
) -> list[str]:
    edge = svg.rect(x + 1, y + 1, width - 2, ROW - 2, "none", 3, stroke=EDGE)
    share = abs(float(value)) / most if math.isfinite(value) else 0.0
    fill = COLOURS["sft"] if not isinstance(value, float) or value >= 0 else COLOURS["ppo"]
    ink = COLOURS["ppo"] if value != value else INK if value else FAINT
    shown = svg.text(
        x + width / 2,
        y + 22,
        number(value, places),
        SIZE if width >= 46 else 12.5,
        "middle",
        fill=ink,
    )
    return [svg.rect(x + 1, y + 1, width - 2, ROW - 2, fill, 3, opacity=0.62 * share), edge, shown]


def number(value: float | bool, places: int = 2) -> str:
    """A number for the eye: ✓ and · for True and False, 0 and 1 without places, NaN, −∞."""
    if isinstance(value, bool):
        return "✓" if value else "·"
    if not math.isfinite(value):
        return "NaN" if value != value else "∞" if value > 0 else "−∞"
    if abs(value - round(value)) < 5e-7:
        return f"{value:.0f}".replace("-", "−") if round(value) else "0"
    return f"{value:.{places}f}".replace("-", "−")


def _in_words(row: Tensor, columns: Sequence[str], places: int) -> str:
    return (
        ", ".join(f"{name} {number(x, places)}" for name, x in zip(columns, row.tolist()) if x)
        or "nothing"
    )
