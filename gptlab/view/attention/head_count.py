"""Four questions in one look: how many heads does it take? Layers of one width, trained on the spot.

A text is six letters. Its last token is asked four things at once: which letters stand at places 1, 2, 3 and 4.
There is one layer of the reader's attention and nothing else: what a head has mixed, a plain matrix must part again.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab import attention
from gptlab.view.kit import svg
from gptlab.view.palette import COLOURS, EDGE, FAINT

LETTERS, PLACES, ASKED, C = 12, 6, (1, 2, 3, 4), 32
STEPS, BATCH, RATE = 300, 64, 0.01


def letters(n: int, draw: torch.Generator) -> Tensor:
    """n texts of random letters; (n, PLACES) int."""
    return torch.randint(LETTERS, (n, PLACES), generator=draw)


def fresh_layer(seed: int) -> list[Tensor]:
    """Vectors of letters and places, one attention layer, a read-out for each question."""
    draw = torch.Generator().manual_seed(seed)
    shapes = [
        (LETTERS, C),
        (PLACES, C),
        (C, 3 * C),
        (3 * C,),
        (C, C),
        (C,),
        (C, len(ASKED) * LETTERS),
    ]
    sizes = [1.0, 1.0, C**-0.5, 0.0, C**-0.5, 0.0, C**-0.5]
    return [
        (torch.randn(shape, generator=draw) * size).requires_grad_()
        for shape, size in zip(shapes, sizes)
    ]


def answers(layer: list[Tensor], ids: Tensor, n_heads: int) -> Tensor:
    """Scores of each question's letters; ids (B, PLACES) -> (B, 4, LETTERS)."""
    of_letter, of_place, *weights, read_out = layer
    looked = attention.multi_head_attention(of_letter[ids] + of_place, *weights, n_heads)[
        :, -1
    ]  # (B, C)
    return (looked @ read_out).unflatten(-1, (len(ASKED), LETTERS))


def share_right(n_heads: int, seed: int = 0, steps: int = STEPS) -> float:
    """Train a layer with so many heads; the share of right answers on 1,000 new texts."""
    layer, draw = fresh_layer(seed), torch.Generator().manual_seed(1000 + seed)
    optimizer = torch.optim.Adam(layer, lr=RATE)
    for _ in range(steps):
        ids = letters(BATCH, draw)
        loss = F.cross_entropy(answers(layer, ids, n_heads).flatten(0, 1), ids[:, ASKED].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    ids = letters(1000, draw)
    with torch.no_grad():
        right = answers(layer, ids, n_heads).argmax(-1) == ids[:, ASKED]
    return float(right.double().mean())


def heads_picture(shares: dict[int, list[float]], width: float = 480) -> tuple[str, str]:
    """The share of right answers by number of heads, as (SVG, description).

    shares  for each number of heads, one share a seed: a bar for the mean, a stroke for each run
    """
    row, left, margin = 36, 96, 16
    room = width - left - margin - 60
    parts = [svg.text(margin, 30, "Share of right answers, on new texts", 15, weight=600)]
    said = []
    for i, (heads, runs) in enumerate(shares.items()):
        y, mean = 44 + i * row, sum(runs) / len(runs)
        name = f"{heads} head{'s' * (heads > 1)}"
        parts += [
            svg.text(left - 10, y + 21, name, 15, "end"),
            svg.rect(left, y + 4, room, row - 10, "none", 3, stroke=EDGE),
            svg.rect(left, y + 4, max(1.5, room * mean), row - 10, COLOURS["sft"], 3, opacity=0.75),
            *(
                svg.line(
                    left + room * run, y + 2, left + room * run, y + row - 4, COLOURS["floor"], 2
                )
                for run in runs
            ),
            svg.text(left + room + 10, y + 21, f"{mean:.0%}".replace("%", " %"), 15),
        ]
        said.append(f"{name} {mean:.0%}")
    foot = 44 + len(shares) * row + 18
    parts.append(
        svg.text(
            margin,
            foot,
            f"width {C} in all of them · strokes: runs with other random numbers",
            12.5,
            fill=FAINT,
        )
    )
    alt = f"Share of right answers by number of heads: {', '.join(said)}."
    return svg.document(width, foot + margin, parts, alt), alt
