"""Models on one scale, worst to best: a bar each, its figures written above it, the floor as a dotted line."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gptlab.view.kit import svg
from gptlab.view.kit.style import FLOOR
from gptlab.view.palette import COLOURS, FAINT, INK

RUNG, HEADING, MARGIN, BAR = (
    46,
    34,
    16,
    11,
)  # pixels: height of a rung, of a heading; the edge; height of a bar


@dataclass(frozen=True)
class Rung:
    """One model: its name, its loss (or a range of it), and what is written beside the name.

    value  a loss, a pair (low, high), or None for a heading
    """

    label: str
    value: float | tuple[float, float] | None
    note: str = ""
    colour: str = COLOURS["base"]

    @property
    def high(self) -> float:
        """Where its bar ends."""
        return self.value[1] if isinstance(self.value, tuple) else self.value or 0.0


def ladder(
    rungs: Sequence[Rung],
    title: str,
    axis: str,
    floor: float | None = None,
    lead: Sequence[str] = (),
    width: float = 500,
) -> str:
    """Bars on one scale that begins at 0, as SVG.

    axis   what the scale measures, with its unit
    floor  the value that no model can pass
    lead   lines of text between title and bars
    """
    finite = [r.high for r in rungs if math.isfinite(r.high)]
    if not finite or max(finite) <= 0:
        raise ValueError(f"{len(rungs)} rungs and none with a value above 0: give at least one")
    room = width - 2 * MARGIN
    scale, y, parts = (
        room / max(finite),
        MARGIN + 34,
        [svg.text(MARGIN, MARGIN + 13, title, 16, weight=600)],
    )
    for sentence in lead:
        parts.append(svg.text(MARGIN, y + 2, svg.shorten(sentence, room, 14), 14, fill=FAINT))
        y += 22
    for rung in rungs:
        parts += _drawn(rung, y, scale, room)
        if (
            floor is not None and rung.value is not None
        ):  # beside the bars only: never through a name
            x = MARGIN + scale * floor
            parts.append(svg.line(x, y + 17, x, y + 37, FLOOR["color"], 1.8, "1.5 2.5"))
        y += HEADING if rung.value is None else RUNG
    parts.append(svg.text(MARGIN, y + 12, axis, 13, fill=FAINT))
    return svg.document(
        width, y + 12 + MARGIN, parts, " ".join([f"{title}.", *lead, in_words(rungs)])
    )


def _drawn(rung: Rung, y: float, scale: float, room: float) -> list[str]:
    """A heading; or name and figures, and the bar below them."""
    if rung.value is None:
        return [svg.text(MARGIN, y + 20, rung.label, 14, fill=FAINT, weight=600)]
    low = rung.value[0] if isinstance(rung.value, tuple) else 0.0
    yours = rung.colour == COLOURS["you"]
    parts = [
        svg.text(MARGIN, y + 14, rung.label, 15, fill=rung.colour if yours else INK, weight=600),
        svg.text(MARGIN + room, y + 14, rung.note, 14, "end", fill=INK),
    ]
    if math.isfinite(rung.high):
        long = max(2, scale * (rung.high - low))
        parts.append(svg.rect(MARGIN + scale * low, y + 21, long, BAR, rung.colour, radius=2))
    return parts


def in_words(rungs: Sequence[Rung]) -> str:
    """The ladder for those who cannot see it: "uniform: 8.32 nats; bigram: 2.6 nats"."""
    return "; ".join(r.label if r.value is None else f"{r.label}: {r.note}" for r in rungs)


def choices(bits: float) -> str:
    """2^bits as a number of equally likely choices, for the eye: "1.3 choices", "4,096 choices"."""
    if not math.isfinite(bits):
        return "∞ choices"
    number = f"{2.0**bits:,.0f}" if bits >= math.log2(100) else f"{2.0**bits:.3g}"
    return f"{number} choice{'s' * (number != '1')}"


def losses_picture(losses: dict[str, float], tokens_per_byte: float, title: str) -> tuple[str, str]:
    """Losses in nats per token as (SVG, description), each with its number of choices and its bits per byte.

    losses  by name, from worst to best; the last one is the exact floor, "your …" gets the reader's colour
    """
    rungs = []
    for name, loss in losses.items():
        note = (
            f"{loss:.2f} nats · {choices(loss / math.log(2))} · "
            f"{bits_per_byte(loss, tokens_per_byte):.2f} bits/byte"
        )
        rungs.append(
            Rung(name, loss, note, COLOURS["you"] if name.startswith("your") else COLOURS["base"])
        )
    drawn = ladder(
        rungs, title, "nats per token; dotted: the exact floor", floor=list(losses.values())[-1]
    )
    return drawn, f"{title}. {in_words(rungs)}"


def bits_per_byte(nats_per_token: float, tokens_per_byte: float) -> float:
    """What a loss is per byte of text, so that models with different tokens can be compared."""
    return nats_per_token * tokens_per_byte / math.log(2)
