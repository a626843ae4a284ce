"""Packing: short chats in rows of one length, and which token sees which."""

from collections.abc import Sequence

from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, EDGE, FAINT, INK

WIDTH, MARGIN = 520, 14  # pixels
HIGH = 26
TINTS = ("#d7e6f4", "#f7e2c4", "#d5ebda", "#eddbec", "#e5e1d6", "#cfe8ea")  # dark ink on all
PADDING = "#ffffff"


def rows_picture(
    ids: Tensor, segments: Tensor, positions: Tensor, title: str, numbers: bool = True
) -> Picture:
    """Rows of a batch: one tint for each sequence, white for padding.

    numbers  a box for each token with its id, and its position below; else a box for each sequence, with its length
    """
    n_rows, context = ids.shape
    box = (WIDTH - 2 * MARGIN - 44) / context
    step = HIGH + (20 if numbers else 6)
    parts = [svg.text(MARGIN, 28, title, 16, weight=600)]
    lead = (
        "in a box: the id · below: its position"
        if numbers
        else "in a box: its tokens · white: padding"
    )
    parts.append(svg.text(MARGIN, 48, lead, 13, fill=FAINT))
    y = 60.0
    for i in range(n_rows):
        parts.append(svg.text(MARGIN, y + 18, f"row {i}", 13, fill=FAINT))
        for t in range(context) if numbers else ():
            segment = int(segments[i, t])
            label = "·" if segment < 0 else str(int(ids[i, t]))
            x, middle = MARGIN + 44 + t * box, MARGIN + 44 + (t + 0.5) * box - 1
            parts += [
                svg.rect(x, y, box - 2, HIGH, _tint(segment), 3, EDGE),
                svg.text(middle, y + 18, label, 14, "middle"),
            ]
            if segment >= 0:
                place = str(int(positions[i, t]))
                parts.append(svg.text(middle, y + HIGH + 13, place, 12, "middle", fill=FAINT))
        for start, end, segment in () if numbers else _runs(segments[i].tolist()):
            x, wide = MARGIN + 44 + start * box, (end - start) * box
            parts.append(svg.rect(x, y, wide - 1, HIGH, _tint(segment), 3, EDGE))
            if segment >= 0:
                label = str(end - start)
                parts.append(svg.text(x + wide / 2, y + 18, label, 13, "middle"))
        y += step
    filled = float((segments >= 0).float().mean())
    alt = (
        f"{title}. {n_rows} rows of {context} tokens, {int(segments.max()) + 1} sequences, "
        f"{filled:.0%} of the places filled."
    )
    return Picture(svg.document(WIDTH, y + 10, parts, alt), alt)


def _tint(segment: int) -> str:
    return PADDING if segment < 0 else TINTS[segment % len(TINTS)]


def _runs(segments: list[int]) -> list[tuple[int, int, int]]:
    """Where each segment of a row begins and ends: (start, end, segment)."""
    found: list[tuple[int, int, int]] = []
    for t, segment in enumerate(segments):
        if found and found[-1][2] == segment:
            found[-1] = (found[-1][0], t + 1, segment)
        else:
            found.append((t, t + 1, segment))
    return found


def sight_picture(
    visible: Tensor, segments: Sequence[int], words: Sequence[str], title: str
) -> Picture:
    """Who sees whom in one packed row: blue inside a chat, red where one chat looks into another.

    visible  (T, T) bool, True = the row's token may look at the column's
    """
    t = len(words)
    left = MARGIN + 12 + max(svg.text_width(word, 13) for word in words)
    box = min(30.0, (WIDTH - MARGIN - left) / t)
    parts = [
        svg.text(MARGIN, 28, title, 16, weight=600),
        svg.text(
            MARGIN, 48, "row: the token that looks · column: what it looks at", 13, fill=FAINT
        ),
    ]
    top = 62.0
    leaks = 0
    for i in range(t):
        y = top + i * box
        parts.append(
            svg.text(left - 8, y + box / 2 + 4.5, words[i], 13, "end", fill=_ink(segments[i]))
        )
        for j in range(t):
            leak = bool(visible[i, j]) and segments[i] != segments[j]
            leaks += leak
            fill = COLOURS["wrong"] if leak else COLOURS["first"]
            x = left + j * box
            shade = 0.75 if visible[i, j] else 0.0
            parts.append(svg.rect(x + 1, y + 1, box - 2, box - 2, fill, 2, opacity=shade))
            parts.append(svg.rect(x + 1, y + 1, box - 2, box - 2, "none", 2, stroke=EDGE))
    said = f"{leaks} places where one chat sees another" if leaks else "no chat sees another"
    bottom = top + t * box
    ink = COLOURS["wrong"] if leaks else COLOURS["right"]
    parts.append(svg.text(MARGIN, bottom + 22, said, 14, fill=ink, weight=600))
    alt = f"{title}. {t} tokens: {' '.join(words)}; {said}."
    return Picture(svg.document(WIDTH, bottom + 36, parts, alt), alt)


def _ink(segment: int) -> str:
    return CYCLE[segment % len(CYCLE)] if segment >= 0 else INK
