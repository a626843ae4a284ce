"""A tensor with its axes, its sums along each of them, and how two shapes are lined up."""

import torch
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
from gptlab.view.palette import COLOURS, FAINT

AXIS = 64  # pixels left of a table, for the name of its rows' axis
GAP = 34  # between what stands beside each other


def sums_picture(x: Tensor) -> Picture:
    """A table with its two axes, its sums along dim 0 below it and along dim 1 beside it."""
    rows = rows_of(x)
    wide, high = size_of(rows)
    left, top = MARGIN + AXIS, 80
    down, across = x.sum(dim=0), x.sum(dim=1, keepdim=True)
    parts = [
        svg.text(MARGIN, TITLE, f"A tensor of shape {shape_of(x)}, and its sums", 15, weight=600),
        svg.text(left, top - 12, f"dim 1 → ({x.shape[1]} long)", SHAPE, fill=FAINT),
        svg.text(MARGIN, top + high / 2, "dim 0 ↓", SHAPE, fill=FAINT),
        svg.text(MARGIN, top + high / 2 + 16, f"({x.shape[0]} long)", SHAPE, fill=FAINT),
    ]
    parts += table(left, top, rows, one_colour("first"))
    parts += table(left, top + high + GAP, rows_of(down), one_colour("second"))
    parts += table(left + wide + GAP, top, rows_of(across), one_colour("second"))
    below = top + high + GAP + HIGH
    parts += [
        svg.text(left, below + 18, f"x.sum(dim=0): add down, {shape_of(down)}", SHAPE),
        svg.text(left + wide + GAP + WIDE + 10, top + 20, "x.sum(dim=1): add across,", SHAPE),
        svg.text(left + wide + GAP + WIDE + 10, top + 38, f"{shape_of(x.sum(dim=1))};", SHAPE),
        svg.text(left + wide + GAP + WIDE + 10, top + 56, "with keepdim=True", SHAPE),
        svg.text(left + wide + GAP + WIDE + 10, top + 74, f"a column, {shape_of(across)}", SHAPE),
    ]
    alt = (
        f"A tensor of shape {shape_of(x)}: {in_words(rows)}. Sums down dim 0: {in_words(rows_of(down))}. "
        f"Sums across dim 1: {in_words(rows_of(across.T))}."
    )
    return Picture(svg.document(left + wide + GAP + WIDE + 200, below + 34, parts, alt), alt)


def broadcast_picture(a: Tensor, b: Tensor) -> Picture:
    """a + b: both repeated until they have one shape, copies pale; or, in red, where their shapes clash."""
    shapes = f"{shape_of(a)} + {shape_of(b)}"
    try:
        stretched = torch.broadcast_tensors(a, b)
    except RuntimeError:
        stretched = None
    parts = [svg.text(MARGIN, TITLE, shapes, 15, weight=600)]
    x, top, high = float(MARGIN), 52, 0.0
    shown = stretched or (a, b)
    signs = ("+", "=") if stretched else ("+", "")
    for small, one, sign, colour in zip((a, b), shown, signs, ("first", "second")):
        rows = rows_of(one)
        parts += table(x, top, rows, one_colour(colour), _copies(small))
        x += size_of(rows)[0]
        high = max(high, size_of(rows)[1])
        parts.append(svg.text(x + GAP / 2, top + 22, sign, 18, "middle"))
        x += GAP
    told = f"{in_words(rows_of(shown[0]))} and {in_words(rows_of(shown[1]))}"
    if stretched:
        rows = rows_of(a + b)
        parts += table(x, top, rows, one_colour("neutral"))
        x += size_of(rows)[0]
        verdict, ink = f"the result has shape {shape_of(a + b)}; pale boxes are copies", FAINT
        told += f" give {in_words(rows)}"
    else:
        verdict, ink = (
            "from the right: lengths that differ, and neither is 1: an error",
            COLOURS["wrong"],
        )
    parts.append(svg.text(MARGIN, top + high + 24, verdict, SHAPE, fill=ink))
    wide = max(x, MARGIN + svg.text_width(verdict, SHAPE)) + MARGIN
    alt = f"{shapes}: {told}; {verdict}."
    return Picture(svg.document(wide, top + high + 40, parts, alt), alt)


def _copies(small: Tensor):
    """Which boxes of the stretched table are copies of the small one's."""
    shape = (1,) * (2 - small.dim()) + tuple(small.shape)
    return lambda i, j: "copy" if i >= shape[0] or j >= shape[1] else None
