"""Token strips: how the inputs of four tasks are arranged, and where the head reads."""

from collections.abc import Sequence
from dataclasses import dataclass

from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

WIDTH, MARGIN = 520, 14  # pixels
HIGH, GAP, SIZE, INSIDE = 26, 4, 14, 6
STRIP = HIGH + 8
HEAD = 104  # of the boxes at the right: what happens with the vectors
START, DELIM, EXTRACT, PAD = "⟨s⟩", "$", "⟨e⟩", "·"
PALE_FIRST, PALE_SECOND = "#dfe4f8", "#fbe1d8"  # the first and the second text, dark ink on both


@dataclass(frozen=True)
class Piece:
    """One chip of a strip: a special token, or some text of the first or the second kind."""

    label: str
    kind: str = "special"  # "special", "extract", "first", "second" or "padding"


@dataclass(frozen=True)
class TaskStrips:
    """A task's inputs, as strips, and what becomes of what is read from them."""

    name: str
    strips: tuple[tuple[Piece, ...], ...]
    head: tuple[str, ...]  # lines in the box at the right


SPECIAL = {
    "start": Piece(START),
    "delim": Piece(DELIM),
    "extract": Piece(EXTRACT, "extract"),
}


def strip(*pieces: str | Piece) -> tuple[Piece, ...]:
    """Pieces in a row; "start", "delim" and "extract" name the special tokens."""
    return tuple(SPECIAL[piece] if isinstance(piece, str) else piece for piece in pieces)


def _one(label: str) -> Piece:
    return Piece(label, "first")


def _two(label: str) -> Piece:
    return Piece(label, "second")


ASKED = _one("Capital of Peru?")
FIGURE_1 = (
    TaskStrips(
        "Classification",
        (strip("start", _one("The soup was lovely."), "extract"),),
        ("good or bad?",),
    ),
    TaskStrips(
        "Entailment",
        (strip("start", _one("The soup is cold."), "delim", _two("It is not hot."), "extract"),),
        ("follows?",),
    ),
    TaskStrips(
        "Similarity",
        (
            strip("start", _one("How old is he?"), "delim", _two("What is his age?"), "extract"),
            strip("start", _two("What is his age?"), "delim", _one("How old is he?"), "extract"),
        ),
        ("add the two", "same?"),
    ),
    TaskStrips(
        "Multiple choice",
        (
            strip("start", ASKED, "delim", _two("Lima"), "extract"),
            strip("start", ASKED, "delim", _two("Quito"), "extract"),
            strip("start", ASKED, "delim", _two("Cuzco"), "extract"),
        ),
        ("a score each,", "softmax over", "the three"),
    ),
)


def figure_1_picture(tasks: Sequence[TaskStrips] = FIGURE_1) -> Picture:
    """All four tasks as strips, with what is read at each extract token (after Radford et al. 2018, figure 1)."""
    parts = [
        svg.text(MARGIN, 28, "Four tasks, one network: only the input changes", 16, weight=600),
        svg.text(MARGIN, 48, "⟨s⟩ start · $ delimiter · ⟨e⟩ extract: there the head reads", 13),
    ]
    y = 62.0
    said = []
    for task in tasks:
        parts.append(svg.text(MARGIN, y + 16, task.name, 14, weight=600, fill=FAINT))
        y += 24
        middle = y + (len(task.strips) * STRIP - 8) / 2
        for pieces in task.strips:
            drawn, end = strip_parts(pieces, MARGIN, y)
            parts += [*drawn, _arrow(end + 2, y + HIGH / 2, WIDTH - MARGIN - HEAD - 3)]
            y += STRIP
        parts += _head(task.head, middle, task)
        said.append(f"{task.name}: {' and '.join(describe(s) for s in task.strips)}")
        y += 8
    alt = "Four tasks as token strips. " + ". ".join(said) + "."
    return Picture(svg.document(WIDTH, y + 4, parts, alt), alt)


def describe(pieces: Sequence[Piece]) -> str:
    """A strip in words."""
    return " ".join(piece.label for piece in pieces)


def strip_parts(
    pieces: Sequence[Piece], x: float, y: float, widths: Sequence[float] | None = None
) -> tuple[list[str], float]:
    """The chips of a strip, as parts of a larger picture, and where it ends; `widths` makes columns."""
    parts = []
    for i, piece in enumerate(pieces):
        wide = piece_width(piece) if widths is None else widths[i]
        parts += _chip(piece, x, y, wide)
        x += wide + GAP
    return parts, x - GAP


def piece_width(piece: Piece) -> float:
    """How wide a piece's chip is."""
    return max(24.0, svg.text_width(piece.label, SIZE) * 0.94 + 2 * INSIDE)


def _chip(piece: Piece, x: float, y: float, wide: float) -> list[str]:
    fill, ink, edge = {
        "special": ("#ffffff", INK, INK),
        "extract": (COLOURS["you"], "#ffffff", None),
        "first": (PALE_FIRST, INK, EDGE),
        "second": (PALE_SECOND, INK, EDGE),
        "padding": ("#efeee9", FAINT, EDGE),
    }[piece.kind]
    label = svg.shorten(piece.label, wide - 4, SIZE * 0.94)
    return [
        svg.rect(x, y, wide, HIGH, fill, radius=4, stroke=edge),
        svg.text(x + wide / 2, y + 18, label, SIZE, "middle", fill=ink),
    ]


def _arrow(x1: float, y: float, x2: float) -> str:
    """A line from the extract token to the head."""
    colour = COLOURS["you"]
    tip = f'<path d="M {x2 - 6:g} {y - 4:g} L {x2:g} {y:g} L {x2 - 6:g} {y + 4:g} Z" fill="{colour}"/>'
    return svg.line(x1, y, x2 - 5, y, colour, 1.6) + tip


def _head(lines: Sequence[str], middle: float, task: TaskStrips) -> list[str]:
    """The box of what happens with what was read."""
    high = max(HIGH, 17 * len(lines) + 10, len(task.strips) * STRIP - 8)
    x, y = WIDTH - MARGIN - HEAD, middle - high / 2
    parts = [svg.rect(x, y, HEAD, high, "#ffffff", 4, COLOURS["you"])]
    first = middle - (len(lines) - 1) * 8.5 + 5
    for i, text in enumerate(lines):
        parts.append(svg.text(x + HEAD / 2, first + 17 * i, text, 13.5, "middle"))
    return parts
