"""A distribution as horizontal bars: each token's own text, and its probability."""

from collections.abc import Sequence

from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

ROW, SIZE, MARGIN = 26, 15, 14  # pixels: height of a row, of a letter, of the panel's edge
LABEL = (40, 150)  # the narrowest and the widest column of token texts


def visible(piece: str | bytes) -> str:
    """A token's text so that nothing in it is invisible.

    A blank is ␣, a line's end ⏎, a tab ⇥; bytes that are only part of a character stand as hex, ‹e7 8e›;
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
    shown, broken = [], []
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


def percent(p: float) -> str:
    """A probability for the eye: 37 %, 4.2 %, 0.03 %, and never a false 0 % or 100 %."""
    if p >= 0.995:
        return "100 %" if p == 1 else "> 99 %"
    return (
        f"{100 * p:.0f} %"
        if p >= 0.0995
        else f"{100 * p:.1f} %"
        if p >= 0.001
        else "0 %"
        if p == 0
        else "< 0.1 %"
    )


def bars(
    labels: Sequence[str],
    values: Sequence[float],
    title: str = "",
    colour: str = COLOURS["base"],
    marked: int | None = None,
    rest: float = 0.0,
    width: float = 480,
    alt: str | None = None,
    numbered: bool = False,
) -> str:
    """Horizontal bars as SVG, in the order given; a bar that fills the row is a probability of 1.

    labels    what stands before each bar; pass token texts through `visible`
    values    probabilities
    marked    index of the one that was chosen: drawn in the reader's colour, with a ◀ behind it
    rest      probability of all that is not shown: one more, pale bar
    numbered  write 1, 2, 3 … before the labels, as keys to press
    alt       description; by default the title and the bars in words
    """
    top = MARGIN + (26 if title else 0)
    drawn, height = bars_at(labels, values, top, width, colour, marked, rest, numbered)
    head = [svg.text(MARGIN, MARGIN + 14, title, 15, weight=600)] if title else []
    return svg.document(
        width, top + height + MARGIN - 4, head + drawn, alt or in_words(labels, values, title)
    )


def bars_at(
    labels: Sequence[str],
    values: Sequence[float],
    top: float,
    width: float,
    colour: str = COLOURS["base"],
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
    widths = [svg.text_width(x, SIZE) for x in labels] + [svg.text_width("all others", 13)] * (
        rest > 0
    )
    column = column or min(LABEL[1], max([LABEL[0], *widths]))
    left = MARGIN + column + (22 if numbered else 0) + 10
    room = width - left - MARGIN - 68  # for the widest bar; 68 for its percentage
    parts = []
    for i, (label, p) in enumerate(zip(labels, values)):
        y, fill = top + i * ROW, COLOURS["you"] if i == marked else colour
        if numbered:
            parts.append(svg.text(MARGIN, y + 18, str(i + 1), 13, fill=FAINT))
        label, weight = svg.shorten(label, column, SIZE), 600 if i == marked else 400
        parts.append(svg.text(left - 10, y + 18, label, SIZE, "end", weight=weight))
        parts.append(svg.rect(left, y + 4, max(1.5, room * p), ROW - 8, fill, radius=2))
        parts.append(
            svg.text(
                left + room * p + 8,
                y + 18,
                percent(p) + (" ◀" if i == marked else ""),
                13,
                fill=INK,
            )
        )
    n = len(labels)
    if rest > 0:
        y = top + n * ROW
        parts.append(svg.text(left - 10, y + 18, "all others", 13, "end", fill=FAINT))
        parts.append(svg.rect(left, y + 4, max(1.5, room * rest), ROW - 8, EDGE, radius=2))
        parts.append(svg.text(left + room * rest + 8, y + 18, percent(rest), 13, fill=FAINT))
    return parts, (n + (rest > 0)) * ROW


def told_bars(
    rows: Sequence[tuple[str, float, str]],
    title: str,
    colour: str = COLOURS["base"],
    width: float = 500,
    alt: str | None = None,
) -> str:
    """Bars that each tell something, as SVG: rows of (label, probability, text below it, cut in its middle)."""
    parts, left, room = (
        [svg.text(MARGIN, 30, svg.shorten(title, width - 2 * MARGIN), SIZE, weight=600)],
        116,
        width - 116 - 82,
    )
    for i, (label, p, told) in enumerate(rows):
        y = 42 + i * 2 * ROW
        parts += [
            svg.text(left - 10, y + 18, svg.shorten(label, left - 18), SIZE, "end", weight=600),
            svg.rect(left, y + 4, max(1.5, room * p), ROW - 8, colour, radius=2),
            svg.text(left + room * p + 8, y + 18, percent(p), 13, fill=FAINT),
            svg.text(left, y + 41, svg.shorten_middle(told, width - left - MARGIN, 14), 14),
        ]
    said = "; ".join(f"{label} {percent(p)}: {told}" for label, p, told in rows)
    return svg.document(width, 42 + len(rows) * 2 * ROW + 12, parts, alt or f"{title}: {said}")


def in_words(labels: Sequence[str], values: Sequence[float], title: str = "") -> str:
    """The bars for those who cannot see them: "title: a 40 %, b 12 %"."""
    said = ", ".join(f"{label} {percent(p)}" for label, p in zip(labels, values))
    return f"{title}: {said}" if title else said
