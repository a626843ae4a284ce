"""A block as wiring: where the stream runs, what reads it through a norm, and where the sums are.

The numbers are those of the cards: norm1 halves, attend multiplies by 10, norm2 divides by 4, mlp adds 100.
"""

from gptlab.view.kit import svg
from gptlab.view.kit.number_format import three_digits
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.wires import arrow, bent_arrow, box, norm_box, plus
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

WIDTH, MARGIN, TOP = 548, 16, 84  # pixels
STREAM, HALF = 160, 168  # where the stream runs; from one part to the next
START = (2.0, 4.0)
PARTS = (  # name, what it does, what its norm divides by
    ("attend", "multiplies by 10", 2.0),
    ("mlp", "adds 100", 4.0),
)
Pair = tuple[float, float]


def _apply(name: str, x: Pair) -> Pair:
    return (10 * x[0], 10 * x[1]) if name == "attend" else (x[0] + 100, x[1] + 100)


def _pair(x: Pair) -> str:
    return f"({three_digits(x[0])}, {three_digits(x[1])})"


def _plus(x: Pair, y: Pair) -> Pair:
    return x[0] + y[0], x[1] + y[1]


def _over(x: Pair, divisor: float) -> Pair:
    return x[0] / divisor, x[1] / divisor


def block_picture(post: bool = False, numbers: bool = True) -> Picture:
    """The wiring of a pre-LN block, or of a post-LN block, with numbers on its wires or without."""
    kind = "post-LN: a norm after each sum" if post else "pre-LN: a norm before each part"
    bottom = TOP + 2 * HALF + (84 if post else 24)
    parts = [
        svg.text(MARGIN, 29, f"A block, {kind}", 15, weight=600),
        svg.text(MARGIN, 52, "Every wire carries (B, T, C); here one position, with C = 2.", 13),
        svg.rect(STREAM - 7, TOP - 14, 14, bottom - TOP + 14, COLOURS["gold"], 7, opacity=0.5),
    ]
    x, said, y = START, [f"x {_pair(START)}"], float(TOP)
    parts += _label(y, "x", x, numbers)
    for i, (name, does, divisor) in enumerate(PARTS):
        colour = COLOURS["first" if i == 0 else "second"]
        read = x if post else _over(x, divisor)
        found = _apply(name, read)
        total = _plus(x, found)
        parts += _branch(y + 24, i, (name, does, divisor), colour, post)
        if numbers:
            parts += _on_the_wires(y + 24, read, found, colour, post)
        x = _over(total, divisor) if post else total
        said.append(
            f"{name} reads {_pair(read)} and writes {_pair(found)}; sum {_pair(total)}"
            + (f", normed {_pair(x)}" if post else "")
        )
        if post:
            parts += norm_box(STREAM - 37, y + 138, f"norm{i + 1}", f"÷ {divisor:g}")
            if numbers:
                parts.append(svg.text(STREAM - 44, y + 128, _pair(total), 13, "end", FAINT))
        y += HALF + (30 if post else 0)
        parts += _label(y + 20 if post else y, "h" if i == 0 else "out", x, numbers)
    alt = f"A block, {kind}. " + ("; ".join(said) if numbers else _wiring_in_words(post)) + "."
    return Picture(svg.document(WIDTH, bottom + MARGIN, parts, alt), alt)


def _wiring_in_words(post: bool) -> str:
    if post:
        return (
            "From the stream x a wire goes to attend; what it writes is added to x, and the sum goes through norm1 "
            "and is h. The same with mlp and norm2 gives out"
        )
    return (
        "From the stream x a wire goes through norm1 to attend; what it writes is added to x, which gives h. "
        "The same with norm2 and mlp gives out"
    )


def _label(y: float, name: str, x: Pair, numbers: bool) -> list[str]:
    """The stream's name and its numbers, left of it."""
    shown = f"{name} = {_pair(x)}" if numbers else name
    return [svg.text(STREAM - 18, y + 5, shown, 14, "end", INK, 600)]


def _branch(y: float, i: int, part: tuple[str, str, float], colour: str, post: bool) -> list[str]:
    """The wire from the stream to a part and back, down to the plus at y + 88."""
    name, does, divisor = part
    left = 260 if post else 350
    wires = [arrow(STREAM + 7, y + 22, left, y + 22)]
    if not post:
        wires = [arrow(STREAM + 7, y + 22, 214, y + 22), arrow(288, y + 22, left, y + 22)]
        wires += norm_box(214, y + 2, f"norm{i + 1}", f"÷ {divisor:g}")
    middle = left + 88
    back = bent_arrow([(middle, y + 44), (middle, y + 88), (STREAM + 12, y + 88)], colour, 2)
    return [*wires, *box(left, y, 176, 44, colour, name, does), back, plus(STREAM, y + 88)]


def _on_the_wires(y: float, read: Pair, found: Pair, colour: str, post: bool) -> list[str]:
    """What a part reads, above its wire, and what it writes, above the way back."""
    middle = 214 if post else 319
    return [
        svg.text(middle, y + 14, _pair(read), 13, "middle", FAINT),
        svg.text(264, y + 80, _pair(found), 13, "middle", colour, 600),
    ]


def both_wirings_picture() -> Picture:
    """Pre-LN and post-LN side by side, small: one part of each."""
    parts = [svg.text(MARGIN, 29, "One part, wired in two ways", 15, weight=600)]
    for post, left, name in ((False, 40, "pre-LN"), (True, 300, "post-LN")):
        top, x = 88, left + 24
        where = "the norm reads the stream" if not post else "the norm is on the stream"
        parts += [
            svg.text(left - 24, 56, name, 14, weight=600),
            svg.text(left - 24, 74, where, 13, fill=FAINT),
            svg.rect(x - 7, top, 14, 196, COLOURS["gold"], 7, opacity=0.5),
        ]
        if post:
            way = [(x + 120, top + 78), (x + 120, top + 104), (x + 12, top + 104)]
            parts += [
                arrow(x + 7, top + 56, x + 72, top + 56),
                *box(x + 72, top + 34, 96, 44, COLOURS["first"], "part"),
                bent_arrow(way, COLOURS["first"], 2),
                plus(x, top + 104),
                *norm_box(x - 37, top + 136, "norm"),
            ]
        else:
            way = [(x + 112, top + 130), (x + 112, top + 156), (x + 12, top + 156)]
            parts += [
                bent_arrow([(x + 7, top + 20), (x + 112, top + 20), (x + 112, top + 34)]),
                *norm_box(x + 75, top + 34, "norm"),
                arrow(x + 112, top + 74, x + 112, top + 90),
                *box(x + 64, top + 90, 96, 40, COLOURS["first"], "part"),
                bent_arrow(way, COLOURS["first"], 2),
                plus(x, top + 156),
            ]
    parts.append(svg.line(250, 48, 250, 284, EDGE))
    alt = (
        "Pre-LN: the part reads the stream through a norm, and its output is added to the stream, which no norm "
        "touches. Post-LN: the part reads the stream, its output is added, and the sum goes through a norm."
    )
    return Picture(svg.document(500, 300, parts, alt), alt)
