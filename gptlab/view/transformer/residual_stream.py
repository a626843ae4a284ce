"""The residual stream as pictures: how layers share it, how much each part writes, who wrote which token, and how
more features than channels find room in it."""

import math
from collections.abc import Sequence

from torch import Tensor

from gptlab.experiments.transformer.superposition import KEPT, Stored
from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, EDGE, FAINT, INK

WIDTH, MARGIN, ROW, NAMES = 500, 16, 30, 150  # pixels
PANEL, UNIT = 186, 62  # pixels: a panel of directions, and a direction of length 1 in it


def residual_stream_picture(n_layers: int = 2) -> Picture:
    """How layers share one stream: each reads a normalised copy and adds its result."""
    x = 120  # of the stream
    top = 62
    step = 74  # from part to part
    bottom = top + step * (2 * n_layers) + 46
    parts = [
        svg.text(MARGIN, 30, "The residual stream of one position", 15, weight=600),
        svg.rect(x - 9, top - 14, 18, bottom - top, COLOURS["gold"], 9, opacity=0.55),
        svg.text(x - 22, top, "token", 14, "end"),
        svg.text(x - 22, top + 18, "+ position", 14, "end"),
        svg.text(x - 22, bottom - 20, "stream", 14, "end", weight=600),
        svg.text(x + 20, bottom - 20, "→ norm → head: the next token", 14),
    ]
    names = []
    for layer in range(n_layers):
        y = top + 28 + 2 * layer * step
        names += [f"layer {layer} · attention", f"layer {layer} · feed-forward"]
        parts += _part(x, y, names[-2], "fetches from other tokens", COLOURS["first"])
        parts += _part(x, y + step, names[-1], "works on this token alone", COLOURS["second"])
    alt = (
        f"A stream runs from token + position at the top to the head at the bottom. {', '.join(names)}: each reads a "
        "normalised copy of the stream and adds its result to it."
    )
    return Picture(svg.document(WIDTH, bottom - 4, parts, alt), alt)


def _part(x: float, y: float, name: str, does: str, colour: str) -> list[str]:
    """One part beside the stream at x: an arrow out through a norm, the part, and an arrow back."""
    way_back = f"M {x + 234:g} {y + 34:g} v 12 H {x + 14:g}"
    return [
        _arrow(x + 9, y + 10, x + 44, y + 10),
        svg.rect(x + 46, y - 4, 50, 28, "#ffffff", 5, stroke=EDGE),
        svg.text(x + 71, y + 15, "norm", 13, "middle"),
        _arrow(x + 96, y + 10, x + 118, y + 10),
        svg.rect(x + 120, y - 12, 228, 46, colour, 6, opacity=0.18, stroke=colour),
        svg.text(x + 130, y + 7, name, 14, weight=600),
        svg.text(x + 130, y + 25, does, 13),
        f'<path d="{way_back}" fill="none" stroke="{colour}" stroke-width="2"/>',
        f'<path d="M {x + 20:g} {y + 41:g} l -9 5 l 9 5 z" fill="{colour}"/>',
        svg.text(x - 22, y + 51, "+ its output", 13, "end", fill=colour, weight=600),
    ]


def _arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    head = f"M {x2 - 7:g} {y2 - 4:g} L {x2:g} {y2:g} L {x2 - 7:g} {y2 + 4:g} z"
    return svg.line(x1, y1, x2 - 5, y2, FAINT, 1.6) + f'<path d="{head}" fill="{FAINT}"/>'


def contribution_norms_picture(contributions: Tensor, names: Sequence[str]) -> Picture:
    """How long each contribution to one position is, and the stream after it.

    contributions  (parts, C), from `interpret.residual_stream.residual_contributions` at one position
    names          of the parts
    """
    lengths = contributions.norm(dim=-1).tolist()
    after = contributions.cumsum(dim=0).norm(dim=-1).tolist()
    left = MARGIN + NAMES
    scale = (WIDTH - 2 * MARGIN - NAMES - 96) / max(after)
    title = "Length of each output, and of the stream after it"
    parts = [svg.text(MARGIN, 30, title, 15, weight=600)]
    said = []
    for i, (name, length, stream) in enumerate(zip(names, lengths, after)):
        y = 44 + i * ROW
        colour = COLOURS["gold"] if i == 0 else COLOURS["first"] if i % 2 else COLOURS["second"]
        parts += [
            svg.text(left - 10, y + 20, name, 14, "end"),
            svg.rect(left, y + 4, scale * stream, ROW - 8, EDGE, 3),
            svg.rect(left, y + 8, scale * length, ROW - 16, colour, 2),
            svg.text(left + scale * stream + 8, y + 20, f"{length:.1f} → {stream:.1f}", 13),
        ]
        said.append(f"{name} {length:.1f}, then {stream:.1f}")
    foot = 44 + len(lengths) * ROW + 18
    legend = "coloured: what the part wrote · grey: the whole stream after it"
    parts.append(svg.text(MARGIN, foot, legend, 12.5, fill=FAINT))
    alt = f"Length of each output, and of the stream after it: {'; '.join(said)}."
    return Picture(svg.document(WIDTH, foot + MARGIN, parts, alt), alt)


def attribution_picture(shares: Tensor, names: Sequence[str], title: str) -> Picture:
    """What each part adds to a lead, or takes from it.

    shares  (parts + 1), from `interpret.residual_stream.direct_logit_attribution`
    """
    values = shares.tolist()
    names = [*names, "last norm's bias"]
    left = MARGIN + NAMES
    longest = max(abs(value) for value in values)
    lowest = max(0.0, -min(values))  # how far bars reach to the left of zero
    scale = (WIDTH - 2 * MARGIN - NAMES - 96) / (longest + lowest)
    zero = left + 46 * (lowest > 0) + lowest * scale
    parts = [svg.text(MARGIN, 30, title, 15, weight=600)]
    said = []
    for i, (name, value) in enumerate(zip(names, values)):
        y = 44 + i * ROW
        number = f"{value:+.1f}".replace("-", "−")
        parts.append(svg.text(left - 10, y + 20, name, 14, "end"))
        parts += _signed_bar(zero, y, value * scale, number)
        said.append(f"{name} {number}")
    bottom = 44 + len(values) * ROW
    total = f"{sum(values):+.1f}"
    parts += [
        svg.line(zero, 44, zero, bottom, INK, 1.2),
        svg.text(left - 10, bottom + 20, "sum", 14, "end", weight=600),
        svg.text(zero + 7, bottom + 20, total.replace("-", "−"), 14, weight=600),
    ]
    alt = f"{title}: {'; '.join(said)}; sum {total}."
    return Picture(svg.document(WIDTH, bottom + 20 + MARGIN, parts, alt), alt)


def _signed_bar(zero: float, y: float, length: float, number: str) -> list[str]:
    """A bar to the right of zero, or to the left for a negative length, with its number at its end."""
    width = abs(length)
    if length >= 0:
        bar = svg.rect(zero, y + 5, max(1, width), ROW - 10, COLOURS["first"], 2, opacity=0.85)
        return [bar, svg.text(zero + width + 7, y + 20, number, 13.5)]
    bar = svg.rect(zero - width, y + 5, max(1, width), ROW - 10, COLOURS["second"], 2, opacity=0.85)
    return [bar, svg.text(zero - width - 7, y + 20, number, 13.5, "end")]


def directions_picture(stored: dict[float, Stored]) -> Picture:
    """Where in two channels each feature is written, one panel for each density; a grey ring has radius 1."""
    parts = [svg.text(MARGIN, 30, "Five features in two channels", 15, weight=600)]
    said = []
    for place, (density, found) in enumerate(stored.items()):
        x, y = MARGIN + PANEL * (place + 0.5), 148.0
        ring = f'<circle cx="{x:g}" cy="{y:g}" r="{UNIT}" fill="none" stroke="{EDGE}"/>'
        parts += [ring, svg.line(x - 80, y, x + 80, y), svg.line(x, y - 80, x, y + 80)]
        for number, direction in enumerate(found.directions.tolist(), start=1):
            parts += _direction(x, y, direction, str(number), CYCLE[number - 1])
        kept = f"{found.kept} of {len(found.directions)} kept"
        parts += [
            svg.text(
                x, y + 112, f"present {100 * density:.0f} % of the time", 12.5, "middle", FAINT
            ),
            svg.text(x, y + 132, kept, 14, "middle", weight=600),
        ]
        angles = ", ".join(f"{number} at {angle}°" for number, angle in _angles(found))
        said.append(f"each present {100 * density:.0f} % of the time: {kept}, {angles}")
    alt = f"The directions of five features in two channels. {'; '.join(said)}."
    return Picture(svg.document(2 * MARGIN + PANEL * len(stored), 300, parts, alt), alt)


def _direction(x: float, y: float, direction: list[float], name: str, colour: str) -> list[str]:
    """A line from the middle to where a feature of size 1 is written, with its name if it is kept."""
    right, up = direction
    end_x, end_y = x + UNIT * right, y - UNIT * up
    drawn = [
        svg.line(x, y, end_x, end_y, colour, 3),
        f'<circle cx="{end_x:.4g}" cy="{end_y:.4g}" r="5" fill="{colour}"/>',
    ]
    length = math.hypot(right, up)
    if length > KEPT:
        away = 16 / length
        named = end_x + away * right, end_y - away * up + 5
        drawn.append(svg.text(*named, name, 14, "middle", colour, 600))
    return drawn


def _angles(found: Stored) -> list[tuple[int, int]]:
    """The number of each feature that is kept, and its angle in degrees."""
    return [
        (number, round(math.degrees(math.atan2(up, right))) % 360)
        for number, (right, up) in enumerate(found.directions.tolist(), start=1)
        if math.hypot(right, up) > KEPT
    ]
