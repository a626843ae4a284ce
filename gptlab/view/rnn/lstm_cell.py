"""One step of an LSTM in numbers: the cell's own line straight through, and three gates as taps on pipes."""

import math

from gptlab.view.kit import svg
from gptlab.view.kit.frames import Choice, show_frames
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, FAINT
from gptlab.view.rnn.pipes import THICK, drop, number, pipe, signed, tap, upright, upright_tap

WIDTH, HEIGHT, MARGIN = 580, 344, 16  # pixels
UPPER, LOWER = 104, 270  # pixels: the cell's line, the way of what is new
JOIN, OUT = 326, 524  # pixels: where both meet, where the cell is read
READ = 184  # pixels: the height of the output gate
OLD_CELL, CANDIDATE = 0.8, -0.4
FORGET = (("0", 0.0), ("¾", 0.75), ("1", 1.0))
INPUT = (("0", 0.0), ("½", 0.5), ("1", 1.0))
OUTPUT = (("0", 0.0), ("½", 0.5), ("1", 1.0))


def lstm_cell_picture(f: float, i: float, o: float) -> Picture:
    """The cell c on the upper line, the candidate g on the lower one, and the state h read out on the right."""
    kept, written = f * OLD_CELL, i * CANDIDATE
    cell = kept + written
    state = o * math.tanh(cell)
    line, new, result = COLOURS["first"], COLOURS["second"], COLOURS["you"]
    parts = [
        svg.text(MARGIN, 30, "One step of an LSTM whose cell is one number", 15, weight=600),
        *pipe(98, 194, UPPER, 1.0, line),
        *pipe(226, JOIN - 16, UPPER, f, line),
        *pipe(JOIN + 16, OUT - 41, UPPER, 1.0, result),
        *pipe(106, 126, LOWER, 1.0, new),
        *pipe(208, 252, LOWER, 1.0, new),
        *pipe(284, JOIN - THICK / 2, LOWER, i, new),
        *upright(JOIN, LOWER, UPPER + 18, i, new),
        *drop(OUT, UPPER + 17, READ - 16, 1.0, result),
        *drop(OUT, READ + 16, LOWER - 17, o, result),
        *number(57, UPPER, "old cell c", OLD_CELL, line),
        *tap(210, UPPER, f"forget gate f = {f:g}", f, -30),
        svg.text(268, UPPER + 28, f"f·c = {signed(kept)}", 13, "middle", fill=FAINT),
        svg.text(JOIN, UPPER + 7, "+", 22, "middle", weight=600),
        *number(OUT, UPPER, "new cell c′", cell, result),
        svg.rect(MARGIN, LOWER - 17, 90, 34, "none", 6, stroke=FAINT),
        svg.text(61, LOWER + 5, "old h, input x", 12, "middle", fill=FAINT),
        *number(167, LOWER, "candidate g", CANDIDATE, new),
        *tap(268, LOWER, f"input gate i = {i:g}", i, 42),
        svg.text(JOIN - 14, LOWER - 26, f"i·g = {signed(written)}", 13, "end", fill=FAINT),
        svg.text(
            OUT - 14, UPPER + 42, f"tanh c′ = {signed(math.tanh(cell))}", 13, "end", fill=FAINT
        ),
        *upright_tap(OUT, READ, f"output gate o = {o:g}", o),
        svg.rect(OUT - 41, LOWER - 17, 82, 34, "none", 6, stroke=result),
        svg.text(OUT, LOWER + 6, signed(state), 16, "middle", fill=result, weight=600),
        svg.text(OUT, LOWER + 36, "new state h′", 13, "middle", fill=FAINT),
    ]
    alt = (
        f"One step of an LSTM with a cell of one number. Old cell {signed(OLD_CELL)}, candidate {signed(CANDIDATE)}, "
        f"forget gate {f:g}, input gate {i:g}, output gate {o:g}: {signed(kept)} and {signed(written)} add up to a "
        f"new cell of {signed(cell)}, and the new state is {signed(state)}."
    )
    return Picture(svg.document(WIDTH, HEIGHT, parts, alt), alt)


def lstm_taps() -> None:
    """Show the cell with buttons for its three taps; where nothing can be pressed, f = ¾, i = ½ and o = ½."""
    show_frames(
        [
            Choice("forget gate f", tuple(name for name, _ in FORGET), 1),
            Choice("input gate i", tuple(name for name, _ in INPUT), 1),
            Choice("output gate o", tuple(name for name, _ in OUTPUT), 1),
        ],
        lambda f, i, o: lstm_cell_picture(FORGET[f][1], INPUT[i][1], OUTPUT[o][1]),
    )
