"""Tokens that training never met: every token's vector, by how often the text holds the token."""

import math

import torch
from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.palette import COLOURS, EDGE, FAINT

WIDTH, LEFT, RIGHT, TOP, HIGH = 520, 56, 504, 66, 250  # pixels
NEVER = 60  # pixels: the strip for tokens that never occur
IMPOSSIBLE = 0xFF  # a byte that no UTF-8 text holds (RFC 3629, section 3): its token cannot have been trained


def likeness(vectors: Tensor, token: int = IMPOSSIBLE) -> Tensor:
    """How nearly each token's vector points where that of `token` points: 1 is the same direction.

        cos(e_i, e_t) = e_i · e_t / (|e_i| |e_t|)        as in Land & Bartolo 2024

    vectors  (V, C) float
    ->       (V) float
    """
    return torch.nn.functional.cosine_similarity(
        vectors.float(), vectors[token].float()[None], dim=1
    )


def untrained_picture(counts: Tensor, vectors: Tensor) -> tuple[str, str]:
    """(SVG, description): a point for each token; how often it occurs, and how like an impossible byte its vector is.

    counts   (V) int, in a stretch of training text
    vectors  (V, C) float, the rows of the embedding
    """
    alike, most = likeness(vectors).tolist(), max(int(counts.max()), 10)
    scale = (RIGHT - LEFT - NEVER - 16) / math.log10(most)
    dots: dict[str, list[str]] = {"ppo": [], "base": []}
    for i, (n, c) in enumerate(zip(counts.tolist(), alike)):
        shift = (
            i * 37 % 100
        ) / 100  # tokens that never occur stand side by side, so that one sees how many they are
        x = LEFT + NEVER + 16 + scale * math.log10(n) if n else LEFT + 4 + shift * (NEVER - 8)
        dots["base" if n else "ppo"].append(f"M{x:.0f} {_y(c):.0f}h.1")
    parts = [
        svg.text(14, 30, "How like an impossible byte's is each token's vector?", 16, weight=600)
    ]
    for value, label in ((1, "1"), (0.5, "0.5"), (0, "0")):
        parts += [
            svg.line(LEFT, _y(value), RIGHT, _y(value), EDGE),
            svg.text(LEFT - 8, _y(value) + 5, label, 13, "end", fill=FAINT),
        ]
    foot = TOP + HIGH + 34
    parts.append(
        svg.text(
            LEFT + 2,
            _y(1) - 10,
            f"{int((counts == 0).sum()):,} tokens",
            13,
            fill=COLOURS["ppo"],
            weight=600,
        )
    )
    parts.append(
        svg.text(LEFT + NEVER / 2, foot, "never", 13, "middle", fill=COLOURS["ppo"], weight=600)
    )
    for power in range(int(math.log10(most)) + 1):
        parts.append(
            svg.text(
                LEFT + NEVER + 16 + scale * power, foot, f"{10**power:,}", 13, "middle", fill=FAINT
            )
        )
    parts.append(
        svg.text(RIGHT, foot + 22, "times in a stretch of the training text", 13, "end", fill=FAINT)
    )
    for name, path in dots.items():
        parts.append(
            f'<path d="{"".join(path)}" stroke="{COLOURS[name]}" stroke-width="4" stroke-linecap="round" '
            f'opacity="0.45"/>'
        )
    alt = _told(counts, torch.tensor(alike))
    return svg.document(WIDTH, foot + 36, parts, alt), alt


def _y(value: float) -> float:
    """Where a likeness stands; those below −0.2 stand at the foot."""
    return TOP + HIGH * (1 - (max(value, -0.2) + 0.2) / 1.2)


def _told(counts: Tensor, alike: Tensor) -> str:
    never, same = counts == 0, alike > 0.99
    return (
        f"Of {len(counts):,} tokens {int(never.sum()):,} never occur in this text; the vectors of "
        f"{int((never & same).sum()):,} of them point where that of an impossible byte points, and of "
        f"{int((~never & same).sum()):,} of the others."
    )
