"""Under-trained tokens drawn: every token's embedding, by how often the text holds the token."""

import math

from torch import Tensor

from gptlab.experiments.bpe.undertrained_tokens import cosine_to_token
from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT

WIDTH = 520  # pixels
LEFT = 56
RIGHT = 504
TOP = 92
HIGH = 250
NEVER = 60  # width of the strip for tokens that never occur
SEEN = LEFT + NEVER + 16  # where the others begin
TITLE = "How like an impossible byte's is each token's vector?"
AXIS = "cosine with the vector of byte ff (1: the same direction)"


def undertrained_tokens_picture(counts: Tensor, vectors: Tensor) -> Picture:
    """A point for each token: how often it occurs, and how like an impossible byte's its vector is.

    counts   (V) int, in a stretch of training text
    vectors  (V, C) float, the rows of the embedding
    """
    cosines = cosine_to_token(vectors)
    decades = math.log10(max(int(counts.max()), 10))
    unit = (RIGHT - SEEN) / decades
    foot = TOP + HIGH + 34
    parts = [
        svg.text(14, 30, TITLE, 16, weight=600),
        svg.text(14, 52, AXIS, 13, fill=FAINT),
    ]
    for value, label in ((1, "1"), (0.5, "0.5"), (0, "0")):
        parts += [
            svg.line(LEFT, _y(value), RIGHT, _y(value), EDGE),
            svg.text(LEFT - 8, _y(value) + 5, label, 13, "end", fill=FAINT),
        ]
    n_never = f"{int((counts == 0).sum()):,} tokens"
    parts += [
        svg.text(LEFT + 2, _y(1) - 10, n_never, 13, fill=COLOURS["wrong"], weight=600),
        svg.text(LEFT + NEVER / 2, foot, "never", 13, "middle", fill=COLOURS["wrong"], weight=600),
    ]
    for power in range(int(decades) + 1):
        parts.append(
            svg.text(SEEN + unit * power, foot, f"{10**power:,}", 13, "middle", fill=FAINT)
        )
    axis = "times in a stretch of the training text"
    parts.append(svg.text(RIGHT, foot + 22, axis, 13, "end", fill=FAINT))
    parts += _dots(counts.tolist(), cosines.tolist(), unit)
    alt = _describe(counts, cosines)
    return Picture(svg.document(WIDTH, foot + 36, parts, alt), alt)


def _dots(counts: list[int], cosines: list[float], unit: float) -> list[str]:
    """One path of dots for the tokens that never occur, and one for the others."""
    never: list[str] = []
    seen: list[str] = []
    for i, (n, cosine) in enumerate(zip(counts, cosines)):
        if n:
            seen.append(f"M{SEEN + unit * math.log10(n):.0f} {_y(cosine):.0f}h.1")
        else:  # side by side, so that one sees how many they are
            shift = (i * 37 % 100) / 100
            never.append(f"M{LEFT + 4 + shift * (NEVER - 8):.0f} {_y(cosine):.0f}h.1")
    return [
        f'<path d="{"".join(dots)}" stroke="{colour}" stroke-width="4" stroke-linecap="round" '
        f'opacity="0.45"/>'
        for dots, colour in ((never, COLOURS["wrong"]), (seen, COLOURS["neutral"]))
    ]


def _y(cosine: float) -> float:
    """The height of a cosine; those below −0.2 are drawn at the foot."""
    return TOP + HIGH * (1 - (max(cosine, -0.2) + 0.2) / 1.2)


def _describe(counts: Tensor, cosines: Tensor) -> str:
    never = counts == 0
    same = cosines > 0.99
    return (
        f"Of {len(counts):,} tokens {int(never.sum()):,} never occur in this text. "
        f"{int((never & same).sum()):,} of their vectors, and {int((~never & same).sum()):,} of the others', "
        "point the same way as the vector of a byte that no text can hold."
    )
