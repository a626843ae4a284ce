"""One page as many exercises: at each position the words so far, and the next word to predict."""

from collections.abc import Sequence

from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK, PANEL

MARGIN, HIGH, TOP = 16, 34, 66  # pixels


def exercises_picture(words: Sequence[str]) -> Picture:
    """A row for each word but the last: what is visible, what must be predicted, what is hidden."""
    wide = max(svg.text_width(word, 15) for word in words) + 22
    parts = [
        svg.text(
            MARGIN,
            28,
            f"One text of {len(words)} words: {len(words) - 1} exercises",
            15,
            weight=600,
        ),
        svg.text(
            MARGIN, 50, "blue: visible · purple: to be predicted · empty: hidden", 13, fill=FAINT
        ),
    ]
    said = []
    for t in range(len(words) - 1):
        for j, word in enumerate(words):
            x, y = MARGIN + j * wide, TOP + t * HIGH
            colour = COLOURS["first"] if j <= t else COLOURS["you"]
            parts.append(svg.rect(x + 1, y + 1, wide - 2, HIGH - 2, PANEL, 3, stroke=EDGE))
            if j <= t + 1:
                parts.append(svg.rect(x + 1, y + 1, wide - 2, HIGH - 2, colour, 3, opacity=0.24))
                shown = word if j <= t else f"{word}?"
                parts.append(svg.text(x + wide / 2, y + 22, shown, 15, "middle", INK))
        said.append(f"{' '.join(words[: t + 1])} → {words[t + 1]}")
    alt = f"A text as {len(words) - 1} exercises: {'; '.join(said)}."
    height = TOP + (len(words) - 1) * HIGH + MARGIN
    return Picture(svg.document(max(430, 2 * MARGIN + len(words) * wide), height, parts, alt), alt)
