"""Tokens drawn as coloured chips, the same token always in the same tint."""

import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from gptlab.view.kit import svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

TINTS = (
    "#d7e6f4",
    "#f7e2c4",
    "#d5ebda",
    "#eddbec",
    "#e5e1d6",
    "#cfe8ea",
)  # pale: dark text stands on all of them
SIZE = 15  # pixels: of a letter
HIGH = 25  # height of a chip
GAP = 3
INSIDE = 5  # a chip's own margin
MARGIN = 14
WIDTH = 520
CUT = 9  # pixels more where a text was cut before its pieces were made


@dataclass(frozen=True)
class Row:
    """One text in pieces.

    label   what is written above the chips
    pieces  text or bytes of each
    note    what is written at the right end of the label's line
    marked  places of the pieces that are drawn in the reader's colour
    """

    label: str
    pieces: Sequence[str | bytes]
    note: str = ""
    marked: Collection[int] = ()


def rows_picture(
    rows: Sequence[Row],
    title: str,
    foot: Sequence[str] = (),
    width: float = WIDTH,
    most_lines: int | None = None,
) -> Picture:
    """Rows of chips under a title.

    foot        lines of text below them
    most_lines  of chips in a row; what has no room is counted
    """
    heading = svg.shorten(title, width - 2 * MARGIN, 16)
    parts = [svg.text(MARGIN, MARGIN + 14, heading, 16, weight=600)]
    y = MARGIN + 24
    for row in rows:
        room = width - 2 * MARGIN - svg.text_width(row.note, 14) - 10
        parts += [
            svg.text(MARGIN, y + 19, svg.shorten(row.label, room, 14), 14, fill=FAINT, weight=600),
            svg.text(width - MARGIN, y + 19, row.note, 14, "end", weight=600),
        ]
        drawn, height = flow(row.pieces, y + 27, width, row.marked, most_lines)
        parts += drawn
        y += 27 + height + 6
    for line in foot:
        parts.append(svg.text(MARGIN, y + 18, line, 14, fill=FAINT))
        y += 21
    alt = describe(rows, title, foot)
    return Picture(svg.document(width, y + MARGIN, parts, alt), alt)


def flow(
    pieces: Sequence[str | bytes],
    top: float,
    width: float,
    marked: Collection[int] = (),
    most_lines: int | None = None,
    cuts: Collection[int] = (),
) -> tuple[list[str], float]:
    """Chips from left to right, on as many lines as they need, as parts of a larger picture: (parts, height).

    cuts  places of pieces that stand a little apart from the one before
    """
    parts = []
    x = MARGIN
    line = 0
    for i, piece in enumerate(pieces):
        x += CUT if i in cuts and x > MARGIN else 0
        label = svg.shorten(visible(piece), width - 2 * MARGIN - 2 * INSIDE, SIZE)
        wide = svg.text_width(label, SIZE) + 2 * INSIDE
        last = most_lines is not None and line == most_lines - 1 and i < len(pieces) - 1
        if x > MARGIN and x + wide > width - MARGIN - (90 if last else 0):
            if last:
                y = top + line * (HIGH + GAP) + 17
                parts.append(svg.text(x + 4, y, f"… {len(pieces) - i} more", 13, fill=FAINT))
                break
            x = MARGIN
            line += 1
        parts += chip(label, x, top + line * (HIGH + GAP), wide, tint(piece), i in marked)
        x += wide + GAP
    return parts, (line + 1) * (HIGH + GAP)


def chip(
    label: str, x: float, y: float, width: float, fill: str, marked: bool = False
) -> list[str]:
    """One piece in its box."""
    fill = COLOURS["you"] if marked else fill
    ink = "#ffffff" if marked else INK
    return [
        svg.rect(x, y, width, HIGH, fill, radius=4, stroke=None if marked else EDGE),
        svg.text(x + width / 2, y + 17.5, label, SIZE, "middle", fill=ink),
    ]


def tint(piece: str | bytes) -> str:
    """A piece's own colour, the same wherever it stands."""
    return TINTS[zlib.crc32(piece if isinstance(piece, bytes) else piece.encode()) % len(TINTS)]


def describe(rows: Sequence[Row], title: str, foot: Sequence[str] = ()) -> str:
    """The rows in words; a bar stands between two pieces."""
    described = []
    for row in rows:
        note = f" ({row.note})" if row.note else ""
        described.append(f"{row.label}{note}: {' | '.join(map(visible, row.pieces))}")
    return ". ".join([title, "; ".join(described), *foot])
