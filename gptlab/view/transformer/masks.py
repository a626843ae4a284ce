"""Three masks make three architectures: who may attend to whom in an encoder, a decoder and an encoder–decoder."""

from typing import NamedTuple

import torch
from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK, PANEL

WIDTH, MARGIN, BOX, HIGH = 580, 16, 42, 28  # pixels
TEXT = ("The", "duck", "swims", "home", "now")
SOURCE = ("The", "duck", "swims")
TARGET = ("⟨start⟩", "鸭子", "在", "游泳")
GLOSS = {"鸭子": "duck", "在": "is", "游泳": "swimming"}
BOTH = "encoder–decoder"


class Grid(NamedTuple):
    """One mask with its words and what is said about it."""

    name: str
    example: str
    words: tuple[str, ...]


GRIDS = (
    Grid("encoder", "BERT: every word sees all", TEXT),
    Grid("decoder", "GPT: only backwards", TEXT),
    Grid(BOTH, "the Transformer of 2017", (*SOURCE, *TARGET)),
)


def mask_of(name: str) -> Tensor:
    """Who may attend to whom, a row asks; (N, N) bool. An encoder–decoder has three masks in one table."""
    grid = next(one for one in GRIDS if one.name == name)
    n, s = len(grid.words), len(SOURCE)
    if name == "encoder":
        return torch.ones(n, n, dtype=torch.bool)
    if name == "decoder":
        return torch.ones(n, n, dtype=torch.bool).tril()
    mask = torch.zeros(n, n, dtype=torch.bool)
    mask[:s, :s] = True  # the encoder's own
    mask[s:, s:] = torch.ones(n - s, n - s, dtype=torch.bool).tril()  # the decoder's own
    mask[s:, :s] = True  # cross-attention
    return mask


def may_see(asking: str, asked: str) -> bool:
    """Whether a word of the encoder–decoder may attend to another."""
    words = (*SOURCE, *TARGET)
    return bool(mask_of(BOTH)[words.index(asking), words.index(asked)])


def masks_picture(answers: bool = True) -> Picture:
    """The three masks with their words; without `answers`, the third one is empty, to be guessed."""
    encoder, decoder, both = GRIDS
    parts = [
        svg.text(MARGIN, 29, "Three masks, three architectures", 15, weight=600),
        svg.text(MARGIN, 50, "A row asks; filled: it may attend to the word of that column.", 13),
    ]
    parts += _grid(encoder, MARGIN + 50, 128, True)
    parts += _grid(decoder, MARGIN + 50 + 5 * BOX + 72, 128, True)
    parts += _grid(both, MARGIN + 112, 356, answers)
    x, y = MARGIN + 112 + 7 * BOX + 18, 374
    for colour, words in (
        ("first", ("within one text",)),
        ("second", ("from one text into", "the other:", "cross-attention")),
    ):
        parts.append(svg.rect(x, y, 16, 16, COLOURS[colour], 3, opacity=0.75))
        for i, line in enumerate(words):
            parts.append(svg.text(x + 22, y + 13 + 17 * i, line, 12.5, fill=FAINT))
        y += 28
    said = [_in_words(one) for one in GRIDS if answers or one.name != BOTH]
    alt = "Three masks. " + " ".join(said)
    return Picture(svg.document(WIDTH, 356 + 7 * HIGH + 20, parts, alt), alt)


def _in_words(grid: Grid) -> str:
    rows = [
        f"{word} sees {', '.join(w for w, keep in zip(grid.words, row) if keep)}"
        for word, row in zip(grid.words, mask_of(grid.name).tolist())
    ]
    return f"{grid.name}: {'; '.join(rows)}."


def _grid(grid: Grid, left: float, top: float, answers: bool) -> list[str]:
    """One mask, its words above and at the left; the two texts of an encoder–decoder are parted by lines."""
    n, s = len(grid.words), len(SOURCE) if grid.name == BOTH else 0
    mask = mask_of(grid.name).tolist()
    start = MARGIN if s else left - 50
    parts = [
        svg.text(start, top - 40, grid.name, 14, weight=600),
        svg.text(start + svg.text_width(grid.name, 17) + 8, top - 40, grid.example, 13, fill=FAINT),
    ]
    for j, word in enumerate(grid.words):
        middle = left + (j + 0.5) * BOX
        parts.append(svg.text(middle, top - 20, word, 12, "middle"))
        parts.append(svg.text(middle, top - 6, GLOSS.get(word, ""), 10, "middle", FAINT))
    for i, word in enumerate(grid.words):
        y = top + i * HIGH
        label = f"{word} {GLOSS[word]}" if word in GLOSS else word
        parts.append(svg.text(left - 8, y + 19, label, 12.5, "end"))
        for j in range(n):
            across = i >= s > j
            parts += _box(left + j * BOX, y, mask[i][j] and answers, across, "" if answers else "?")
    if s:
        parts += [
            svg.line(left + s * BOX, top - 4, left + s * BOX, top + n * HIGH, INK, 1.6),
            svg.line(left, top + s * HIGH, left + n * BOX, top + s * HIGH, INK, 1.6),
        ]
    return parts


def _box(x: float, y: float, filled: bool, across: bool, sign: str) -> list[str]:
    place = (x + 1, y + 1, BOX - 2, HIGH - 2)
    parts = [svg.rect(*place, PANEL, 3, EDGE)]
    if filled:
        parts.append(svg.rect(*place, COLOURS["second" if across else "first"], 3, None, 0.75))
    if sign:
        parts.append(svg.text(x + BOX / 2, y + 19, sign, 13, "middle", FAINT))
    return parts
