"""What a model's parameters are, as areas: every number of a tiny GPT, and the shares of large ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from gptlab.experiments.scaling.gpt3 import CONTEXT, VOCABULARY
from gptlab.view.kit import svg
from gptlab.view.kit.number_format import percent, with_unit
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, FAINT, INK

EMBEDDINGS, ATTENTION, FEED_FORWARD, NORMS = PARTS = (
    "embeddings",
    "attention",
    "feed-forward",
    "layer norms",
)
TINTS = {
    EMBEDDINGS: COLOURS["neutral"],
    ATTENTION: COLOURS["first"],
    FEED_FORWARD: COLOURS["second"],
    NORMS: CYCLE[2],
}
CELL, GAP = 11, 1.5  # pixels: one number
MARGIN, WIDTH = 16, 500


@dataclass(frozen=True)
class Array:
    """One array of weights: its name, its part, and its axes."""

    name: str
    part: str
    rows: int
    columns: int

    @property
    def shape(self) -> str:
        """Example: "2 × 6"; a bias or a norm is one row."""
        return str(self.columns) if self.rows == 1 else f"{self.rows} × {self.columns}"


def block_arrays(c: int) -> list[list[Array]]:
    """The arrays of a block of width c, in the order of use, two lines of the picture."""
    attention = [
        Array("norm 1", NORMS, 2, c),
        Array("w_qkv", ATTENTION, c, 3 * c),
        Array("bias", ATTENTION, 1, 3 * c),
        Array("w_out", ATTENTION, c, c),
        Array("bias", ATTENTION, 1, c),
    ]
    feed_forward = [
        Array("norm 2", NORMS, 2, c),
        Array("w_in", FEED_FORWARD, c, 4 * c),
        Array("bias", FEED_FORWARD, 1, 4 * c),
        Array("w_out", FEED_FORWARD, 4 * c, c),
        Array("bias", FEED_FORWARD, 1, c),
    ]
    return [attention, feed_forward]


def tiny_gpt_picture(d_model: int, vocab_size: int, context: int) -> Picture:
    """Every number of a GPT of one layer as a little square, its arrays with their shapes."""
    before = [
        Array("tokens (and head)", EMBEDDINGS, vocab_size, d_model),
        Array("positions", EMBEDDINGS, context, d_model),
    ]
    last = [Array("last norm", NORMS, 2, d_model)]
    title = f"Every number of a GPT: C = {d_model}, V = {vocab_size}, T = {context}, one block"
    parts = [svg.text(MARGIN, 30, title, 15, weight=600)]
    y = 46.0
    for label, line in (
        ("once", before),
        *(("in each block", line) for line in block_arrays(d_model)),
        ("once", last),
    ):
        drawn, height = _line_of_arrays(y, label, line)
        parts += drawn
        y += height
    arrays = [*before, *(array for line in block_arrays(d_model) for array in line), *last]
    said = "; ".join(f"{a.name} {a.shape}" for a in arrays)
    parts += _key(y + 14)
    alt = f"{title}. Each square is one number. {said}."
    return Picture(svg.document(WIDTH, y + 32, parts, alt), alt)


def _line_of_arrays(y: float, label: str, arrays: Sequence[Array]) -> tuple[list[str], float]:
    step = CELL + GAP
    parts = [svg.text(MARGIN, y + 15, label, 12, fill=FAINT)]
    x = MARGIN + 84.0
    for array in arrays:
        name = f"{array.name} {array.shape}"
        parts.append(svg.text(x, y + 15, array.name, 12, fill=INK, weight=600))
        parts.append(svg.text(x, y + 29, array.shape, 12, fill=FAINT))
        parts += [
            svg.rect(x + j * step, y + 36 + i * step, CELL, CELL, TINTS[array.part], 2)
            for i in range(array.rows)
            for j in range(array.columns)
        ]
        named = max(svg.text_width(array.name, 12) * 1.1, svg.text_width(array.shape, 12))
        x += max(named, array.columns * step) + 14
        assert x < WIDTH + 40, f"{name} does not fit: make the model smaller"
    return parts, 36 + max(array.rows for array in arrays) * step + 10


def _key(y: float) -> list[str]:
    parts, x = [], float(MARGIN)
    for part in PARTS:
        parts.append(svg.rect(x, y - 10, 11, 11, TINTS[part], 2))
        parts.append(svg.text(x + 16, y, part, 13))
        x += svg.text_width(part, 13) + 34
    return parts


def shares(n_layers: int, d_model: int, vocab_size: int, context: int) -> dict[str, int]:
    """How many parameters each part of a GPT holds."""
    block = dict.fromkeys(PARTS, 0)
    for array in (array for line in block_arrays(d_model) for array in line):
        block[array.part] += n_layers * array.rows * array.columns
    block[EMBEDDINGS] = (vocab_size + context) * d_model
    block[NORMS] += 2 * d_model
    return block


def shares_picture(shapes: dict[str, tuple[int, int]]) -> Picture:
    """A bar for each model, cut into its parts; shapes: name -> (layers, width), GPT-3's vocabulary and context."""
    row, left = 34, 70
    room = WIDTH - left - MARGIN
    title = "Where the parameters are"
    parts = [svg.text(MARGIN, 30, title, 15, weight=600)]
    said = []
    for i, (name, shape) in enumerate(shapes.items()):
        y = 46 + i * row
        held = shares(*shape, VOCABULARY, CONTEXT)
        total = sum(held.values())
        parts.append(svg.text(left - 8, y + 18, name, 14, "end"))
        x = float(left)
        for part, n in held.items():
            width = room * n / total
            parts.append(svg.rect(x, y, width, row - 8, TINTS[part]))
            label = percent(n / total)
            if svg.text_width(label, 13) + 8 < width:
                parts.append(svg.text(x + width / 2, y + 18, label, 13, "middle", "#ffffff", 600))
            x += width
        in_words = ", ".join(f"{part} {percent(n / total)}" for part, n in held.items())
        said.append(f"{name} ({with_unit(total)}): {in_words}")
    y = 46 + len(shapes) * row
    parts += _key(y + 16)
    alt = f"{title}. {'; '.join(said)}."
    return Picture(svg.document(WIDTH, y + 34, parts, alt), alt)
