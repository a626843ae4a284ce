"""Numbers that move: reshape beside transpose, and gather."""

from torch import Tensor

from gptlab.view.boxes.table import (
    HIGH,
    MARGIN,
    SHAPE,
    TITLE,
    WIDE,
    in_words,
    one_colour,
    rows_of,
    shape_of,
    size_of,
    table,
)
from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, FAINT

GAP = 40  # pixels between the tables


def moves_picture(x: Tensor) -> Picture:
    """x, x.T and x.reshape to the same shape; each number keeps the colour of the row it came from.

    x  (R, C), with all numbers different
    """
    origin = {value: i for i, row in enumerate(rows_of(x)) for value in row}
    shown = {"x": x, "x.T": x.T, f"x.reshape{tuple(x.T.shape)}": x.reshape(x.T.shape)}
    parts = [svg.text(MARGIN, TITLE, "One shape, two tables", 15, weight=600)]
    left, top, high = float(MARGIN), 74, 0.0
    for name, one in shown.items():
        rows = rows_of(one)
        tint = _by_origin(rows, origin)
        parts += [
            svg.text(left, top - 22, name, 14, weight=600),
            svg.text(left, top - 6, shape_of(one), SHAPE, fill=FAINT),
            *table(left, top, rows, tint),
        ]
        left += max(size_of(rows)[0], svg.text_width(name, 14)) + GAP
        high = max(high, size_of(rows)[1])
    alt = "One shape, two tables. " + ". ".join(
        f"{name}: {in_words(rows_of(one))}" for name, one in shown.items()
    )
    return Picture(svg.document(left - GAP + MARGIN, top + high + MARGIN, parts, alt), alt)


def _by_origin(rows: list[list[float]], origin: dict[float, int]):
    """The colour of a box by the row that its number came from."""
    return lambda i, j: CYCLE[origin[rows[i][j]]]


def gather_picture(x: Tensor, index: Tensor) -> Picture:
    """From each row of x the box that `index` names, as a column.

    x  (R, C), index (R)
    """
    rows, chosen = rows_of(x), index.tolist()
    picked = x.gather(1, index[:, None])
    top, left = 84, MARGIN + size_of(rows)[0]
    parts = [
        svg.text(MARGIN, TITLE, "From each row, the number in one column", 15, weight=600),
        svg.text(MARGIN, 60, f"x {shape_of(x)}", SHAPE, weight=600),
    ]
    parts += [
        svg.text(MARGIN + (j + 0.5) * WIDE, top - 6, str(j), 12, "middle", fill=FAINT)
        for j in range(x.shape[1])
    ]
    parts += table(MARGIN, top, rows, lambda i, j: COLOURS["second"] if chosen[i] == j else None)
    parts += [
        svg.text(left + GAP, 60, "index", SHAPE, weight=600),
        *table(left + GAP, top, [[float(i)] for i in chosen], one_colour("neutral")),
        svg.text(left + 2 * GAP + WIDE, 60, f"picked {shape_of(picked)}", SHAPE, weight=600),
        *table(left + 2 * GAP + WIDE, top, rows_of(picked), one_colour("second")),
    ]
    alt = f"x: {in_words(rows)}. Index {', '.join(map(str, chosen))} picks {in_words(rows_of(picked.T))}."
    wide = max(left + 2 * GAP + 2 * WIDE + 60, 372)
    return Picture(svg.document(wide, top + len(rows) * HIGH + MARGIN, parts, alt), alt)
