"""A small table of probabilities while it is learnt, and beside it the same table as it was counted."""

from collections.abc import Sequence

from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.kit.number_format import fixed_places
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

BOX = 27  # pixels: width and height of a box
MARGIN = 16
LABEL = 46  # width of the rows' names
BETWEEN = 18
HEAD = 50  # from the top of a table's place to its first row


def learnt_table_picture(tables: dict[str, Tensor], words: Sequence[str], title: str) -> Picture:
    """Several tables of one size, two beside each other; the larger a probability, the darker its box.

    tables  (V, V) probabilities by what the table is called: the word before as row, the word after as column
    """
    n = len(words)
    wrong = [name for name, table in tables.items() if tuple(table.shape) != (n, n)]
    if wrong:
        raise ValueError(f"{wrong[0]}: a table of {n} words has the shape ({n}, {n})")
    wide, high = LABEL + n * BOX, HEAD + n * BOX
    parts = [svg.text(MARGIN, 29, title, 15, weight=600)]
    for i, (name, table) in enumerate(tables.items()):
        x = MARGIN + (i % 2) * (wide + BETWEEN)
        y = 40 + (i // 2) * (high + 10)
        parts += _table(x, y, name, table, words)
    rows = (len(tables) + 1) // 2
    told = "; ".join(f"{name}: {_rows_in_words(table, words)}" for name, table in tables.items())
    alt = f"{title}. {told}"
    width = 2 * MARGIN + 2 * wide + BETWEEN
    return Picture(svg.document(width, 40 + rows * (high + 10) + 8, parts, alt), alt)


def _table(x: float, y: float, name: str, table: Tensor, words: Sequence[str]) -> list[str]:
    """One table with its name above it, and its words at its edges."""
    parts = [svg.text(x + LABEL, y + 18, name, 14, weight=600)]
    for i, word in enumerate(words):
        parts.append(svg.text(x + LABEL - 7, y + HEAD + i * BOX + 18, word, 13, "end"))
        shown = svg.shorten(word, BOX, 11)
        parts.append(svg.text(x + LABEL + (i + 0.5) * BOX, y + HEAD - 5, shown, 11, "middle"))
        for j, p in enumerate(table[i].tolist()):
            parts += _box(x + LABEL + j * BOX, y + HEAD + i * BOX, p)
    return parts


def _box(x: float, y: float, p: float) -> list[str]:
    """A probability: its shade, and its first two places where they are not 0."""
    shade = svg.rect(x + 1, y + 1, BOX - 2, BOX - 2, COLOURS["first"], 2, opacity=0.62 * p)
    edge = svg.rect(x + 1, y + 1, BOX - 2, BOX - 2, "none", 2, stroke=EDGE)
    shown = fixed_places(p).removeprefix("0") if 0.005 <= p < 0.995 else f"{p:.0f}"
    ink = INK if p >= 0.005 else FAINT
    return [shade, edge, svg.text(x + BOX / 2, y + 18, shown, 11, "middle", fill=ink)]


def _rows_in_words(table: Tensor, words: Sequence[str]) -> str:
    """The likeliest next word after each."""
    best = table.argmax(1).tolist()
    return ", ".join(
        f"{word} → {words[j]} {fixed_places(float(table[i, j]))}"
        for i, (word, j) in enumerate(zip(words, best))
    )
