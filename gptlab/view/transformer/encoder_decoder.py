"""The Transformer of 2017 as wiring with shapes: an encoder that reads, a decoder that writes and attends across."""

from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.wires import arrow, bent_arrow, box
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

WIDTH, MARGIN = 580, 16  # pixels
LEFT, RIGHT, WIDE = 36, 340, 206  # the two stacks
SOURCE, TARGET = "The duck swims", "⟨start⟩ 鸭子 在"
GLOSSED = "(duck, is)"


def encoder_decoder_picture() -> Picture:
    """Two stacks from the bottom up, every wire with its shape."""
    parts = [
        svg.text(MARGIN, 29, "The Transformer of 2017, from bottom to top", 15, weight=600),
        *_stack(LEFT, 2),
        *_stack(RIGHT, 3),
    ]
    parts += _encoder()
    parts += _decoder()
    memory = [
        (LEFT + WIDE / 2, 168),
        (LEFT + WIDE / 2, 150),
        (284, 150),
        (284, 245),
        (RIGHT + 6, 245),
    ]
    parts.append(bent_arrow(memory, COLOURS["second"], 2))
    parts += [
        svg.text(LEFT + WIDE / 2, 140, "memory (B, S, C)", 13, "middle", weight=600),
        svg.text(LEFT, 54, "encoder", 15, weight=600),
        svg.text(RIGHT - 46, 54, "decoder", 15, weight=600),
        svg.text(248, 264, "keys,", 12.5, fill=COLOURS["second"], weight=600),
        svg.text(248, 280, "values", 12.5, fill=COLOURS["second"], weight=600),
    ]
    alt = (
        "Encoder: source ids (B, S) become vectors (B, S, C); blocks of self-attention and feed-forward network make "
        "the memory (B, S, C). Decoder: target ids (B, T) become (B, T, C); each block has masked self-attention, "
        "cross-attention that takes keys and values from the memory, and a feed-forward network; the head gives logits "
        "(B, T, V)."
    )
    return Picture(svg.document(WIDTH, 496, parts, alt), alt)


def _stack(x: float, n_parts: int) -> list[str]:
    """The frame of one block with ×N."""
    top = 370 - 66 * n_parts - 4
    return [
        svg.rect(x, top, WIDE, 66 * n_parts + 14, "none", 8, stroke=EDGE),
        svg.text(x + 4, top - 7, "N blocks", 12.5, fill=FAINT),
    ]


def _inputs(x: float, words: str, gloss: str, ids: str, shape: str) -> list[str]:
    middle = x + WIDE / 2
    return [
        svg.text(middle, 476, f"{words} {gloss}".strip(), 14, "middle", INK, 600),
        svg.text(middle + 10, 452, ids, 13, fill=FAINT),
        arrow(middle, 460, middle, 440),
        *box(x + 20, 412, WIDE - 40, 28, COLOURS["gold"], "token + position"),
        arrow(middle, 412, middle, 380),
        svg.text(middle + 10, 401, shape, 13, fill=FAINT),
    ]


def _encoder() -> list[str]:
    middle = LEFT + WIDE / 2
    return [
        *_inputs(LEFT, SOURCE, "", "(B, S)", "(B, S, C)"),
        *box(
            LEFT + 10,
            322,
            WIDE - 20,
            44,
            COLOURS["first"],
            "self-attention",
            "sees the whole source",
        ),
        arrow(middle, 322, middle, 302),
        *box(LEFT + 10, 256, WIDE - 20, 44, COLOURS["neutral"], "feed-forward"),
        svg.line(middle, 256, middle, 166, FAINT, 1.6),
    ]


def _decoder() -> list[str]:
    middle = RIGHT + WIDE / 2
    return [
        *_inputs(RIGHT, TARGET, GLOSSED, "(B, T)", "(B, T, C)"),
        *box(
            RIGHT + 10,
            322,
            WIDE - 20,
            44,
            COLOURS["first"],
            "masked self-attention",
            "only backwards",
        ),
        svg.text(middle + 8, 316, "queries", 12.5, fill=FAINT),
        arrow(middle, 322, middle, 302),
        *box(RIGHT + 10, 256, WIDE - 20, 44, COLOURS["second"], "cross-attention", "to the source"),
        arrow(middle, 256, middle, 234),
        *box(RIGHT + 10, 190, WIDE - 20, 44, COLOURS["neutral"], "feed-forward"),
        arrow(middle, 168, middle, 140),
        svg.line(middle, 190, middle, 168, FAINT, 1.6),
        svg.text(middle + 10, 158, "(B, T, C)", 13, fill=FAINT),
        *box(RIGHT + 40, 112, WIDE - 80, 28, COLOURS["gold"], "head"),
        arrow(middle, 112, middle, 88),
        svg.text(middle + 10, 104, "logits (B, T, V)", 13, fill=FAINT),
        svg.text(middle, 80, "鸭子 在 游泳 (duck is swimming)", 14, "middle", INK, 600),
    ]
