"""One step of a recurrent network whose state is one number: two products, a sum, tanh."""

import math

from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, FAINT, INK, NETWORKS

WIDTH, HEIGHT, MARGIN = 540, 236, 16  # pixels
UPPER, LOWER, MIDDLE = 84, 160, 122  # pixels: the old state's way, the input's way, the new state's
SIDE, HIGH = 78, 34  # pixels: of a box


def rnn_cell_picture(x: float, h: float, w_xh: float, w_hh: float) -> Picture:
    """The old state and the input, each times its weight; their sum; its tanh, which is the next old state."""
    total = w_xh * x + w_hh * h
    state = math.tanh(total)
    own, given = NETWORKS["RNN"], COLOURS["first"]
    parts = [
        svg.text(MARGIN, 30, "One step of an RNN whose state is one number", 15, weight=600),
        *_box(69, UPPER, "old state h", _signed(h), own),
        *_box(69, LOWER, "input x", _signed(x), given),
        *_arrow(108, UPPER, 236, MIDDLE - 12, own),
        *_arrow(108, LOWER, 236, MIDDLE + 12, given),
        svg.text(156, UPPER - 6, f"× w_hh = {w_hh:g}:  {_signed(w_hh * h)}", 13, fill=own),
        svg.text(156, LOWER + 22, f"× w_xh = {w_xh:g}:  {_signed(w_xh * x)}", 13, fill=given),
        *_box(278, MIDDLE, "sum", _signed(total), INK),
        *_arrow(317, MIDDLE, 441, MIDDLE, INK),
        svg.text(378, MIDDLE - 8, "tanh", 14, "middle", fill=INK, weight=600),
        *_box(484, MIDDLE, "new state h′", _signed(state), own),
        f'<path d="M 484 {MIDDLE + 18} V {HEIGHT - 28} H 12 V {UPPER} H 28" fill="none" stroke="{FAINT}" '
        'stroke-width="1.5" stroke-dasharray="4 4"/>',
        f'<polyline points="21,{UPPER - 5} 29,{UPPER} 21,{UPPER + 5}" fill="none" stroke="{FAINT}" '
        'stroke-width="1.5"/>',
        svg.text(
            260, HEIGHT - 10, "it is the old state of the next step", 13, "middle", fill=FAINT
        ),
    ]
    alt = (
        f"One step of an RNN with one number: the old state {_signed(h)} times {w_hh:g} and the input {_signed(x)} "
        f"times {w_xh:g} add up to {_signed(total)}; the new state is tanh of it, {_signed(state)}."
    )
    return Picture(svg.document(WIDTH, HEIGHT, parts, alt), alt)


def _signed(number: float) -> str:
    """Two places, with a real minus sign."""
    return f"{number:.2f}".replace("-", "−")


def _box(x: float, y: float, label: str, content: str, colour: str) -> list[str]:
    """A number in a box around (x, y), its name above."""
    return [
        svg.rect(x - SIDE / 2, y - HIGH / 2, SIDE, HIGH, "none", 6, stroke=colour),
        svg.text(x, y + 6, content, 16, "middle", fill=colour, weight=600),
        svg.text(x, y - 24, label, 13, "middle", fill=FAINT),
    ]


def _arrow(x1: float, y1: float, x2: float, y2: float, colour: str) -> list[str]:
    """A straight line with a head at its right end."""
    length = math.hypot(x2 - x1, y2 - y1)
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    ends = [(x2 - 9 * dx + side * 5 * dy, y2 - 9 * dy - side * 5 * dx) for side in (1, -1)]
    (ax, ay), (bx, by) = ends
    return [
        svg.line(x1, y1, x2, y2, colour, 2),
        f'<polyline points="{ax:.1f},{ay:.1f} {x2:g},{y2:g} {bx:.1f},{by:.1f}" fill="none" '
        f'stroke="{colour}" stroke-width="2"/>',
    ]
