"""The classification head by hand: the output vector at the extract token, times a matrix, as probabilities."""

from collections.abc import Sequence

import torch
from torch import Tensor

from gptlab.view.boxes.table import HIGH, WIDE, rows_of, table
from gptlab.view.finetuning.strips import EXTRACT, MARGIN, START, WIDTH, Piece, strip_parts
from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, FAINT

H = torch.tensor([2.0, -1.0, 1.0])
W = torch.tensor([[0.5, -0.5], [-1.0, 0.0], [0.0, 1.0]])
GAP = 26  # pixels between tables: a sign stands there
TOP = 134  # of the matrix


def head_picture(
    words: Sequence[str] = ("Lovely", "soup"),
    labels: Sequence[str] = ("good", "bad"),
    h: Tensor = H,
    w: Tensor = W,
) -> Picture:
    """One text as tokens, its vector h at the extract token, h @ W, and the softmax of that.

    h  (C)
    w  (C, labels)
    """
    logits = h @ w
    probabilities = logits.softmax(0)
    pieces = [Piece(START), *(Piece(word, "first") for word in words), Piece(EXTRACT, "extract")]
    drawn, end = strip_parts(pieces, MARGIN, 48)
    parts = [
        svg.text(MARGIN, 28, "The head: one matrix, applied at the extract token", 16, weight=600),
        *drawn,
        svg.text(end + 12, 66, "→ the whole network →  h, its output at ⟨e⟩", 13.5),
    ]
    row = TOP + (w.shape[0] - 1) * HIGH / 2
    x = float(MARGIN)
    for values, name, y, colour, sign in (
        (h, f"h  1 × {len(h)}", row, COLOURS["you"], "@"),
        (w, f"W  {w.shape[0]} × {w.shape[1]}", TOP, COLOURS["second"], "="),
        (logits, "logits", row, COLOURS["first"], "→"),
        (probabilities, "softmax", row, COLOURS["right"], ""),
    ):
        rows = rows_of(values)
        parts.append(svg.text(x, y - 22 if values is not h else y - 8, name, 12.5, fill=FAINT))
        if values is not h:
            for j, label in enumerate(labels):
                parts.append(svg.text(x + (j + 0.5) * WIDE, y - 6, label, 12.5, "middle"))
        parts += table(x, y, rows, lambda i, j, tint=colour: tint)
        x += len(rows[0]) * WIDE
        parts.append(svg.text(x + GAP / 2, row + 21, sign, 15, "middle", FAINT))
        x += GAP
    terms = " + ".join(_times(a, b) for a, b in zip(h.tolist(), w[:, 0].tolist(), strict=True))
    below = f"{labels[0]}: {terms} = {_number(float(logits[0]))}"
    parts.append(svg.text(MARGIN, TOP + w.shape[0] * HIGH + 26, below, 14, weight=600))
    said = ", ".join(f"{label} {p:.2f}" for label, p in zip(labels, probabilities.tolist()))
    alt = (
        f"The text {' '.join(words)} between start and extract token. The output h at the extract token is "
        f"{_listed(h)}; times W that gives the logits {_listed(logits)}, and their softmax is {said}."
    )
    return Picture(svg.document(WIDTH, TOP + w.shape[0] * HIGH + 42, parts, alt), alt)


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _times(a: float, b: float) -> str:
    left, right = (_number(x) if x >= 0 else f"({_number(x)})" for x in (a, b))
    return f"{left} · {right}"


def _listed(values: Tensor) -> str:
    return ", ".join(map(_number, values.tolist()))
