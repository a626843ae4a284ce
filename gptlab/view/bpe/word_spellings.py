"""A word's spellings in a text with how often each occurs, one column for each tokenizer."""

from collections import Counter

from gptlab.view.kit import svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.token_chips import HIGH, INSIDE, MARGIN, SIZE, WIDTH, chip, tint
from gptlab.view.palette import COLOURS, FAINT

GAP = 20  # pixels between two columns
ROW = HIGH + 9
BARS = 78  # pixels: room for a bar and its number


def spellings_picture(word: str, found: dict[str, Counter], most: int = 8) -> Picture:
    """The most frequent spellings of a word, by tokenizer side by side; what has no room is counted.

    found  by tokenizer, the counts of `count_spellings`
    """
    title = f"“{word}”, as the tokens of a text hold it"
    parts = [svg.text(MARGIN, 30, title, 16, weight=600)]
    described = []
    room = (WIDTH - 2 * MARGIN - GAP * (len(found) - 1)) / max(len(found), 1)
    largest = max((n for counts in found.values() for n in counts.values()), default=1)
    height = 0.0
    for k, (name, counts) in enumerate(found.items()):
        left = MARGIN + k * (room + GAP)
        ways = f"{len(counts)} way{'s' * (len(counts) != 1)}"
        parts += [
            svg.text(left, 58, svg.shorten(name, room - 64, 14), 14, fill=FAINT, weight=600),
            svg.text(left + room, 58, ways, 14, "end", weight=600),
        ]
        y = 68.0
        for pieces, n in counts.most_common(most):
            parts += _spelling(pieces, n, left, y, room, n / largest)
            y += ROW
        rest = counts.most_common()[most:]
        if rest:
            more = f"{len(rest)} more, {sum(n for _, n in rest)} × in all"
            parts.append(svg.text(left, y + 14, more, 13, fill=FAINT))
            y += 22
        height = max(height, y)
        rows = [f"{' | '.join(map(visible, pieces))} {n} ×" for pieces, n in counts.most_common()]
        described.append(f"{name}, {ways}: {'; '.join(rows)}")
    alt = f"{title}. {'. '.join(described)}."
    return Picture(svg.document(WIDTH, height + MARGIN, parts, alt), alt)


def _spelling(
    pieces: tuple[bytes, ...], n: int, left: float, y: float, room: float, share: float
) -> list[str]:
    """One spelling as chips, a bar and its number after them."""
    parts = []
    x = left
    for piece in pieces:
        label = svg.shorten(visible(piece), room - BARS - 2 * INSIDE, SIZE)
        wide = svg.text_width(label, SIZE) + 2 * INSIDE
        if x + wide > left + room - BARS - (0 if piece is pieces[-1] else 14):
            parts.append(svg.text(x + 2, y + 17, "…", SIZE, fill=FAINT))
            break
        parts += chip(label, x, y, wide, tint(piece))
        x += wide + 3
    bar = left + room - BARS + 8
    long = max(2.0, share * (BARS - 44))
    return [
        *parts,
        svg.rect(bar, y + 5, long, HIGH - 10, COLOURS["neutral"], radius=2),
        svg.text(bar + long + 6, y + 17, f"{n} ×", 13, fill=FAINT),
    ]
