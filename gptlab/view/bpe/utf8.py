"""A character's number, its bits, and the bytes that they are packed into: UTF-8, done by hand."""

from gptlab.view.kit import svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.token_chips import TINTS
from gptlab.view.palette import EDGE, FAINT, INK

BIT, HIGH, MARGIN, WIDTH, GAP = 14, 26, 16, 520, 14  # pixels; BIT is the width of one
HEADS = {
    1: "0",
    2: "110",
    3: "1110",
    4: "11110",
}  # how the first byte says how many there are; the others begin with 10


def packed(character: str) -> list[tuple[str, str]]:
    """The bytes of a character as (fixed bits, the character's own bits), worked out from its number.

        7 | 5+6 | 4+6+6 | 3+6+6+6 bits for numbers below 2^7 | 2^11 | 2^16 | 2^21      RFC 3629, section 3

    Example: packed("é") -> [("110", "00011"), ("10", "101001")]

    Raises ValueError for a text that is not one character.
    """
    if len(character) != 1:
        raise ValueError(f"{character!r} has {len(character)} characters: give one")
    number = ord(character)
    n = next(n for n, bits in ((1, 7), (2, 11), (3, 16), (4, 21)) if number < 1 << bits)
    own = [7] if n == 1 else [7 - n] + [6] * (n - 1)  # bits that each byte carries
    bits, found = f"{number:0{sum(own)}b}", []
    for i, long in enumerate(own):
        found.append((HEADS[n] if i == 0 else "10", bits[:long]))
        bits = bits[long:]
    return found


def utf8_picture(character: str) -> tuple[str, str]:
    """(SVG, description) of one character on its way into bytes."""
    parts_of = packed(character)
    values = [int(fixed + own, 2) for fixed, own in parts_of]
    name = f"{visible(character)} is character number {ord(character):,} = U+{ord(character):04X}"
    parts = [
        svg.text(MARGIN, 32, name, 16, weight=600),
        svg.text(MARGIN, 62, "its number in bits", 14, fill=FAINT),
    ]
    x = MARGIN
    for i, (_, own) in enumerate(parts_of):
        parts += _bits(own, x, 70, TINTS[i])
        x += len(own) * BIT + GAP
    parts.append(
        svg.text(
            MARGIN, 128, "packed: the white bits are the same in every such byte", 14, fill=FAINT
        )
    )
    for i, ((fixed, own), value) in enumerate(zip(parts_of, values)):
        x = MARGIN + i * (8 * BIT + GAP)
        parts += [
            *_bits(fixed, x, 136, "#ffffff", FAINT),
            *_bits(own, x + len(fixed) * BIT, 136, TINTS[i]),
            svg.text(x + 4 * BIT, 184, f"{value:02X} = {value}", 15, "middle", weight=600),
        ]
    told = ", ".join(f"{fixed} {own} = {value}" for (fixed, own), value in zip(parts_of, values))
    alt = f"{name}, in bits {' '.join(own for _, own in parts_of)}. Its bytes in UTF-8: {told}."
    return svg.document(WIDTH, 184 + MARGIN, parts, alt), alt


def _bits(bits: str, x: float, y: float, fill: str, ink: str = INK) -> list[str]:
    """Bits in a box of their own."""
    box = svg.rect(x, y, len(bits) * BIT, HIGH, fill, radius=3, stroke=EDGE)
    return [
        box,
        *(
            svg.text(x + (i + 0.5) * BIT, y + 18, bit, 15, "middle", fill=ink)
            for i, bit in enumerate(bits)
        ),
    ]
