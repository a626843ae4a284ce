"""The bigram table of letters as one picture, a row of it as bars, and a text as a walk from row to row."""

from collections.abc import Sequence

from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.kit.number_format import percent
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

PITCH = 17  # pixels: from one column to the next, and from one row to the next
LEFT = 44  # left edge of the first column
MARGIN = 16
SIZE = 14  # of a letter
TALLEST = 46  # bar of a row
GROWTH = 0.4  # power of a count that its box is as dark as: boxes of a hundredth are still seen
LOUD = 0.08  # share of a row from which on a bar has its number written above it


def letter_table_picture(counts: Tensor, letters: str, row: str) -> Picture:
    """All counts as shades, and one row's as bars below, in the same columns.

    counts  (V, V) int, the row is the first letter
    row     the letter whose row is picked out
    """
    picked, n = letters.index(row), len(letters)
    title = f"{int(counts.sum()):,} neighbours: which letter follows which"
    top = MARGIN + 62
    parts = [
        svg.text(MARGIN, MARGIN + 14, title, 15, weight=600),
        svg.text(MARGIN - 8, MARGIN + 36, "before ↓", 12, fill=FAINT),
        svg.text(LEFT + 40, MARGIN + 36, "after →     (darker: more often)", 12, fill=FAINT),
        svg.rect(LEFT, top, n * PITCH, n * PITCH, "none", stroke=EDGE),
        *_names(letters, top - 6),
    ]
    largest = float(counts.max()) or 1.0
    for i, letter in enumerate(letters):
        y = top + i * PITCH
        chosen = i == picked
        ink, weight = (COLOURS["you"], 700) if chosen else (INK, 400)
        parts.append(svg.text(LEFT - 9, y + 13, letter, SIZE, "end", ink, weight))
        colour = COLOURS["you" if chosen else "first"]
        for j, count in enumerate(counts[i].tolist()):
            if count:
                shade = round(0.9 * (count / largest) ** GROWTH, 2)
                parts.append(svg.rect(LEFT + j * PITCH, y, PITCH, PITCH, colour, opacity=shade))
    y = top + picked * PITCH
    parts.append(svg.rect(LEFT, y, n * PITCH, PITCH, "none", stroke=COLOURS["you"]))
    y = top + n * PITCH + 26
    total = int(counts[picked].sum())
    parts.append(
        svg.text(LEFT, y, f"row {row}: {total:,} neighbours", 14, "start", COLOURS["you"], 600)
    )
    values = counts[picked].double() / max(total, 1)
    labels = [f"{count:,}" for count in counts[picked].tolist()]
    parts += _bars(values, labels, y + 12, None)
    y += 12 + 18 + TALLEST
    parts += _names(letters, y + 16)
    alt = (
        f"{title}. A table of {n} rows and {n} columns, {int((counts > 0).sum())} of its {n * n} boxes filled. "
        f"Row {row}: {_described(counts[picked], letters)}."
    )
    return Picture(svg.document(_width(n), y + 16 + MARGIN, parts, alt), alt)


def letter_walk_picture(probabilities: Tensor, letters: str, path: Sequence[int]) -> Picture:
    """A walk over the table: a letter's row as bars, the letter that was drawn from it, whose row is next, …

    probabilities  (V, V) float
    path           the letters walked over, the first one given, the others drawn
    """
    n = len(letters)
    parts = [
        svg.text(
            MARGIN,
            MARGIN + 14,
            "A letter is drawn from a row, and names the next row",
            15,
            weight=600,
        )
    ]
    y, described = MARGIN + 34.0, []
    for step, (before, after) in enumerate(zip(path, path[1:])):
        row = probabilities[before]
        base = y + 18 + TALLEST
        shown = [percent(p) for p in row.tolist()]
        parts.append(
            svg.text(
                MARGIN + 2, base, letters[before], 20, "start", COLOURS["you"] if step else INK, 700
            )
        )
        parts += _bars(row, shown, y, after)
        parts += _names(letters, base + 16, after)
        if step < len(path) - 2:
            parts += _to_the_next(
                LEFT + (after + 0.5) * PITCH, base + 22, base + 22 + 18 + TALLEST - 10
            )
        described.append(f"row {letters[before]}: {letters[after]} drawn, at {shown[after]}")
        y = base + 30
    written = "".join(letters[i] for i in path)
    parts.append(svg.text(MARGIN, y + 14, f"written: {written}", 16, weight=600))
    alt = f"A walk over the table of letters. {'; '.join(described)}. Written: {written}."
    return Picture(svg.document(_width(n), y + 14 + MARGIN, parts, alt), alt)


def _width(n: int) -> float:
    return LEFT + n * PITCH + MARGIN


def _names(letters: str, y: float, marked: int | None = None) -> list[str]:
    """The letters as the columns' names."""
    return [
        svg.text(
            LEFT + (j + 0.5) * PITCH,
            y,
            letter,
            SIZE,
            "middle",
            COLOURS["you"] if j == marked else INK,
            700 if j == marked else 400,
        )
        for j, letter in enumerate(letters)
    ]


def _bars(shares: Tensor, labels: Sequence[str], y: float, marked: int | None) -> list[str]:
    """A row as upright bars on the columns; the longest is `TALLEST`, large ones have their number above."""
    longest = float(shares.max()) or 1.0
    base = y + 18 + TALLEST
    highs = [max(1.0, TALLEST * p / longest) if p else 0.0 for p in shares.tolist()]
    parts = [svg.line(LEFT, base, LEFT + len(labels) * PITCH, base)]
    for j, high in enumerate(highs):
        if high:
            colour = COLOURS["you" if j == marked else "first"]
            x = LEFT + j * PITCH + 2
            parts.append(svg.rect(x, base - high, PITCH - 4, round(high, 1), colour, 1.5))
    loud = [j for j in range(len(labels)) if shares[j] >= LOUD or j == marked]
    taken: list[tuple[float, float]] = []
    for j in sorted(loud, key=lambda j: (j != marked, -highs[j])):
        middle, half = LEFT + (j + 0.5) * PITCH, svg.text_width(labels[j], 12) / 2 + 2
        if any(middle - half < right and left < middle + half for left, right in taken):
            continue
        taken.append((middle - half, middle + half))
        reach = int(half / PITCH + 0.5)
        above = max(highs[max(0, j - reach) : j + reach + 1])
        parts.append(svg.text(middle, base - above - 4, labels[j], 12, "middle", FAINT))
    return parts


def _to_the_next(x: float, y: float, low: float) -> list[str]:
    """From the letter drawn to the name of the next row."""
    left = MARGIN + 8
    stroke = f'fill="none" stroke="{COLOURS["you"]}" stroke-width="1.4"'
    return [
        f'<path d="M {x:g} {y - 2:g} v 8 H {left:g} V {low - 12:g}" {stroke}/>',
        f'<path d="M {left - 4:g} {low - 16:g} L {left:g} {low - 8:g} L {left + 4:g} {low - 16:g} z" '
        f'fill="{COLOURS["you"]}"/>',
    ]


def _described(counts: Tensor, letters: str) -> str:
    """A row in words, the most frequent letters first."""
    order = counts.argsort(descending=True, stable=True).tolist()
    said = [f"{letters[j]} {int(counts[j]):,}" for j in order if counts[j]]
    more = f" and {len(said) - 8} more" if len(said) > 8 else ""
    return ", ".join(said[:8]) + more if said else "nothing"
