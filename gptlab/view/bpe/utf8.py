"""UTF-8 done by hand: a character's number, its bits, and the bytes that they are packed into."""

from gptlab.view.kit import svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.token_chips import TINTS
from gptlab.view.palette import EDGE, FAINT, INK

BIT = 14  # pixels: the width of one
HIGH = 26
MARGIN = 16
WIDTH = 520
GAP = 14
# how the first byte says how many there are; the others begin with 10
HEADS = {1: "0", 2: "110", 3: "1110", 4: "11110"}
SURROGATES = range(0xD800, 0xE000)
OWN_BITS = {1: [7], 2: [5, 6], 3: [4, 6, 6], 4: [3, 6, 6, 6]}  # that each byte carries


def utf8_bits(character: str) -> list[tuple[str, str]]:
    """The bytes of a character as (fixed bits, the character's own bits), worked out from its number.

        7 | 5+6 | 4+6+6 | 3+6+6+6 bits for numbers below 2^7 | 2^11 | 2^16 | 2^21      RFC 3629, section 3

    Example: utf8_bits("é") -> [("110", "00011"), ("10", "101001")]

    Raises ValueError for a text that is not one character, or a surrogate, which UTF-8 leaves out.
    """
    if len(character) != 1:
        raise ValueError(f"{character!r} has {len(character)} characters: give one")
    number = ord(character)
    if number in SURROGATES:
        raise ValueError(f"{character!r} is half of a pair of UTF-16, not a character: give one")
    n = next(n for n, bits in OWN_BITS.items() if number < 1 << sum(bits))
    bits = f"{number:0{sum(OWN_BITS[n])}b}"
    found = []
    for i, length in enumerate(OWN_BITS[n]):
        found.append((HEADS[n] if i == 0 else "10", bits[:length]))
        bits = bits[length:]
    return found


def utf8_picture(character: str) -> Picture:
    """One character on its way into bytes."""
    packed = utf8_bits(character)
    values = [int(fixed + own, 2) for fixed, own in packed]
    name = f"{visible(character)} is character number {ord(character):,} = U+{ord(character):04X}"
    parts = [
        svg.text(MARGIN, 32, name, 16, weight=600),
        svg.text(MARGIN, 62, "its number in bits", 14, fill=FAINT),
    ]
    x = MARGIN
    for i, (_, own) in enumerate(packed):
        parts += _bits(own, x, 70, TINTS[i])
        x += len(own) * BIT + GAP
    legend = "packed: the white bits are the same in every such byte"
    parts.append(svg.text(MARGIN, 128, legend, 14, fill=FAINT))
    for i, ((fixed, own), value) in enumerate(zip(packed, values)):
        x = MARGIN + i * (8 * BIT + GAP)
        parts += [
            *_bits(fixed, x, 136, "#ffffff", FAINT),
            *_bits(own, x + len(fixed) * BIT, 136, TINTS[i]),
            svg.text(x + 4 * BIT, 184, f"{value:02X} = {value}", 15, "middle", weight=600),
        ]
    own_bits = " ".join(own for _, own in packed)
    in_bytes = ", ".join(f"{fixed} {own} = {value}" for (fixed, own), value in zip(packed, values))
    alt = f"{name}, in bits {own_bits}. Its bytes in UTF-8: {in_bytes}."
    return Picture(svg.document(WIDTH, 184 + MARGIN, parts, alt), alt)


def _bits(bits: str, x: float, y: float, fill: str, ink: str = INK) -> list[str]:
    """Bits in a box of their own."""
    parts = [svg.rect(x, y, len(bits) * BIT, HIGH, fill, radius=3, stroke=EDGE)]
    for i, bit in enumerate(bits):
        parts.append(svg.text(x + (i + 0.5) * BIT, y + 18, bit, 15, "middle", fill=ink))
    return parts
