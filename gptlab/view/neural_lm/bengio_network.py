"""A diagram of Bengio's network, from bottom to top: words, their vectors, the hidden layer, the scores."""

from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, EDGE, FAINT, INK, PANEL

WIDTH = 480  # pixels
HEIGHT = 436
CENTRE = 306  # of the drawing; what things are called is written left of it
STATIONS = (  # height, what it is, its shape for one text: T = 3 words, C = 4, F = 6
    (106, "scores", "V numbers"),
    (168, "w_out, b_out", "(F, V) and (V)"),
    (206, "hidden layer", "tanh: F = 6 numbers"),
    (248, "w_hidden, b_hidden", "(T·C, F) and (F)"),
    (290, "side by side", "T·C = 12 numbers"),
    (364, "look up rows", "embedding (V, C)"),
    (412, "context_ids", "T = 3 words"),
)
CELL = 15
WORDS = ("capital", "of", "Peru")
SCORES = (("is", 0.8), (",", 0.45), (".", 0.2), ("pay", 0.08))
TINTS = (CYCLE[0], CYCLE[2], CYCLE[5])  # one for each place in the context
SHADES = (
    (0.9, 0.35, 0.6, 0.2),
    (0.25, 0.8, 0.4, 0.65),
    (0.5, 0.2, 0.95, 0.4),
)  # how dark a vector's cells are


def network_picture() -> Picture:
    """The network with three words in its context, drawn as an example, not measured."""
    columns = [CENTRE - 106, CENTRE, CENTRE + 106]
    parts = [svg.text(16, 29, "From the words before to the next word", 15, weight=600)]
    for x, word, tint, shades in zip(columns, WORDS, TINTS, SHADES):
        parts += [
            svg.text(x, 414, word, 15, "middle", weight=600),
            svg.line(x, 398, x, 378, tint, 1.6),
        ]
        parts += _cells(x - 2 * CELL, 358, tint, shades)
        parts.append(svg.line(x, 358, CENTRE + (x - CENTRE) * 0.56, 302, tint, 1.6))
    for i, (tint, shades) in enumerate(zip(TINTS, SHADES)):
        parts += _cells(CENTRE + (4 * i - 6) * CELL, 282, tint, shades)
    parts += _fan((CENTRE, 282), 6 * CELL, (CENTRE, 222), 5 * 17)
    for i in range(6):
        x = CENTRE + (i - 2.5) * 32
        parts.append(
            f'<circle cx="{x:g}" cy="210" r="11" fill="{PANEL}" stroke="{INK}" stroke-width="1.5"/>'
        )
    parts += _fan((CENTRE, 198), 5 * 17, (CENTRE, 150), 9 * CELL)
    for i, (word, share) in enumerate(SCORES):
        x = CENTRE + (i - 1.5) * 78
        parts += [
            svg.rect(x - 14, 122 - 66 * share, 28, 66 * share, COLOURS["neutral"], 2),
            svg.text(x, 140, word, 14, "middle"),
        ]
    for y, name, shape in STATIONS:
        parts += [
            svg.text(16, y, name, 13, weight=600),
            svg.text(16, y + 16, shape, 12, fill=FAINT),
        ]
    alt = (
        f"The words {', '.join(WORDS)} at the bottom; each is looked up and becomes a row of 4 "
        "numbers; the rows stand side by side, are mixed into a hidden layer through tanh, "
        "and that gives a score for every word of the vocabulary. "
        f"Upwards: {'; '.join(f'{name}, {shape}' for _, name, shape in reversed(STATIONS))}."
    )
    return Picture(svg.document(WIDTH, HEIGHT, parts, alt), alt)


def _cells(x: float, y: float, tint: str, shades: tuple[float, ...]) -> list[str]:
    """A vector as a row of boxes, darker for larger numbers."""
    parts = []
    for i, shade in enumerate(shades):
        parts += [
            svg.rect(x + i * CELL, y, CELL, 20, tint, opacity=shade),
            svg.rect(x + i * CELL, y, CELL, 20, "none", stroke=tint),
        ]
    return parts


def _fan(
    low: tuple[float, float], low_half: float, high: tuple[float, float], high_half: float
) -> list[str]:
    """Lines from everything below to everything above."""
    spots = (-1, -0.5, 0, 0.5, 1)
    return [
        svg.line(low[0] + a * low_half, low[1], high[0] + b * high_half, high[1], EDGE, 1)
        for a in spots
        for b in spots
    ]
