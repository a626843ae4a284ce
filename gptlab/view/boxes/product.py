"""A matrix product as boxes: a row of x, a column of w, and the sum that they make."""

from torch import Tensor

from gptlab.view.boxes.table import (
    HIGH,
    MARGIN,
    SHAPE,
    TITLE,
    WIDE,
    in_words,
    rows_of,
    shape_of,
    size_of,
    table,
)
from gptlab.view.kit import svg
from gptlab.view.kit.number_format import three_digits
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, FAINT

GAP = 20  # pixels between the tables


def product_picture(x: Tensor, w: Tensor, row: int, column: int) -> Picture:
    """x at the left, w above, x @ w where they meet; one row, one column and their sum stand out.

    x  (R, n), w (n, C)
    """
    xs, ws, made = rows_of(x), rows_of(w), rows_of(x @ w)
    left, top = MARGIN + size_of(xs)[0] + GAP, 70 + size_of(ws)[1] + GAP
    terms = [f"{three_digits(a)} · {_bracketed(b[column])}" for a, b in zip(xs[row], ws)]
    total = f"{' + '.join(terms)} = {three_digits(made[row][column])}"
    parts = [
        svg.text(
            MARGIN,
            TITLE,
            f"x @ w: {shape_of(x)} @ {shape_of(w)} = {shape_of(x @ w)}",
            15,
            weight=600,
        ),
        svg.text(left, 62, "w: each column asks a question", SHAPE, fill=FAINT),
        svg.text(MARGIN, top - 8, "x", SHAPE, fill=FAINT),
    ]
    parts += table(left, 70, ws, lambda i, j: COLOURS["second"] if j == column else None)
    parts += table(MARGIN, top, xs, lambda i, j: COLOURS["first"] if i == row else None)
    parts += table(
        left, top, made, lambda i, j: COLOURS["you"] if (i, j) == (row, column) else None
    )
    below = top + len(xs) * HIGH + 26
    parts.append(svg.text(MARGIN, below, f"row {row}, column {column}:  {total}", 14, weight=600))
    wide = max(left + len(ws[0]) * WIDE, 14 * 0.6 * len(total) + 130, left + 220) + MARGIN
    alt = (
        f"x, {in_words(xs)}, times w, {in_words(ws)}, is {in_words(made)}. "
        f"Row {row}, column {column}: {total}."
    )
    return Picture(svg.document(wide, below + 18, parts, alt), alt)


def _bracketed(value: float) -> str:
    """A factor, in brackets where it is negative."""
    return f"({three_digits(value)})" if value < 0 else three_digits(value)
