"""One number through a GRU: the two gates as taps with three positions, on pipes as thick as what flows."""

import math

from gptlab.view.kit import svg
from gptlab.view.kit.frames import Choice, show_frames
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK, NETWORKS

WIDTH, HEIGHT, MARGIN = 544, 322, 16  # pixels
UPPER, LOWER = 104, 236  # pixels: the old state's way, the candidate's way
THICK = 16  # pixels: of a pipe that is fully open
UPDATE = (("0", 0.0), ("¾", 0.75), ("1", 1.0))
RESET = (("0", 0.0), ("½", 0.5), ("1", 1.0))
OLD_STATE = 0.8
FROM_STATE, FROM_INPUT = 0.8, -0.82  # h·u_n, and x·w_n + b_n


def gru_cell_picture(z: float, r: float) -> Picture:
    """The state on the upper way, the candidate on the lower one, and what the two taps let through."""
    candidate = math.tanh(FROM_INPUT + r * FROM_STATE)
    new_state = (1 - z) * candidate + z * OLD_STATE
    own = NETWORKS["GRU"]
    parts = [
        svg.text(MARGIN, 30, "One step of a GRU whose state is one number", 15, weight=600),
        *_pipe(98, 214, UPPER, 1.0, own),
        *_pipe(246, 376, UPPER, z, own),
        *_pipe(98, 144, LOWER, 1.0, own),
        *_pipe(176, 214, LOWER, r, own),
        *_pipe(296, 384, LOWER, 1 - z, COLOURS["second"]),
        *_upright(392, LOWER, UPPER + 18, 1 - z, COLOURS["second"]),
        *_pipe(408, 448, UPPER, 1.0, COLOURS["you"]),
        *_number(57, UPPER, "old state h", OLD_STATE, own),
        *_tap(230, UPPER, f"update gate z = {z:g}", z, -30),
        *_number(57, LOWER, "h · u_n", FROM_STATE, own),
        *_tap(160, LOWER, f"reset gate r = {r:g}", r, 42),
        *_number(255, LOWER, "candidate n", candidate, COLOURS["second"]),
        svg.text(311, UPPER + 28, f"z·h = {_signed(z * OLD_STATE)}", 13, "middle", fill=FAINT),
        svg.text(306, LOWER + 28, f"(1 − z)·n = {_signed((1 - z) * candidate)}", 13, fill=FAINT),
        svg.text(392, UPPER + 7, "+", 22, "middle", weight=600),
        *_number(488, UPPER, "new state h′", new_state, COLOURS["you"], 78),
        svg.text(
            MARGIN,
            HEIGHT - 16,
            f"n = tanh(input's part {_signed(FROM_INPUT)}  +  r · {_signed(FROM_STATE)}) = {_signed(candidate)}",
            13,
            fill=INK,
        ),
    ]
    alt = (
        f"One step of a GRU with a state of one number. Old state {_signed(OLD_STATE)}, update gate {z:g}, reset gate "
        f"{r:g}: the candidate is {_signed(candidate)} and the new state {_signed(new_state)}."
    )
    return Picture(svg.document(WIDTH, HEIGHT, parts, alt), alt)


def gru_taps() -> None:
    """Show the cell with buttons for both taps; where nothing can be pressed, z = ¾ and r = ½."""
    show_frames(
        [
            Choice("update gate z", tuple(name for name, _ in UPDATE), 1),
            Choice("reset gate r", tuple(name for name, _ in RESET), 1),
        ],
        lambda i, j: gru_cell_picture(UPDATE[i][1], RESET[j][1]),
    )


def _signed(number: float) -> str:
    """Two places, with a real minus sign, and no minus before 0.00."""
    text = f"{number:.2f}".replace("-", "−")
    return "0.00" if text == "−0.00" else text


def _pipe(x1: float, x2: float, y: float, share: float, colour: str) -> list[str]:
    """A level pipe: its outline, and inside it what flows."""
    flow = THICK * share
    return [
        svg.rect(x1, y - THICK / 2, x2 - x1, THICK, "none", stroke=EDGE),
        svg.rect(x1, y - flow / 2, x2 - x1, flow, colour, opacity=0.75),
    ]


def _upright(x: float, y1: float, y2: float, share: float, colour: str) -> list[str]:
    """The same, upwards from y1 to y2, with the bend at its foot."""
    flow = THICK * share
    low = y1 + THICK / 2
    return [
        svg.rect(x - THICK / 2, y2, THICK, low - y2, "none", stroke=EDGE),
        svg.rect(x - flow / 2, y2, flow, y1 + flow / 2 - y2, colour, opacity=0.75),
        svg.rect(x - THICK / 2, y1 - flow / 2, (THICK - flow) / 2, flow, colour, opacity=0.75),
    ]


def _tap(x: float, y: float, label: str, opening: float, below: float) -> list[str]:
    """A valve whose lever lies along the pipe when it is open, and across it when it is shut."""
    angle = (1 - opening) * math.pi / 2
    dx, dy = 20 * math.cos(angle), 20 * math.sin(angle)
    return [
        f'<circle cx="{x:g}" cy="{y:g}" r="16" fill="none" stroke="{INK}" stroke-width="2"/>',
        svg.line(x - dx, y + dy, x + dx, y - dy, COLOURS["you"], 5),
        svg.text(x, y + below, label, 14, "middle", fill=COLOURS["you"], weight=600),
    ]


def _number(
    x: float, y: float, label: str, value: float, colour: str, wide: float = 82
) -> list[str]:
    """A number in a box, with its name above."""
    return [
        svg.rect(x - wide / 2, y - 17, wide, 34, "none", 6, stroke=colour),
        svg.text(x, y + 6, _signed(value), 16, "middle", fill=colour, weight=600),
        svg.text(x, y - 26, label, 13, "middle", fill=FAINT),
    ]
