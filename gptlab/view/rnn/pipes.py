"""The parts of a gated cell's picture: pipes as thick as what flows in them, taps, and numbers in boxes."""

import math

from gptlab.view.kit import svg
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

THICK = 16  # pixels: of a pipe that is fully open


def signed(value: float) -> str:
    """Two places, with a real minus sign, and no minus before 0.00."""
    text = f"{value:.2f}".replace("-", "−")
    return "0.00" if text == "−0.00" else text


def pipe(x1: float, x2: float, y: float, share: float, colour: str) -> list[str]:
    """A level pipe: its outline, and inside it what flows."""
    flow = THICK * share
    return [
        svg.rect(x1, y - THICK / 2, x2 - x1, THICK, "none", stroke=EDGE),
        svg.rect(x1, y - flow / 2, x2 - x1, flow, colour, opacity=0.75),
    ]


def drop(x: float, y1: float, y2: float, share: float, colour: str) -> list[str]:
    """A straight pipe from y1 down to y2."""
    flow = THICK * share
    return [
        svg.rect(x - THICK / 2, y1, THICK, y2 - y1, "none", stroke=EDGE),
        svg.rect(x - flow / 2, y1, flow, y2 - y1, colour, opacity=0.75),
    ]


def upright(x: float, y1: float, y2: float, share: float, colour: str) -> list[str]:
    """A pipe upwards from y1 to y2, with the bend at its foot."""
    flow = THICK * share
    low = y1 + THICK / 2
    return [
        svg.rect(x - THICK / 2, y2, THICK, low - y2, "none", stroke=EDGE),
        svg.rect(x - flow / 2, y2, flow, y1 + flow / 2 - y2, colour, opacity=0.75),
        svg.rect(x - THICK / 2, y1 - flow / 2, (THICK - flow) / 2, flow, colour, opacity=0.75),
    ]


def tap(x: float, y: float, label: str, opening: float, below: float) -> list[str]:
    """A valve on a level pipe: its lever lies along the pipe when it is open, and across it when it is shut."""
    return [
        *_valve(x, y, (1 - opening) * math.pi / 2),
        svg.text(x, y + below, label, 14, "middle", fill=COLOURS["you"], weight=600),
    ]


def upright_tap(x: float, y: float, label: str, opening: float) -> list[str]:
    """The same on an upright pipe, with its name to the left."""
    return [
        *_valve(x, y, opening * math.pi / 2),
        svg.text(x - 24, y + 5, label, 14, "end", fill=COLOURS["you"], weight=600),
    ]


def _valve(x: float, y: float, angle: float) -> list[str]:
    """A ring with a lever, turned by this angle out of the level."""
    dx, dy = 20 * math.cos(angle), 20 * math.sin(angle)
    return [
        f'<circle cx="{x:g}" cy="{y:g}" r="16" fill="none" stroke="{INK}" stroke-width="2"/>',
        svg.line(x - dx, y + dy, x + dx, y - dy, COLOURS["you"], 5),
    ]


def number(
    x: float, y: float, label: str, value: float, colour: str, wide: float = 82
) -> list[str]:
    """A number in a box, with its name above."""
    return [
        svg.rect(x - wide / 2, y - 17, wide, 34, "none", 6, stroke=colour),
        svg.text(x, y + 6, signed(value), 16, "middle", fill=colour, weight=600),
        svg.text(x, y - 26, label, 13, "middle", fill=FAINT),
    ]
