"""What the model reads at each turn, token by token, and which messages stay when the context is full."""

from collections.abc import Sequence
from dataclasses import dataclass

from gptlab.view.kit import svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

WIDTH, MARGIN = 560, 14  # pixels
HIGH, GAP, SIZE, INSIDE = 23, 3, 13, 4
ROLES = {  # a colour for each speaker
    "system": COLOURS["you"],
    "user": COLOURS["first"],
    "assistant": COLOURS["second"],
}
PALE = 0.2
Piece = tuple[str | bytes, str]  # a token's text, and the role of the message that it belongs to


@dataclass(frozen=True)
class Reading:
    """One turn: the tokens that the model reads, and those that it then writes."""

    read: Sequence[Piece]
    written: Sequence[Piece]


def turns_picture(readings: Sequence[Reading]) -> Picture:
    """Each turn's tokens as chips in the speaker's colour; pale is read, full colour is written."""
    parts = [
        svg.text(
            MARGIN, 28, "The loop: at each turn the model reads everything again", 16, weight=600
        )
    ]
    x = float(MARGIN)
    for role, colour in ROLES.items():
        parts += [
            svg.rect(x, 40, 13, 13, colour, 3, opacity=PALE),
            svg.text(x + 19, 51, role, 13),
        ]
        x += 104
    parts += [
        svg.rect(x, 40, 13, 13, ROLES["assistant"], 3),
        svg.text(x + 19, 51, "written now, by the model", 13),
    ]
    y, said = 64.0, []
    for turn, reading in enumerate(readings, start=1):
        told = f"turn {turn}: reads {len(reading.read)} tokens, writes {len(reading.written)}"
        parts.append(svg.text(MARGIN, y + 17, told, 14, fill=FAINT, weight=600))
        drawn, y = _chips(reading, y + 25)
        parts += drawn
        words = b"".join(piece for piece, _ in reading.written if isinstance(piece, bytes))
        text = words.decode("utf-8", errors="replace").strip()
        said.append(f"{told}, “{text}”")
    alt = "The model reads the whole conversation at each turn. " + "; ".join(said) + "."
    return Picture(svg.document(WIDTH, y + 6, parts, alt), alt)


def _chips(reading: Reading, y: float) -> tuple[list[str], float]:
    """The chips of one turn, on as many lines as they need, and where the next turn begins."""
    parts, x = [], float(MARGIN)
    for place, (piece, role) in enumerate([*reading.read, *reading.written]):
        label = visible(piece)
        wide = svg.text_width(label, SIZE) * 0.95 + 2 * INSIDE
        if x + wide > WIDTH - MARGIN:
            x, y = float(MARGIN), y + HIGH + GAP
        new = place >= len(reading.read)
        parts += [
            svg.rect(x, y, wide, HIGH, ROLES[role], 4, opacity=1.0 if new else PALE),
            svg.text(x + wide / 2, y + 16, label, SIZE, "middle", fill="#ffffff" if new else INK),
        ]
        x += wide + GAP
    return parts, y + HIGH + 10


@dataclass(frozen=True)
class Block:
    """One message of a conversation that has to be trimmed: who says it, what, and its tokens."""

    role: str
    text: str
    cost: int


TRIM_EXAMPLE = (
    Block("system", "Be a terminal.", 6),
    Block("user", "I am Ben. What is 3 + 4?", 12),
    Block("assistant", "> 7", 4),
    Block("user", "Capital of Peru?", 6),
    Block("assistant", "> Lima", 4),
    Block("user", "And of Chad?", 5),
)


def blocks_picture(blocks: Sequence[Block] = TRIM_EXAMPLE, budget: int = 22) -> Picture:
    """Messages as boxes with their tokens, and the budget that not all of them fit."""
    total = sum(block.cost for block in blocks)
    title = f"{len(blocks)} messages, {total} tokens; the budget is {budget}"
    parts = [svg.text(MARGIN, 28, title, 16, weight=600)]
    scale = (WIDTH - 2 * MARGIN - 300) / max(block.cost for block in blocks)
    y = 44.0
    for block in blocks:
        wide = scale * block.cost
        parts += [
            svg.text(MARGIN, y + 18, block.role, 14, fill=FAINT, weight=600),
            svg.text(MARGIN + 80, y + 18, block.text, 14),
            svg.rect(WIDTH - MARGIN - 32 - wide, y + 2, wide, 22, ROLES[block.role], 4, EDGE, 0.55),
            svg.text(WIDTH - MARGIN, y + 18, str(block.cost), 14, "end", weight=600),
        ]
        y += 30
    alt = f"{title}. " + "; ".join(f"{b.role}: “{b.text}”, {b.cost}" for b in blocks) + "."
    return Picture(svg.document(WIDTH, y + 10, parts, alt), alt)
