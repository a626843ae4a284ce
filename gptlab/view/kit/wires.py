"""Arrows, boxes and plus signs: what wirings are drawn of."""

from gptlab.view.kit import svg
from gptlab.view.palette import EDGE, FAINT, INK, PANEL

STEM = 1.6  # width of an arrow


def arrow(
    x1: float, y1: float, x2: float, y2: float, colour: str = FAINT, width: float = STEM
) -> str:
    """A straight arrow, along a row or down and up a column."""
    along, down = (x2 > x1) - (x2 < x1), (y2 > y1) - (y2 < y1)
    head = (
        f"M {x2 - 8 * along - 4 * down:g} {y2 - 8 * down - 4 * along:g} L {x2:g} {y2:g} "
        f"L {x2 - 8 * along + 4 * down:g} {y2 - 8 * down + 4 * along:g} z"
    )
    stem = svg.line(x1, y1, x2 - 6 * along, y2 - 6 * down, colour, width)
    return stem + f'<path d="{head}" fill="{colour}"/>'


def bent_arrow(points: list[tuple[float, float]], colour: str = FAINT, width: float = STEM) -> str:
    """An arrow with corners, through all points."""
    corners = " ".join(f"{x:g},{y:g}" for x, y in points[:-1])
    bent = f'<polyline points="{corners}" fill="none" stroke="{colour}" stroke-width="{width:g}"/>'
    return bent + arrow(*points[-2], *points[-1], colour, width)


def box(x: float, y: float, width: float, height: float, colour: str, *lines: str) -> list[str]:
    """A box with up to two lines in its middle; (x, y) is its upper left corner."""
    middle, first = x + width / 2, y + height / 2 + (5 if len(lines) == 1 else -4)
    return [
        svg.rect(x, y, width, height, PANEL, 6),
        svg.rect(x, y, width, height, colour, 6, opacity=0.18, stroke=colour),
        *(
            svg.text(
                middle, first + 18 * i, line, 14 if i == 0 else 13, "middle", INK, 600 - 200 * i
            )
            for i, line in enumerate(lines)
        ),
    ]


def norm_box(x: float, y: float, name: str, does: str = "") -> list[str]:
    """A norm: a white box, 74 wide and 40 high."""
    lines = [name, does] if does else [name]
    return [
        svg.rect(x, y, 74, 40, "#ffffff", 5, stroke=EDGE),
        *(
            svg.text(x + 37, y + (25 if len(lines) == 1 else 17 + 17 * i), line, 13, "middle", INK)
            for i, line in enumerate(lines)
        ),
    ]


def plus(x: float, y: float, colour: str = INK) -> str:
    """A sum: a plus in a circle."""
    return (
        f'<circle cx="{x:g}" cy="{y:g}" r="12" fill="{PANEL}" stroke="{colour}" stroke-width="1.8"/>'
        + svg.line(x - 6, y, x + 6, y, colour, 2)
        + svg.line(x, y - 6, x, y + 6, colour, 2)
    )
