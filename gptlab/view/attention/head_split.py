"""The split into heads, drawn: T tokens and C channels cut into H strips of D channels."""

from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import CYCLE, FAINT

BOX, MARGIN, GAP = 30, 16, 26  # pixels


def head_split_picture(x: Tensor, heads: Tensor, width: float = 480) -> Picture:
    """A text and its heads; a channel's colour is that of the head that owns it.

    x      (T, C), whole numbers, all different
    heads  (H, T, D), what the reader's `split_heads` made of it
    """
    t, c = x.shape
    n_heads, rows, d = heads.shape
    owner = {number: i % c * n_heads // c for i, number in enumerate(x.flatten().tolist())}
    top = MARGIN + 54
    parts = [
        svg.text(MARGIN, 30, f"x: {t} tokens, width C = {c}", 15, weight=600),
        svg.text(MARGIN, 52, "a row is a token", 13, fill=FAINT),
        *_table(x, MARGIN, top, owner),
    ]
    below = top + t * BOX + 36
    cut = f"split_heads(x, {n_heads}): {n_heads} heads of {rows} tokens, width D = {d}"
    parts.append(svg.text(MARGIN, below, cut, 15, weight=600))
    left = float(MARGIN)
    for h in range(n_heads):
        parts += [
            svg.text(left, below + 24, f"head {h}", 13, fill=CYCLE[h % len(CYCLE)], weight=600),
            *_table(heads[h], left, below + 34, owner),
        ]
        left += d * BOX + GAP
    said = "; ".join(f"head {h}: {heads[h].int().tolist()}" for h in range(n_heads))
    alt = f"{x.int().tolist()}, cut into heads: {said}"
    width = max(width, left, c * BOX + 2 * MARGIN)
    return Picture(svg.document(width, below + 34 + rows * BOX + MARGIN, parts, alt), alt)


def _table(numbers: Tensor, x: float, y: float, owner: dict) -> list[str]:
    """Numbers in coloured boxes."""
    parts = []
    for i, row in enumerate(numbers.tolist()):
        for j, number in enumerate(row):
            colour = CYCLE[owner.get(number, 0) % len(CYCLE)]
            parts += [
                svg.rect(
                    x + j * BOX + 1, y + i * BOX + 1, BOX - 2, BOX - 2, colour, 3, opacity=0.28
                ),
                svg.text(x + (j + 0.5) * BOX, y + i * BOX + 20, f"{number:g}", 14, "middle"),
            ]
    return parts
