"""A distribution as horizontal bars: each token's own text, and its probability."""

from collections.abc import Sequence

from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.kit.number_format import percent
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

ROW = 26  # pixels: height of a row
SIZE = 15  # of a letter
MARGIN = 14  # of the panel's edge
NARROWEST = 40  # column of token texts
WIDEST = 150


def visible(piece: str | bytes) -> str:
    """A token's text so that nothing in it is invisible.

    A space is ␣, a line's end ⏎, a tab ⇥; bytes that are only part of a character stand as hex, ‹e7 8e›;
    a special token `<|end|>` is ⟨end⟩.

    Example: visible(b" the") -> "␣the", visible("玉".encode()[:2]) -> "‹e7 8e›"
    """
    if isinstance(piece, bytes):
        try:
            piece = piece.decode("utf-8")
        except UnicodeDecodeError:
            return _half_characters(piece)
    if piece.startswith("<|") and piece.endswith("|>") and len(piece) > 4:
        return f"⟨{piece[2:-2]}⟩"
    shown = piece.translate({32: "␣", 10: "⏎", 9: "⇥", 13: "␍", 0x3000: "␣"})
    return "".join(c if c.isprintable() else f"‹{ord(c):02x}›" for c in shown)


def _half_characters(piece: bytes) -> str:
    """Bytes in which a character is not whole: what can be read as text, the rest as hex."""
    shown: list[str] = []
    broken: list[str] = []
    text = piece.decode("utf-8", errors="surrogateescape")
    for c in [*text, ""]:
        if "\udc80" <= c <= "\udcff":
            broken.append(f"{ord(c) - 0xDC00:02x}")
            continue
        if broken:
            shown.append("‹" + " ".join(broken) + "›")
            broken = []
        shown.append(visible(c) if c else "")
    return "".join(shown)


def top_tokens(probabilities: Tensor, tokenizer, n: int = 8) -> list[tuple[int, str, float]]:
    """The n likeliest tokens: (id, visible text, probability), likeliest first.

    probabilities  (V) float
    """
    values, ids = probabilities.detach().topk(min(n, probabilities.numel()))
    return [
        (i, visible(tokenizer.decode_bytes([i])), p) for i, p in zip(ids.tolist(), values.tolist())
    ]


def bars(
    labels: Sequence[str],
    values: Sequence[float],
    title: str = "",
    colour: str = COLOURS["neutral"],
    marked: int | None = None,
    rest: float = 0.0,
    width: float = 480,
    alt: str | None = None,
    numbered: bool = False,
) -> str:
    """Horizontal bars as SVG, in the order given; a bar that fills the row is a probability of 1.

    labels    what stands before each bar; pass token texts through `visible`
    values    probabilities
    marked    index of the one that was chosen: drawn in the reader's colour, with a ◀ after it
    rest      probability of all that is not shown: one more, pale bar
    numbered  write 1, 2, 3 … before the labels, as keys to press
    alt       description; by default that of `describe`
    """
    top = MARGIN + (26 if title else 0)
    drawn, height = bars_at(labels, values, top, width, colour, marked, rest, numbered)
    head = [svg.text(MARGIN, MARGIN + 14, title, 15, weight=600)] if title else []
    return svg.document(
        width, top + height + MARGIN - 4, head + drawn, alt or describe(labels, values, title)
    )


def bars_at(
    labels: Sequence[str],
    values: Sequence[float],
    top: float,
    width: float,
    colour: str = COLOURS["neutral"],
    marked: int | None = None,
    rest: float = 0.0,
    numbered: bool = False,
    column: float | None = None,
) -> tuple[list[str], float]:
    """The same bars as parts of a larger picture, from `top` downwards: (parts, height).

    column  width of the labels' column; by default as wide as the widest label
    """
    if len(labels) != len(values):
        raise ValueError(f"{len(labels)} labels but {len(values)} values: give one for each")
    widths = [svg.text_width(x, SIZE) for x in labels]
    if rest > 0:
        widths.append(svg.text_width("all others", 13))
    column = column or min(WIDEST, max([NARROWEST, *widths]))
    left = MARGIN + column + (22 if numbered else 0) + 10
    room = width - left - MARGIN - 68  # for the widest bar; 68 for its percentage
    parts = []
    for i, (label, p) in enumerate(zip(labels, values)):
        y = top + i * ROW
        fill = COLOURS["you"] if i == marked else colour
        weight = 600 if i == marked else 400
        figure = percent(p) + (" ◀" if i == marked else "")
        if numbered:
            parts.append(svg.text(MARGIN, y + 18, str(i + 1), 13, fill=FAINT))
        shown = svg.shorten(label, column, SIZE)
        parts.append(svg.text(left - 10, y + 18, shown, SIZE, "end", weight=weight))
        parts.append(svg.rect(left, y + 4, max(1.5, room * p), ROW - 8, fill, radius=2))
        parts.append(svg.text(left + room * p + 8, y + 18, figure, 13, fill=INK))
    n = len(labels)
    if rest > 0:
        y = top + n * ROW
        parts.append(svg.text(left - 10, y + 18, "all others", 13, "end", fill=FAINT))
        parts.append(svg.rect(left, y + 4, max(1.5, room * rest), ROW - 8, EDGE, radius=2))
        parts.append(svg.text(left + room * rest + 8, y + 18, percent(rest), 13, fill=FAINT))
    return parts, (n + (rest > 0)) * ROW


def captioned_bars(
    rows: Sequence[tuple[str, float, str]],
    title: str,
    colour: str = COLOURS["neutral"],
    width: float = 500,
    alt: str | None = None,
    notes: Sequence[str] = (),
) -> str:
    """Bars with a line of text below each, as SVG: rows of (label, probability, text, cut in its middle).

    notes  one more, faint line for each row, such as what its text means in English
    """
    left = 116
    room = width - left - 82
    step = 2 * ROW + (17 if any(notes) else 0)
    parts = [svg.text(MARGIN, 30, svg.shorten(title, width - 2 * MARGIN), SIZE, weight=600)]
    for i, (label, p, caption) in enumerate(rows):
        y = 42 + i * step
        parts += [
            svg.text(left - 10, y + 18, svg.shorten(label, left - 18), SIZE, "end", weight=600),
            svg.rect(left, y + 4, max(1.5, room * p), ROW - 8, colour, radius=2),
            svg.text(left + room * p + 8, y + 18, percent(p), 13, fill=FAINT),
            svg.text(left, y + 41, svg.shorten_middle(caption, width - left - MARGIN, 14), 14),
        ]
        if notes and notes[i]:
            note = svg.shorten(notes[i], width - left - MARGIN, 12.5)
            parts.append(svg.text(left, y + 58, note, 12.5, fill=FAINT))
    described = "; ".join(f"{label} {percent(p)}: {caption}" for label, p, caption in rows)
    alt = alt or f"{title}: {described}"
    return svg.document(width, 42 + len(rows) * step + 12, parts, alt)


def describe(labels: Sequence[str], values: Sequence[float], title: str = "") -> str:
    """The bars in words: "title: a 40 %, b 12 %"."""
    described = ", ".join(f"{label} {percent(p)}" for label, p in zip(labels, values))
    return f"{title}: {described}" if title else described
