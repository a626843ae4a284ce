"""A whole GPT of four words with every number in it: from ids (B, T) to logits (B, T, V).

Its weights are those of the check of `gpt_logits`, small enough to be worked out by hand.
"""

import torch
from torch import Tensor

from gptlab.exercises.transformer import checks_gpt_logits as tiny
from gptlab.view.boxes.table import HIGH, MARGIN, SHAPE, WIDE, in_words, one_colour, rows_of, table
from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.wires import arrow
from gptlab.view.palette import COLOURS, FAINT, INK

WIDTH, NAMES, GAP = 560, 52, 78  # pixels: the picture, room for words, between two tables
WORDS = tiny.WORDS
IDS = (0, 1, 2)
WTE, WPE = torch.tensor(tiny.WTE), torch.tensor(tiny.WPE)


def tiny_stream() -> list[Tensor]:
    """The stream (T, C): embedded, after block 0, after block 1, after the last norm."""
    x = WTE[list(IDS)] + WPE
    h = tiny.add_the_one_before(x[None])[0]
    g = tiny.double_the_positive(h[None])[0]
    return [x, h, g, tiny.halve(g)]


def whole_gpt_picture() -> Picture:
    """Embeddings, two blocks, the last norm and the head, each as a table with its shape."""
    x, h, g, normed = tiny_stream()
    logits = normed @ WTE.T
    left, step = MARGIN + NAMES, 2 * WIDE + GAP
    parts = [svg.text(MARGIN, 29, "A whole GPT, with every number in it", 15, weight=600)]
    y = 92
    parts += _named(left, y, "wte (V, C)", WTE, WORDS, "gold")
    parts += _named(left + step, y, "wpe (N, C)", WPE, ("0", "1", "2"), "neutral")
    parts += _ids(left + 2 * step, y)
    y = 292
    parts += _named(left, y, "wte[ids] (B, T, C)", WTE[list(IDS)], _read(), "gold")
    parts += _named(left + step, y, "wpe[:T] (T, C)", WPE, None, "neutral")
    parts += _named(left + 2 * step, y, "h_0 (B, T, C)", x, None, "first")
    parts += [_sign(left + step - GAP / 2, y, "+"), _sign(left + 2 * step - GAP / 2, y, "=")]
    y = 452
    for i, (name, does, one) in enumerate(
        (
            ("block 0", "adds the row before", h),
            ("block 1", "adds relu(x)", g),
            ("last_norm", "halves", normed),
        )
    ):
        at = left + i * step
        parts += _named(at, y, name, one, _read() if i == 0 else None, "first")
        parts.append(svg.text(at, y + 3 * HIGH + 17, does, 12.5, fill=FAINT))
        start = at - GAP + 8 if i else MARGIN
        if i:
            parts.append(arrow(start, y + 1.5 * HIGH, at - 8, y + 1.5 * HIGH))
    y = 632
    parts += _named(left, y, "wte.T (C, V)", WTE.T, None, "gold", WORDS)
    best = logits.argmax(1).tolist()
    at = left + 4 * WIDE + 70
    parts += _head(at, y, logits, best)
    said = "; ".join(f"{WORDS[i]} → {WORDS[b]}" for i, b in zip(IDS, best))
    alt = (
        f"ids of {', '.join(_read())}. Token plus position embeddings: {in_words(rows_of(x))}. After block 0: "
        f"{in_words(rows_of(h))}; after block 1: {in_words(rows_of(g))}; after the last norm: "
        f"{in_words(rows_of(normed))}. Logits over {', '.join(WORDS)}: {in_words(rows_of(logits))}. "
        f"Highest: {said}."
    )
    return Picture(svg.document(WIDTH, y + 3 * HIGH + 44, parts, alt), alt)


def _read() -> tuple[str, ...]:
    return tuple(WORDS[i] for i in IDS)


def _sign(x: float, y: float, sign: str) -> str:
    return svg.text(x, y + 1.5 * HIGH + 6, sign, 20, "middle", INK)


def _named(
    x: float, y: float, name: str, one: Tensor, rows, colour: str, columns=None
) -> list[str]:
    """A table with its name and shape above it, names left of its rows or above its columns."""
    parts = [svg.text(x, y - (28 if columns else 9), name, SHAPE, weight=600)]
    parts += table(x, y, rows_of(one), one_colour(colour))
    for i, word in enumerate(rows or ()):
        parts.append(svg.text(x - 8, y + i * HIGH + 21, word, 13, "end"))
    for j, word in enumerate(columns or ()):
        parts.append(svg.text(x + (j + 0.5) * WIDE, y - 8, word, 13, "middle"))
    return parts


def _ids(x: float, y: float) -> list[str]:
    """The ids that are read, with their words."""
    parts = [svg.text(x, y - 9, "ids (B, T)", SHAPE, weight=600)]
    parts += table(x, y, [[float(i) for i in IDS]], one_colour("second"))
    for j, word in enumerate(_read()):
        parts.append(svg.text(x + (j + 0.5) * WIDE, y + HIGH + 17, word, 13, "middle"))
    parts.append(svg.text(x, y + HIGH + 42, "here B = 1, T = 3,", SHAPE, fill=FAINT))
    parts.append(svg.text(x, y + HIGH + 60, "C = 2, V = 4, N = 3", SHAPE, fill=FAINT))
    return parts


def _head(x: float, y: float, logits: Tensor, best: list[int]) -> list[str]:
    """The logits, the highest of each row in the colour of the result."""
    parts = [svg.text(x, y - 28, "logits (B, T, V)", SHAPE, weight=600)]
    parts += table(x, y, rows_of(logits), lambda i, j: COLOURS["second"] if best[i] == j else None)
    for j, word in enumerate(WORDS):
        parts.append(svg.text(x + (j + 0.5) * WIDE, y - 8, word, 13, "middle"))
    for i, word in enumerate(_read()):
        parts.append(svg.text(x - 8, y + i * HIGH + 21, word, 13, "end"))
    parts.append(svg.text(x, y + 3 * HIGH + 17, "coloured: the next word", 12.5, fill=FAINT))
    return parts
