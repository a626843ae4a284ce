"""One number through a GRU: the two gates as taps with three positions, on pipes as thick as what flows."""

import math

from gptlab.view.kit import svg
from gptlab.view.kit.frames import Choice, show_frames
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, FAINT, INK, NETWORKS
from gptlab.view.rnn.pipes import number, pipe, signed, tap, upright

WIDTH, HEIGHT, MARGIN = 544, 322, 16  # pixels
UPPER, LOWER = 104, 236  # pixels: the old state's way, the candidate's way
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
        *pipe(98, 214, UPPER, 1.0, own),
        *pipe(246, 376, UPPER, z, own),
        *pipe(98, 144, LOWER, 1.0, own),
        *pipe(176, 214, LOWER, r, own),
        *pipe(296, 384, LOWER, 1 - z, COLOURS["second"]),
        *upright(392, LOWER, UPPER + 18, 1 - z, COLOURS["second"]),
        *pipe(408, 448, UPPER, 1.0, COLOURS["you"]),
        *number(57, UPPER, "old state h", OLD_STATE, own),
        *tap(230, UPPER, f"update gate z = {z:g}", z, -30),
        *number(57, LOWER, "h · u_n", FROM_STATE, own),
        *tap(160, LOWER, f"reset gate r = {r:g}", r, 42),
        *number(255, LOWER, "candidate n", candidate, COLOURS["second"]),
        svg.text(311, UPPER + 28, f"z·h = {signed(z * OLD_STATE)}", 13, "middle", fill=FAINT),
        svg.text(306, LOWER + 28, f"(1 − z)·n = {signed((1 - z) * candidate)}", 13, fill=FAINT),
        svg.text(392, UPPER + 7, "+", 22, "middle", weight=600),
        *number(488, UPPER, "new state h′", new_state, COLOURS["you"], 78),
        svg.text(
            MARGIN,
            HEIGHT - 16,
            f"n = tanh(input's part {signed(FROM_INPUT)}  +  r · {signed(FROM_STATE)}) = {signed(candidate)}",
            13,
            fill=INK,
        ),
    ]
    alt = (
        f"One step of a GRU with a state of one number. Old state {signed(OLD_STATE)}, update gate {z:g}, reset gate "
        f"{r:g}: the candidate is {signed(candidate)} and the new state {signed(new_state)}."
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
