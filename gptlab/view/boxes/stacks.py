"""(B, T, C) as a stack of sheets, and (B, H, T, D) as the same sheets cut into strips."""

from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, EDGE, FAINT, PANEL

CELL = 20  # pixels: a box
DEEP = 14  # how far the next sheet is moved to the right and up
LEFT, TITLE = 62, 29
GAP = 14  # between strips


def stack_picture(b: int, t: int, c: int) -> Picture:
    """B sheets behind each other; on each, a row for every position and a column for every number."""
    wide, high = c * CELL, t * CELL
    top = 62 + (b - 1) * DEEP
    title = f"(B, T, C) = ({b}, {t}, {c}): {b} sheets"
    parts = [svg.text(16, TITLE, title, 15, weight=600)]
    for sheet in reversed(range(b)):
        x, y = LEFT + sheet * DEEP, top - sheet * DEEP
        parts += _sheet(x, y, t, c, COLOURS["first"], opacity=0.3 if sheet == 0 else 0.12)
    right = LEFT + wide + (b - 1) * DEEP + 12
    parts += [
        svg.text(right, 62 + high / 2, f"B = {b} texts,", 13),
        svg.text(right, 78 + high / 2, "one behind the other", 13, fill=FAINT),
        svg.text(16, top + high / 2 + 4, "T ↓", 13),
        svg.text(LEFT, top + high + 18, f"C = {c} numbers for each position →", 13),
        svg.text(LEFT, top + high + 36, f"T = {t} positions of a text, a row each", 13, fill=FAINT),
    ]
    alt = (
        f"{title}, a sheet for each text; each sheet has {t} rows, one for each position, "
        f"and {c} columns, the numbers of its vector."
    )
    return Picture(svg.document(max(right + 140, 380), top + high + 52, parts, alt), alt)


def strips_picture(b: int, h: int, t: int, d: int) -> Picture:
    """Each of the B sheets cut into H strips, a colour for each: T rows of D numbers."""
    high = t * CELL
    top = 62 + (b - 1) * DEEP
    title = f"(B, H, T, D) = ({b}, {h}, {t}, {d}): each sheet cut into {h} strips"
    parts = [svg.text(16, TITLE, title, 15, weight=600)]
    for strip in range(h):
        left = LEFT + strip * (d * CELL + GAP + (b - 1) * DEEP)
        tint = CYCLE[strip % len(CYCLE)]
        for sheet in reversed(range(b)):
            x, y = left + sheet * DEEP, top - sheet * DEEP
            parts += _sheet(x, y, t, d, tint, opacity=0.3 if sheet == 0 else 0.12)
        parts.append(svg.text(left, top + high + 18, f"h = {strip}", 13, fill=tint, weight=600))
    right = LEFT + h * (d * CELL + GAP + (b - 1) * DEEP)
    parts += [
        svg.text(16, top + high / 2 + 4, "T ↓", 13),
        svg.text(LEFT, top + high + 38, f"D = {d} numbers a row; H · D = {h * d} = C", 13),
    ]
    alt = (
        f"{title}: strip h has the columns {d}h to {d}h + {d - 1} of every sheet; "
        f"each strip has {t} rows, one for each position."
    )
    wide = max(right + 16, 1.1 * svg.text_width(title, 15) + 32)
    return Picture(svg.document(wide, top + high + 54, parts, alt), alt)


def _sheet(x: float, y: float, rows: int, columns: int, tint: str, opacity: float) -> list[str]:
    """One sheet: a panel, its colour, and the lines between its boxes."""
    wide, high = columns * CELL, rows * CELL
    parts = [
        svg.rect(x, y, wide, high, PANEL, 2, stroke=EDGE),
        svg.rect(x, y, wide, high, tint, 2, opacity=opacity),
    ]
    parts += [svg.line(x, y + i * CELL, x + wide, y + i * CELL, EDGE) for i in range(1, rows)]
    parts += [svg.line(x + j * CELL, y, x + j * CELL, y + high, EDGE) for j in range(1, columns)]
    return parts
