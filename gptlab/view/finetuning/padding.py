"""A padded batch: which position each way of reading takes, row by row."""

from collections.abc import Sequence

from gptlab.view.finetuning.strips import (
    EXTRACT,
    HIGH,
    MARGIN,
    PAD,
    START,
    STRIP,
    WIDTH,
    Piece,
    strip_parts,
)
from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, FAINT

LEFT = 42  # pixels: for the names of the rows
WORDS = (("Lovely", "soup"), ("The", "film", "was", "old", "and", "sad"), ("Never", "again"))


def padding_picture(texts: Sequence[Sequence[str]] = WORDS) -> Picture:
    """Three texts as one table: purple is the extract token, the red frame what the last column reads."""
    n_columns = max(map(len, texts)) + 2
    wide = (WIDTH - 2 * MARGIN - LEFT) / n_columns
    parts = [
        svg.text(MARGIN, 28, "One table for three texts: short rows are padded", 16, weight=600),
        svg.text(MARGIN, 48, "purple: the extract token · red frame: the last column", 13),
    ]
    y = 74.0
    for t in range(n_columns):
        x = MARGIN + LEFT + t * wide + wide / 2 - 2
        parts.append(svg.text(x, y - 8, str(t), 12, "middle", fill=FAINT))
    said = []
    for i, words in enumerate(texts):
        n_padding = n_columns - len(words) - 2
        pieces = [
            Piece(START),
            *(Piece(word, "first") for word in words),
            Piece(EXTRACT, "extract"),
            *[Piece(PAD, "padding")] * n_padding,
        ]
        drawn, _ = strip_parts(pieces, MARGIN + LEFT, y, [wide - 4] * n_columns)
        parts += [svg.text(MARGIN, y + 18, f"row {i}", 12, fill=FAINT), *drawn]
        said.append(f"row {i}: the extract token is at {len(words) + 1}")
        y += STRIP
    x = MARGIN + LEFT + (n_columns - 1) * wide - 2
    frame = svg.rect(x, 74 - 3, wide, len(texts) * STRIP - (STRIP - HIGH) + 6, "none", 5)
    parts.append(frame.replace("/>", f' stroke="{COLOURS["wrong"]}" stroke-width="2.5"/>'))
    alt = (
        f"{len(texts)} texts padded to {n_columns} columns; {', '.join(said)}. "
        f"The last column, {n_columns - 1}, is padding in all rows but the longest."
    )
    return Picture(svg.document(WIDTH, y + 6, parts, alt), alt)
