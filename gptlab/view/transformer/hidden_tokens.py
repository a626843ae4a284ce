"""What BERT's masking does to eight tokens: who is selected, what becomes of them, and what the loss asks for."""

from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK, PANEL

WORDS = ("Lima", "is", "the", "capital", "of", "Peru", "today", ".")
FIRST = (0.07, 0.62, 0.11, 0.55, 0.93, 0.02, 0.38, 0.71)  # below the rate: selected
SECOND = (0.31, None, 0.95, None, None, 0.84, None, None)  # the fate of those selected
DRAWN = "Kenya"  # what is drawn for a replaced one
MASK, NONE = "[MASK]", "−100"
WIDE, HIGH, LEFT, MARGIN = 62, 30, 112, 16  # pixels


def fates() -> list[tuple[str, str]]:
    """(input, label) for each word."""
    found = []
    for word, first, second in zip(WORDS, FIRST, SECOND):
        if first >= 0.15 or second is None:
            found.append((word, NONE))
        else:
            found.append((MASK if second < 0.8 else DRAWN if second < 0.9 else word, word))
    return found


def hidden_tokens_picture() -> Picture:
    """Two draws for each token, the input that follows from them, and the label."""
    both = fates()
    rows = {
        "ids": list(WORDS),
        "draw 1": [f"{x:.2f}" for x in FIRST],
        "draw 2": ["" if x is None else f"{x:.2f}" for x in SECOND],
        "inputs": [given for given, _ in both],
        "labels": [label for _, label in both],
    }
    says = {
        "draw 1": "below 0.15: selected",
        "draw 2": "below 0.8: [MASK]; below 0.9: any token; else kept",
    }
    parts = [svg.text(MARGIN, 29, "Two draws decide what BERT reads", 15, weight=600)]
    y = 48.0
    for name, values in rows.items():
        parts.append(svg.text(LEFT - 12, y + 20, name, 14, "end", INK, 600))
        for i, value in enumerate(values):
            parts += _cell(LEFT + i * WIDE, y, value, _colour(name, i, value))
        y += HIGH + 4
        if name in says:
            parts.append(svg.text(LEFT, y + 12, says[name], 12.5, fill=FAINT))
            y += 22
    said = "; ".join(
        f"{word}: reads {given}, label {label}" for word, (given, label) in zip(WORDS, both)
    )
    alt = f"Two draws decide what BERT reads. {said}."
    return Picture(svg.document(LEFT + 8 * WIDE + MARGIN, y + 12, parts, alt), alt)


def _colour(name: str, i: int, value: str) -> str | None:
    if FIRST[i] >= 0.15 or name == "ids" or not value:
        return None
    return COLOURS["second" if name in ("inputs", "labels") else "first"]


def _cell(x: float, y: float, value: str, colour: str | None) -> list[str]:
    place = (x + 1, y, WIDE - 2, HIGH)
    parts = [svg.rect(*place, PANEL, 3, EDGE)]
    if colour:
        parts.append(svg.rect(*place, colour, 3, opacity=0.3))
    ink = FAINT if value == NONE else INK
    return [*parts, svg.text(x + WIDE / 2, y + 20, value, 13, "middle", ink)]
