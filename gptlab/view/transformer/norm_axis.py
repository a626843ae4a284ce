"""Along which axis a layer norm works: each row of a sheet by itself, with its mean, its variance and the result."""

import torch

from gptlab.view.boxes.table import HIGH, MARGIN, SHAPE, WIDE, in_words, rows_of, table
from gptlab.view.kit import svg
from gptlab.view.kit.number_format import three_digits
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.wires import arrow
from gptlab.view.palette import COLOURS, CYCLE, EDGE, FAINT, INK, PANEL

ROWS = ((9.0, 5.0, 9.0, 5.0), (9.0, 15.0, 7.0, 1.0), (70.0, 70.0, 10.0, 10.0))
WORDS = ("the", "cat", "sat")


def norm_axis_picture(answers: bool = True) -> Picture:
    """Three positions of one text: each row's mean and variance, and the row after the norm, or "?" there."""
    x = torch.tensor(ROWS)
    mean, var = x.mean(1), x.var(1, unbiased=False)
    normed = (x - mean[:, None]) / var[:, None].sqrt()
    left, top = MARGIN + 52, 104
    right = left + 4 * WIDE + 190
    parts = [
        svg.text(MARGIN, 29, "A layer norm works along the channels, row by row", 15, weight=600),
        *_sheet_behind(left, top),
        svg.text(left, top - 30, "x (B, T, C)", SHAPE, weight=600),
        svg.text(left, top - 11, "channels →", SHAPE, fill=FAINT),
        *table(left, top, rows_of(x), lambda i, j: CYCLE[i]),
        svg.text(right, top - 30, "out (B, T, C)", SHAPE, weight=600),
        svg.text(left + 4 * WIDE + 58, top - 11, "mean", SHAPE, "middle", FAINT),
        svg.text(left + 4 * WIDE + 122, top - 11, "variance", SHAPE, "middle", FAINT),
    ]
    for i, word in enumerate(WORDS):
        y = top + i * HIGH + 21
        parts += [
            svg.text(left - 10, y, word, 14, "end"),
            arrow(left + 4 * WIDE + 4, y - 5, left + 4 * WIDE + 32, y - 5, CYCLE[i]),
            svg.text(left + 4 * WIDE + 58, y, three_digits(float(mean[i])), 14, "middle", CYCLE[i]),
            svg.text(left + 4 * WIDE + 122, y, three_digits(float(var[i])), 14, "middle", CYCLE[i]),
            arrow(right - 34, y - 5, right - 6, y - 5, CYCLE[i]),
        ]
    if answers:
        parts += table(right, top, rows_of(normed), lambda i, j: CYCLE[i])
    else:
        parts += _questions(right, top)
    foot = top + 3 * HIGH + 44
    parts.append(
        svg.text(
            MARGIN,
            foot,
            "Behind it, the batch's next text: it has rows, means and variances of its own.",
            13,
            fill=FAINT,
        )
    )
    alt = (
        f"Three rows of four channels: {in_words(rows_of(x))}. Means {in_words([mean.tolist()])}; variances "
        f"{in_words([var.tolist()])}."
        + (f" After the norm: {in_words(rows_of(normed))}." if answers else "")
    )
    return Picture(svg.document(right + 4 * WIDE + MARGIN, foot + MARGIN, parts, alt), alt)


def _sheet_behind(left: float, top: float) -> list[str]:
    """The next text of the batch, of which only the edge is seen."""
    return [
        svg.rect(left + 10, top + 10, 4 * WIDE, 3 * HIGH + 4, PANEL, 4, stroke=COLOURS["neutral"]),
        svg.rect(left - 1, top - 1, 4 * WIDE + 2, 3 * HIGH + 2, PANEL, 4, stroke=EDGE),
    ]


def _questions(x: float, y: float) -> list[str]:
    """Empty boxes with question marks."""
    parts = []
    for i in range(3):
        for j in range(4):
            parts += [
                svg.rect(x + j * WIDE + 1, y + i * HIGH + 1, WIDE - 2, HIGH - 2, PANEL, 3, EDGE),
                svg.text(x + (j + 0.5) * WIDE, y + i * HIGH + 21, "?", 14, "middle", INK),
            ]
    return parts
