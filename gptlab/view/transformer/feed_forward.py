"""A feed-forward network with three hidden units as arrows: each unit asks one question and writes one answer."""

from gptlab.view.kit import svg
from gptlab.view.kit.number_format import three_digits
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.wires import arrow
from gptlab.view.palette import COLOURS, FAINT, INK, PANEL

X = (1.0, 2.0)
W_IN = ((1.0, 0.0, 1.0), (0.0, 1.0, -1.0))  # (C, F)
W_OUT = ((1.0, 0.0), (0.0, 1.0), (5.0, 5.0))  # (F, C)
WIDTH, ROUND = 520, 21  # pixels
COLUMNS = (60, 216, 316, 460)  # x of inputs, hidden units, the same after relu, outputs


def feed_forward_picture() -> Picture:
    """Two channels, three hidden units with relu, two channels, and a number at every wire."""
    hidden = [sum(x * w for x, w in zip(X, column)) for column in zip(*W_IN)]
    kept = [max(0.0, h) for h in hidden]
    out = [sum(h * w for h, w in zip(kept, column)) for column in zip(*W_OUT)]
    two, three = (132.0, 242.0), (97.0, 187.0, 277.0)
    parts = [
        svg.text(16, 29, "One position through a feed-forward network, with relu", 15, weight=600),
        *_heads(),
        *_wires(COLUMNS[0], COLUMNS[1], two, three, W_IN, hidden),
        *_wires(COLUMNS[2], COLUMNS[3], three, two, W_OUT, kept),
    ]
    for y in three:
        parts.append(arrow(COLUMNS[1] + ROUND, y, COLUMNS[2] - ROUND, y))
        parts.append(svg.text((COLUMNS[1] + COLUMNS[2]) / 2, y - 8, "relu", 12.5, "middle", FAINT))
    for x, values, heights, colour in (
        (COLUMNS[0], X, two, "first"),
        (COLUMNS[1], hidden, three, "neutral"),
        (COLUMNS[2], kept, three, "neutral"),
        (COLUMNS[3], out, two, "second"),
    ):
        parts += _circles(x, values, heights, COLOURS[colour])
    said = f"Input {_row(X)}. Hidden units {_row(hidden)}, after relu {_row(kept)}. Output {_row(out)}."
    return Picture(svg.document(WIDTH, 322, parts, said), said)


def _row(values) -> str:
    return ", ".join(three_digits(value) for value in values)


def _heads() -> list[str]:
    words = ("x (…, C)", "x·W1 (…, F)", "(…, F)", "(…, C)")
    return [svg.text(x, 60, word, 13, "middle", FAINT) for x, word in zip(COLUMNS, words)]


def _wires(x1: float, x2: float, tops, bottoms, weights, live) -> list[str]:
    """A line for each weight, with the weight on it; lines of silent units are pale."""
    parts = []
    for i, y1 in enumerate(tops):
        for j, y2 in enumerate(bottoms):
            weight = weights[i][j]
            if weight == 0:
                continue
            silent = len(tops) == 3 and live[i] == 0
            colour = COLOURS["neutral"] if silent else INK
            parts.append(
                svg.line(x1 + ROUND, y1, x2 - ROUND, y2, colour, 1.2, "3 3" if silent else None)
            )
            share = 0.62 if len(tops) == 2 else 0.34
            x, y = x1 + ROUND + share * (x2 - x1 - 2 * ROUND), y1 + share * (y2 - y1)
            half = svg.text_width(three_digits(weight), 13) / 2 + 3
            parts.append(svg.rect(x - half, y - 9, 2 * half, 18, PANEL, 4))
            parts.append(svg.text(x, y + 4.5, three_digits(weight), 13, "middle"))
    return parts


def _circles(x: float, values, heights, colour: str) -> list[str]:
    parts = []
    for value, y in zip(values, heights):
        parts.append(f'<circle cx="{x:g}" cy="{y:g}" r="{ROUND}" fill="{PANEL}"/>')
        parts.append(
            f'<circle cx="{x:g}" cy="{y:g}" r="{ROUND}" fill="{colour}" fill-opacity="0.32" '
            f'stroke="{INK}" stroke-width="1"/>'
        )
        parts.append(svg.text(x, y + 5, three_digits(value), 14, "middle"))
    return parts
