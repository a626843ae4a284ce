"""Self-attention step by step, on three words and the learner's own functions: seven frames with buttons."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from gptlab.attention import causal_mask, scaled_dot_product_attention
from gptlab.view.attention.one_look import BOX, HIGH, MARGIN, short
from gptlab.view.kit import svg
from gptlab.view.kit.frames import Choice, show_frames
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, PANEL

WIDTH = 560


class Steps(NamedTuple):
    """Every number on the way, for one text and one head."""

    x: Tensor  # (T, C)
    q: Tensor  # (T, D)
    k: Tensor
    v: Tensor
    scores: Tensor  # (T, T), q kᵀ
    scaled: Tensor  # divided by √D
    masked: Tensor  # −∞ where the mask is False
    weights: Tensor  # by the learner's function
    out: Tensor  # (T, D), by the learner's function


def steps_of(x: Tensor, w_q: Tensor, w_k: Tensor, w_v: Tensor) -> Steps:
    """All the numbers. The mask, the weights and the result are those of the learner's functions.

    x  (T, C), each w (C, D)
    """
    q, k, v = x @ w_q, x @ w_k, x @ w_v
    mask = causal_mask(len(x))
    scores = q @ k.T
    scaled = scores / math.sqrt(q.shape[1])

    def attend(values: Tensor) -> Tensor:
        return scaled_dot_product_attention(q[None, None], k[None, None], values[None, None], mask)[
            0, 0
        ]

    # where value s is 1 at place s and 0 elsewhere, the mixture is the list of weights
    weights = attend(torch.eye(len(x), dtype=x.dtype))
    return Steps(
        x, q, k, v, scores, scaled, scaled.masked_fill(~mask, -torch.inf), weights, attend(v)
    )


TITLES = (
    ("x: a vector for each word", "Each row is a word, each column a channel: (T, C)."),
    (
        "q, k, v: three products",
        "Each word asks (query), is found (key) and gives (value): x @ w, (T, D) each.",
    ),
    (
        "scores: every query with every key",
        "Row: the word that asks. Column: the word that is asked. (T, T).",
    ),
    ("divided by √D", "So that wide heads begin undecided."),
    ("masked: no word may attend to a later one", "−∞ where your causal mask is False."),
    ("softmax: each row becomes shares", "Each row sums to 1. These are the attention weights."),
    ("the mixture: weights @ v", "Each word gets the values, each by its share: (T, D)."),
)


def frame_picture(steps: Steps, names: Sequence[str], number: int) -> Picture:
    """One frame, 0 … 6."""
    title, below = TITLES[number]
    left = MARGIN + max(svg.text_width(name, 15) for name in names) + 12
    parts = [
        svg.text(MARGIN, 30, f"{number + 1} of 7 · {title}", 15, weight=600),
        svg.text(MARGIN, 52, below, 13, fill=FAINT),
    ]
    top = 104
    for i, name in enumerate(names):
        parts.append(svg.text(left - 10, top + i * HIGH + 20, name, 15, "end"))
    channel = [f"c{j}" for j in range(steps.x.shape[1])]
    width = [f"d{j}" for j in range(steps.q.shape[1])]
    tables = {
        0: [("x", steps.x, channel, "neutral")],
        1: [
            ("q", steps.q, width, "you"),
            ("k", steps.k, width, "neutral"),
            ("v", steps.v, width, "first"),
        ],
        2: [("q", steps.q, width, "you"), ("q kᵀ", steps.scores, names, "neutral")],
        3: [("q kᵀ / √D", steps.scaled, names, "neutral")],
        4: [("q kᵀ / √D, masked", steps.masked, names, "neutral")],
        5: [("weights", steps.weights, names, "first")],
        6: [
            ("weights", steps.weights, names, "first"),
            ("v", steps.v, width, "first"),
            ("result", steps.out, width, "you"),
        ],
    }[number]
    x, said = left, []
    for label, table, columns, colour in tables:
        box = max(BOX, *(svg.text_width(name, 13) + 8 for name in columns))
        parts += _table(
            x, top, label, table, columns, COLOURS[colour], box, shaded=label == "weights"
        )
        x += box * len(columns) + 26
        rows = "; ".join(", ".join(map(_number, row)) for row in table.tolist())
        said.append(f"{label}: {rows}")
    alt = f"Step {number + 1} of 7, {title}. The words are {', '.join(names)}. {' · '.join(said)}."
    height = top + len(names) * HIGH + MARGIN
    return Picture(svg.document(max(WIDTH, x), height, parts, alt), alt)


def _table(x, y, label, table, columns, colour, box, shaded) -> list[str]:
    """A table with its name above and a name above each column."""
    parts = [
        svg.text(
            x, y - 26, label, 14, fill=colour if colour != COLOURS["neutral"] else FAINT, weight=600
        )
    ]
    for j, name in enumerate(columns):
        parts.append(svg.text(x + (j + 0.5) * box, y - 7, name, 13, "middle", FAINT))
    for i, row in enumerate(table.tolist()):
        for j, value in enumerate(row):
            shade = 0.6 * value if shaded else 0.22
            place = (x + j * box + 1, y + i * HIGH + 1, box - 2, HIGH - 2)
            parts.append(svg.rect(*place, PANEL, 3, stroke=EDGE))
            if not math.isinf(value):
                parts.append(svg.rect(*place, colour, 3, opacity=shade))
            parts.append(
                svg.text(x + (j + 0.5) * box, y + i * HIGH + 20, _number(value), 14, "middle")
            )
    return parts


def _number(value: float) -> str:
    return "−∞" if value == -math.inf else short(value)


def seven_frames(x: Tensor, w_q: Tensor, w_k: Tensor, w_v: Tensor, names: Sequence[str]) -> None:
    """Show the seven frames, with a button for each."""
    steps = steps_of(x, w_q, w_k, w_v)
    options = ("1 x", "2 q, k, v", "3 scores", "4 ÷ √D", "5 mask", "6 softmax", "7 mixture")
    show_frames([Choice("step", options)], lambda number: frame_picture(steps, names, number))
