"""K ranked replies as a triangle of pairs: every reply against every one ranked below it."""

import math
from collections.abc import Sequence

from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT

WIDTH, MARGIN = 520, 14
SIDE, HIGH = 86, 44  # of a cell


def triangle_picture(rewards: Sequence[float], names: Sequence[str] = ()) -> Picture:
    """Rewards best first; each cell is a pair, and holds σ(r_row − r_column), the probability given to the row."""
    k = len(rewards)
    names = names or [chr(ord("A") + i) for i in range(k)]
    left, top = 112, 74
    parts = [
        svg.text(MARGIN, 28, f"{k} replies, best first: {k * (k - 1) // 2} pairs", 16, weight=600),
        svg.text(left, 50, "ranked lower →", 13, fill=FAINT),
    ]
    for j in range(1, k):
        x = left + (j - 1) * SIDE + SIDE / 2
        parts.append(svg.text(x, top - 6, f"{names[j]}: {_number(rewards[j])}", 13.5, "middle"))
    said = []
    for i in range(k - 1):
        y = top + i * HIGH
        parts.append(svg.text(left - 10, y + 27, f"{names[i]}: {_number(rewards[i])}", 14, "end"))
        for j in range(1, k):
            x = left + (j - 1) * SIDE
            if j <= i:
                continue
            gap = rewards[i] - rewards[j]
            p = 1 / (1 + math.exp(-gap))
            edge = COLOURS["right"] if gap > 0 else COLOURS["wrong"]
            parts.append(svg.rect(x + 2, y + 2, SIDE - 4, HIGH - 4, "#ffffff", 5, edge))
            parts.append(svg.text(x + SIDE / 2, y + 20, f"{p:.2f}", 15, "middle", weight=600))
            loss = f"loss {-math.log(p):.2f}"
            parts.append(svg.text(x + SIDE / 2, y + 36, loss, 12, "middle", FAINT))
            said.append(f"{names[i]} above {names[j]}: {p:.2f}")
    y = top + (k - 1) * HIGH + 8
    foot = "green: the model agrees with the order; red: it would turn the two around"
    parts.append(svg.text(MARGIN, y + 16, foot, 13, fill=FAINT))
    alt = f"{k} replies with rewards {', '.join(map(_number, rewards))}, best first. " + "; ".join(
        said
    )
    return Picture(
        svg.document(max(WIDTH, left + (k - 1) * SIDE + MARGIN), y + 30, parts, alt), alt
    )


def readings_picture(most: int = 9) -> Picture:
    """How many times the network reads a reply: pair by pair, or all pairs of a ranking together."""
    parts = [svg.text(MARGIN, 28, "Replies that the network reads for one ranking", 16, weight=600)]
    left, room = 92, WIDTH - 92 - MARGIN - 44
    said = []
    y = 44.0
    for k in (2, 4, most):
        pairs = k * (k - 1) // 2
        head = f"K = {k}" if k > 2 else "K = 2"
        parts.append(svg.text(left - 10, y + 25, head, 14, "end", weight=600))
        for value, colour, name in (
            (2 * pairs, COLOURS["second"], "pair by pair"),
            (k, COLOURS["first"], "all together"),
        ):
            width = room * value / (most * (most - 1))
            parts.append(svg.rect(left, y, width, 15, colour, 2))
            label = f"{value}" + (f" {name}" if k == 2 else "")
            parts.append(svg.text(left + width + 6, y + 12.5, label, 13))
            y += 18
        said.append(f"K = {k}, {pairs} pairs: {2 * pairs} readings pair by pair, {k} together")
        y += 12
    parts.append(svg.line(left, 40, left, y - 8, EDGE, 1))
    alt = "Replies that the network reads for one ranking. " + "; ".join(said) + "."
    return Picture(svg.document(WIDTH, y + 4, parts, alt), alt)


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
