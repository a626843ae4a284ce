"""A text that arrives byte by byte: what can be shown, and what waits."""

import codecs

from gptlab.view.kit import svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

WIDTH, MARGIN = 520, 16
BIT, HIGH = 14, 28
LEFT = 64


def arrivals(text: str) -> list[tuple[str, bytes]]:
    """After each byte of a text: what is shown so far, and the bytes that wait."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    shown, found = "", []
    for byte in text.encode():
        shown += decoder.decode(bytes([byte]))
        found.append((shown, decoder.getstate()[0]))
    return found


def byte_stream_picture(text: str) -> Picture:
    """A line for each byte that arrives: its bits, the text that can be shown by then, and how many bytes wait."""
    title = f"“{visible(text)}” arrives byte by byte"
    parts = [svg.text(MARGIN, 30, title, 16, weight=600)]
    heads = (
        (MARGIN, "byte"),
        (LEFT, "its bits"),
        (LEFT + 180, "shown"),
        (LEFT + 290, "waits"),
    )
    for x, head in heads:
        parts.append(svg.text(x, 56, head, 13, fill=FAINT))
    said = []
    for i, (byte, (shown, waiting)) in enumerate(zip(text.encode(), arrivals(text))):
        y = 66 + i * (HIGH + 6)
        bits = f"{byte:08b}"
        n_head = 2 if bits.startswith("10") else len(bits) - len(bits.lstrip("1")) + 1
        parts += [
            svg.text(MARGIN, y + 20, f"{byte:02X}", 15, weight=600),
            svg.rect(LEFT, y, 8 * BIT + 8, HIGH, "#ffffff", 4, EDGE),
            *[
                svg.text(
                    LEFT + 4 + (k + 0.5) * BIT,
                    y + 20,
                    bit,
                    15,
                    "middle",
                    _ink(k < n_head),
                    400 + 200 * (k < n_head),
                )
                for k, bit in enumerate(bits)
            ],
            svg.text(LEFT + 180, y + 20, shown or "–", 16),
            svg.text(
                LEFT + 290,
                y + 20,
                waiting.hex(" ").upper() or "–",
                15,
                fill=COLOURS["wrong"] if waiting else FAINT,
            ),
        ]
        said.append(f"{byte:02X}: shown {shown or 'nothing'}, {len(waiting)} bytes wait")
    y = 66 + len(text.encode()) * (HIGH + 6)
    foot = "coral: 0 stands alone; 110, 1110, 11110 begin 2, 3, 4 bytes; 10 continues"
    parts.append(svg.text(MARGIN, y + 16, foot, 13, fill=FAINT))
    alt = f"{title}. {'; '.join(said)}."
    return Picture(svg.document(WIDTH, y + 30, parts, alt), alt)


def _ink(fixed: bool) -> str:
    """Coral for the bits that say what kind of byte it is."""
    return COLOURS["second"] if fixed else INK
