"""One round of the loop that writes: what a model gives after the last tokens, a draw from each, a new column."""

from collections.abc import Sequence

from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.kit.number_format import percent
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.wires import arrow
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK, PANEL

WIDTH = 520
LEFT = 16
CELL, HIGH = 62, 30  # a token's box
BAR, TALL = 30, 46  # column of a bar, height of one that is certain
TITLE = 22  # a line of text


def one_round_picture(
    words: Sequence[str], ids: Tensor, probabilities: Tensor, drawn: Sequence[int]
) -> Picture:
    """Texts as rows; after their last tokens, the probabilities of the next; what was drawn, as a new column.

    words          the vocabulary
    ids            (B, T) int
    probabilities  (B, T, V) float, what a model gives for the ids
    drawn          (B) ids
    """
    n, t = ids.shape
    v = len(words)
    parts = [
        svg.text(LEFT, 30, f"1   ids (B, T) = ({n}, {t}): {n} texts of {t} tokens", 15, weight=600)
    ]
    y = 42.0
    for row in ids.tolist():
        parts += _tokens([words[i] for i in row], y)
        y += HIGH
    parts += _down(LEFT + (t - 0.5) * CELL, y)
    y += 34
    title = f"2   the model gives (B, T, V) = ({n}, {t}, {v}) numbers"
    parts.append(svg.text(LEFT, y + 14, title, 15, weight=600))
    y += TITLE + 10
    for b in range(n):
        for place in range(t):
            x, needed = LEFT + place * _step(t), place == t - 1
            after = f"after {words[ids[b, place]]}"
            parts.append(svg.text(x, y + 8, after, 12, fill=INK if needed else FAINT))
            parts += _small_bars(probabilities[b, place].tolist(), words, x, y, needed)
        y += TALL + 40
    parts.append(
        svg.text(LEFT, y + 4, "only those after the last tokens (blue) are needed", 13, fill=FAINT)
    )
    y += 18
    parts += _down(LEFT + (t - 0.5) * _step(t), y - 8)
    y += 26
    parts.append(
        svg.text(
            LEFT,
            y + 14,
            f"3   a draw for each text, appended: (B, T+1) = ({n}, {t + 1})",
            15,
            weight=600,
        )
    )
    y += TITLE + 4
    for row, new in zip(ids.tolist(), drawn):
        parts += _tokens([words[i] for i in row], y)
        parts += _new(words[new], LEFT + t * CELL, y)
        y += HIGH
    alt = (
        f"One round of the loop. {n} texts of {t} tokens: "
        + "; ".join(" ".join(words[i] for i in row) for row in ids.tolist())
        + f". The model gives {v} probabilities after each token. After the last ones: "
        + "; ".join(_described(probabilities[b, -1].tolist(), words) for b in range(n))
        + f". Drawn and appended: {', '.join(words[i] for i in drawn)}."
    )
    return Picture(svg.document(WIDTH, y + 16, parts, alt), alt)


def _step(t: int) -> float:
    """From one position's bars to the next one's."""
    return (WIDTH - 2 * LEFT) / t


def _tokens(labels: Sequence[str], y: float) -> list[str]:
    parts = []
    for i, label in enumerate(labels):
        x = LEFT + i * CELL
        parts += [
            svg.rect(x + 1, y + 1, CELL - 2, HIGH - 2, PANEL, 3, stroke=EDGE),
            svg.text(x + CELL / 2, y + 20, label, 15, "middle"),
        ]
    return parts


def _new(label: str, x: float, y: float) -> list[str]:
    return [
        svg.rect(x + 1, y + 1, CELL - 2, HIGH - 2, COLOURS["you"], 3),
        svg.text(x + CELL / 2, y + 20, label, 15, "middle", "#ffffff", 600),
    ]


def _small_bars(
    shares: Sequence[float], words: Sequence[str], x: float, y: float, needed: bool
) -> list[str]:
    """The probabilities after one position, upright; pale where they are not needed."""
    base = y + TALL + 14
    wide = min(BAR, 30)
    parts = [svg.line(x, base, x + len(words) * wide, base)]
    for i, (share, word) in enumerate(zip(shares, words)):
        middle = x + (i + 0.5) * wide
        if share:
            high = TALL * share
            colour = COLOURS["first" if needed else "neutral"]
            parts.append(
                svg.rect(middle - 9, base - high, 18, high, colour, 2, opacity=1 if needed else 0.4)
            )
            if needed:
                parts.append(svg.text(middle, base - high - 3, percent(share), 11, "middle"))
        parts.append(svg.text(middle, base + 14, word, 12, "middle", INK if needed else FAINT))
    return parts


def _down(x: float, y: float) -> list[str]:
    return [arrow(x, y + 4, x, y + 28)]


def _described(shares: Sequence[float], words: Sequence[str]) -> str:
    return ", ".join(f"{word} {percent(share)}" for word, share in zip(words, shares) if share)
