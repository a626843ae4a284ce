"""Bars on one scale, a row for each model: its figures above its bar, the exact floor as a dotted line."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.style import FLOOR
from gptlab.view.palette import COLOURS, FAINT, INK

RUNG = 46  # pixels: height of a rung
HEADING = 34
MARGIN = 16
BAR = 11  # height of a bar


@dataclass(frozen=True)
class Rung:
    """One model: its name, its loss (or a range of it), and what is written beside the name.

    value  a loss, a pair (low, high), or None for a heading
    """

    label: str
    value: float | tuple[float, float] | None
    note: str = ""
    colour: str = COLOURS["neutral"]

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
    scale = room / max(finite)
    y = MARGIN + 34
    parts = [svg.text(MARGIN, MARGIN + 13, title, 16, weight=600)]
    for sentence in lead:
        parts.append(svg.text(MARGIN, y + 2, svg.shorten(sentence, room, 14), 14, fill=FAINT))
        y += 22
    for rung in rungs:
        parts += _rung_parts(rung, y, scale, room)
        if floor is not None and rung.value is not None:  # beside bars only, never through a name
            x = MARGIN + scale * floor
            parts.append(svg.line(x, y + 17, x, y + 37, FLOOR["color"], 1.8, "1.5 2.5"))
        y += HEADING if rung.value is None else RUNG
    parts.append(svg.text(MARGIN, y + 12, axis, 13, fill=FAINT))
    alt = " ".join([f"{title}.", *lead, describe(rungs)])
    return svg.document(width, y + 12 + MARGIN, parts, alt)


def _rung_parts(rung: Rung, y: float, scale: float, room: float) -> list[str]:
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
        length = max(2, scale * (rung.high - low))
        parts.append(svg.rect(MARGIN + scale * low, y + 21, length, BAR, rung.colour, radius=2))
    return parts


def model_colour(name: str) -> str:
    """The colour of a model by its name: "your …", "base model", "exact floor", or any other."""
    if "your" in name:
        return COLOURS["you"]
    meaning = {"base model": "base", "exact floor": "floor"}.get(name, "neutral")
    return COLOURS[meaning]


def describe(rungs: Sequence[Rung]) -> str:
    """The ladder in words: "uniform: 8.32 nats; bigram: 2.6 nats"."""
    return "; ".join(r.label if r.value is None else f"{r.label}: {r.note}" for r in rungs)


def choices(bits: float) -> str:
    """2^bits as a number of equally likely choices, for the eye: "1.3 choices", "4,096 choices"."""
    if not math.isfinite(bits):
        return "∞ choices"
    number = f"{2.0**bits:,.0f}" if bits >= math.log2(100) else f"{2.0**bits:.3g}"
    return f"{number} choice{'s' * (number != '1')}"


def losses_picture(losses: dict[str, float], tokens_per_byte: float, title: str) -> Picture:
    """Losses in nats per token as bars, each with its number of choices and its bits per byte.

    losses  by name, from worst to best; the last one is the exact floor, "your …" gets the reader's colour
    """
    rungs = []
    for name, loss in losses.items():
        note = (
            f"{loss:.2f} nats · {choices(loss / math.log(2))} · "
            f"{bits_per_byte(loss, tokens_per_byte):.2f} bits/byte"
        )
        rungs.append(Rung(name, loss, note, model_colour(name)))
    floor = list(losses.values())[-1]
    image = ladder(rungs, title, "nats per token; dotted: the exact floor", floor=floor)
    return Picture(image, f"{title}. {describe(rungs)}")


def bits_per_byte(nats_per_token: float, tokens_per_byte: float) -> float:
    """What a loss is per byte of text, so that models with different tokens can be compared."""
    return nats_per_token * tokens_per_byte / math.log(2)
