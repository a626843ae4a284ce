"""A recurrent network unrolled over the words of a text, and its states as coloured columns."""

from collections.abc import Sequence

from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, FAINT

STEP, SIDE, MARGIN = 80, 44, 16  # pixels: from box to box, of a box, the edge
LEFT, CELL = 54, 15  # pixels: left of the columns, height of one number
PLUS, MINUS = COLOURS["first"], COLOURS["second"]


def unrolled_picture(words: Sequence[str]) -> Picture:
    """The same cell once for each word: words below, states in the middle, arrows in time."""
    width = 2 * MARGIN + len(words) * STEP + SIDE + 8
    top = 62  # of the states
    low = 176  # of the words
    parts = [
        svg.text(MARGIN, 30, "One cell, used once for each word", 15, weight=600),
        *_box(MARGIN, top, "h₀", FAINT),
    ]
    for t, word in enumerate(words, start=1):
        x = MARGIN + t * STEP
        parts += [
            *_arrow(x - STEP + SIDE + 3, top + SIDE / 2, x - 3, top + SIDE / 2, PLUS),
            *_box(x, top, f"h{_subscript(t)}", COLOURS["you"]),
            *_arrow(x + SIDE / 2, low - 20, x + SIDE / 2, top + SIDE + 3, COLOURS["neutral"]),
            svg.text(x + SIDE / 2, low, svg.shorten(word, STEP - 8, 15), 15, "middle", weight=600),
        ]
    x = MARGIN + STEP + SIDE / 2
    legend = "blue: the same w_hh each time · grey: the same w_xh each time"
    parts += [
        svg.text(x + 8, top + 82, "w_xh", 13, fill=FAINT),
        svg.text(x - STEP / 2, top - 8, "w_hh", 13, "middle", fill=PLUS),
        svg.text(MARGIN, low + 32, legend, 12.5, fill=FAINT),
    ]
    alt = (
        f"A recurrent network unrolled: from h0, one state after each of the words {', '.join(words)}; "
        "each state is made from its word and from the state before, always by the same weights."
    )
    return Picture(svg.document(width, low + 32 + MARGIN, parts, alt), alt)


def states_picture(states: Tensor, words: Sequence[str], title: str) -> Picture:
    """States as coloured columns: one column a word, one row a place of the state.

    states  (T, F), numbers from −1 to 1
    """
    if len(states) != len(words):
        raise ValueError(f"{len(states)} states but {len(words)} words: give one for each")
    wide = min(STEP, 400 // len(words))
    top = 52
    rows = states.shape[1]
    parts = [svg.text(MARGIN, 30, title, 15, weight=600)]
    for t, (column, word) in enumerate(zip(states.tolist(), words)):
        x = LEFT + t * wide
        for f, value in enumerate(column):
            colour = PLUS if value > 0 else MINUS
            opacity = max(0.03, abs(value))
            parts.append(svg.rect(x, top + f * CELL, wide - 3, CELL - 1, colour, opacity=opacity))
        label = svg.shorten(word, wide - 4, 14)
        parts.append(svg.text(x + (wide - 3) / 2, top + rows * CELL + 20, label, 14, "middle"))
    y = top + rows * CELL + 46
    parts.append(
        svg.text(MARGIN, y, "blue: near 1 · orange: near −1 · pale: near 0", 12.5, fill=FAINT)
    )
    means = ", ".join(
        f"{word} {float(column.abs().mean()):.2f}" for word, column in zip(words, states)
    )
    alt = f"{title}. Mean size of the numbers after each word: {means}."
    width = max(480, LEFT + len(words) * wide + MARGIN)
    return Picture(svg.document(width, y + MARGIN, parts, alt), alt)


def _subscript(t: int) -> str:
    """A number as a subscript."""
    return "".join("₀₁₂₃₄₅₆₇₈₉"[int(digit)] for digit in str(t))


def _box(x: float, y: float, label: str, colour: str) -> list[str]:
    return [
        svg.rect(x, y, SIDE, SIDE, "none", 6, stroke=colour),
        svg.text(x + SIDE / 2, y + 28, label, 16, "middle", fill=colour, weight=600),
    ]


def _arrow(x1: float, y1: float, x2: float, y2: float, colour: str) -> list[str]:
    """A line with a head; level or upright."""
    if y1 == y2:
        head = f"{x2 - 7},{y2 - 4} {x2},{y2} {x2 - 7},{y2 + 4}"
    else:
        head = f"{x2 - 4},{y2 + 7} {x2},{y2} {x2 + 4},{y2 + 7}"
    return [
        svg.line(x1, y1, x2, y2, colour, 2),
        f'<polyline points="{head}" fill="none" stroke="{colour}" stroke-width="2"/>',
    ]
