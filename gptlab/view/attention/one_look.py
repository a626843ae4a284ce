"""One look drawn as a mechanism: a query meets every key, scores become shares, and the values are mixed."""

import math
from collections.abc import Sequence

from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.kit.number_format import fixed_places, three_digits
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK, PANEL

MARGIN, BOX, HIGH, BAR = (
    16,
    38,
    30,
    74,
)  # pixels: margin, a number's box, its height, the widest bar


def numbers(x: float, y: float, row: Sequence[float], colour: str | None = None) -> list[str]:
    """A vector as boxes side by side."""
    parts = []
    for j, value in enumerate(row):
        left = x + j * BOX
        parts.append(svg.rect(left + 1, y + 1, BOX - 2, HIGH - 2, PANEL, 3, stroke=EDGE))
        if colour:
            parts.append(svg.rect(left + 1, y + 1, BOX - 2, HIGH - 2, colour, 3, opacity=0.28))
        parts.append(svg.text(left + BOX / 2, y + 20, short(value), 14, "middle"))
    return parts


def short(value: float) -> str:
    """A number for a box: a whole one as it is, another with two places, or one if that is enough."""
    tenths = round(value * 10)
    return fixed_places(value, 1 if abs(value * 10 - tenths) < 1e-6 else 2)


def look_picture(
    query: Tensor,
    keys: Tensor,
    values: Tensor,
    asks: str,
    names: Sequence[str],
    channels: tuple[str, str],
    scaled: bool = False,
) -> Picture:
    """A query, and for each key its score, its share and its value; at the bottom the mixture.

    query     (D), keys (S, D), values (S, D)
    asks      what the query is called
    channels  what the numbers of a key mean, and those of a value
    scaled    divide the scores by √D
    """
    scores = keys @ query / (math.sqrt(len(query)) if scaled else 1.0)
    shares = scores.softmax(0)
    mixture = shares @ values
    width = BOX * len(query)
    name = MARGIN + max(svg.text_width(one, 15) for one in [*names, asks]) + 10
    key, score = name, name + max(width, svg.text_width(f"keys: {channels[0]}", 13)) + 18
    share = score + 58
    value = share + BAR + 52
    top = 116
    head = "q · k" + (" / √D" if scaled else "")
    parts = [
        svg.text(MARGIN, 30, f"One query, “{asks}”, and what it gets", 15, weight=600),
        svg.text(name - 10, 72, "query", 15, "end", COLOURS["you"], 600),
        *numbers(key, 52, query.tolist(), COLOURS["you"]),
        svg.text(key, top - 10, f"keys: {channels[0]}", 13, fill=FAINT),
        svg.text(score, top - 10, head, 13, fill=FAINT),
        svg.text(share, top - 10, "share", 13, fill=FAINT),
        svg.text(value, top - 10, f"values: {channels[1]}", 13, fill=FAINT),
    ]
    for s, one in enumerate(names):
        y = top + s * (HIGH + 6)
        part = float(shares[s])
        parts += [
            svg.text(name - 10, y + 20, one, 15, "end"),
            *numbers(key, y, keys[s].tolist()),
            svg.text(score + 20, y + 20, three_digits(float(scores[s])), 14, "middle", weight=600),
            svg.rect(share, y + 6, max(1.5, BAR * part), HIGH - 12, COLOURS["first"], 2),
            svg.text(share + BAR * part + 6, y + 20, f"{part:.0%}".replace("%", " %"), 13),
            *numbers(value, y, values[s].tolist(), COLOURS["first"]),
        ]
    foot = top + len(names) * (HIGH + 6) + 8
    parts += [
        svg.line(share, foot - 6, value + BOX * values.shape[1], foot - 6, EDGE),
        svg.text(value - 12, foot + 20, "sum of share · value", 14, "end", INK, 600),
        *numbers(value, foot, mixture.tolist(), COLOURS["you"]),
    ]
    said = "; ".join(
        f"{one}: score {three_digits(float(a))}, share {float(b):.0%}"
        for one, a, b in zip(names, scores, shares)
    )
    alt = (
        f"The query {asks}, ({', '.join(three_digits(x) for x in query.tolist())}), against {len(names)} keys. {said}. "
        f"The mixture of the values is ({', '.join(three_digits(x) for x in mixture.tolist())})."
    )
    wide = value + max(BOX * values.shape[1], svg.text_width(f"values: {channels[1]}", 13)) + MARGIN
    return Picture(svg.document(wide, foot + HIGH + MARGIN, parts, alt), alt)
