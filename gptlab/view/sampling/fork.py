"""A fork: one text, its likeliest next tokens, and how the text most likely goes on after each of them."""

import re
from collections.abc import Callable

from gptlab.engine.assistant import Assistant
from gptlab.view.kit import svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.number_format import percent
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK
from gptlab.view.sampling.token_walk import continuations_by_first_token
from gptlab.world.gloss import gloss, has_chinese

WIDTH = 560
ROOT, TOKEN, TEXT = 14, 74, 152  # left edges: of the prompt, of the first tokens, of the texts
SIZE, LINE = 14, 18
MARKS = {True: "✓", False: "✗", None: ""}
VERDICTS = {True: COLOURS["right"], False: COLOURS["wrong"], None: FAINT}

Verdict = Callable[[str], bool | None]  # True: good, False: bad, None: neither


def review_verdict(text: str) -> bool | None:
    """What a review of the little web says of itself at its end: good, bad, or nothing yet."""
    found = re.search(r"Review: (good|bad)|评价：(好评|差评)", text)
    return None if not found else found[0].endswith(("good", "好评"))


def names(*answers: str) -> Verdict:
    """A verdict: whether a text names one of these answers."""
    return lambda text: any(answer in text for answer in answers)


def fork_picture(assistant: Assistant, text: str, verdict: Verdict, n: int = 6) -> Picture:
    """A tree from a text over its n likeliest next tokens to what follows each, coloured by `verdict`.

    Chinese texts have their English beside them.
    """
    found = continuations_by_first_token(assistant, text, n)
    rows = [(one.label, one.probability, said.strip()) for one, said in found]
    y = 58.0 + (20 if has_chinese(text) else 0)
    heights = [_height(said) for _, _, said in rows]
    middle = y + sum(heights) / 2
    parts = _head(text)
    for (label, probability, said), height in zip(rows, heights):
        parts += _branch(middle, y, height, label, probability, said, verdict(said))
        y += height
    alt = (
        f"A fork. The {assistant.name} goes on from {_quoted(text)}. "
        + "; ".join(_described(row, verdict) for row in rows)
        + "."
    )
    return Picture(svg.document(WIDTH, y + 10, parts, alt), alt)


def _head(text: str) -> list[str]:
    title = svg.text(ROOT, 30, svg.shorten(f"{text} …", WIDTH - 28, 15), 15, weight=600)
    below = svg.text(ROOT, 50, f"{gloss(text)} …", 13, fill=FAINT) if has_chinese(text) else ""
    return [title, below]


def _branch(
    middle: float, y: float, height: float, label: str, p: float, said: str, good: bool | None
) -> list[str]:
    """One branch: a curve as thick as its token is likely, the token, and the text after it."""
    colour = VERDICTS[good]
    at = y + height / 2
    curve = (
        f'<path d="M {ROOT + 2:g} {middle:g} C {ROOT + 34:g} {middle:g}, {ROOT + 26:g} {at:g}, '
        f'{TOKEN - 6:g} {at:g}" fill="none" stroke="{colour}" stroke-opacity="0.55" '
        f'stroke-width="{max(1.2, 22 * p):.3g}"/>'
    )
    parts = [
        curve,
        svg.text(TOKEN, at, svg.shorten(label, TEXT - TOKEN - 6, 15), 15, weight=700),
        svg.text(TOKEN, at + 16, f"{percent(p)}  {MARKS[good]}".strip(), 12, fill=colour),
        svg.line(TEXT - 8, y + 6, TEXT - 8, y + height - 6, colour, 3),
    ]
    top = y + LINE
    for line in _lines(said):
        parts.append(svg.text(TEXT, top, line, SIZE, fill=INK))
        top += LINE
    for line in _glossed(said):
        parts.append(svg.text(TEXT, top, line, 12.5, fill=FAINT))
        top += LINE
    return [*parts, svg.line(TEXT - 8, y + height, WIDTH - 14, y + height, EDGE, 0.6)]


def _lines(said: str, size: float = SIZE) -> list[str]:
    """A text in lines that fit, broken between words and at its own line ends."""
    lines = [""]
    for piece in re.findall(r"[\u2e80-\uffef]|⏎|[^\s⏎\u2e80-\uffef]+ ?|\s", said):
        if svg.text_width(lines[-1] + piece.rstrip(), size) > WIDTH - TEXT - 14:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]


def _glossed(said: str) -> list[str]:
    if not has_chinese(said):
        return []
    return _lines(visible(gloss(said.replace("⏎", "\n"))).replace("␣", " "), 12.5)


def _height(said: str) -> float:
    return LINE * (len(_lines(said)) + len(_glossed(said))) + 14


def _quoted(text: str) -> str:
    return f"“{text}”" + (f" ({gloss(text)})" if has_chinese(text) else "")


def _described(row: tuple[str, float, str], verdict: Verdict) -> str:
    label, p, said = row
    how = {True: "good", False: "bad", None: "neither"}[verdict(said)]
    english = f" ({gloss(said.replace('⏎', ' / '))})" if has_chinese(said) else ""
    return f"{label} ({percent(p)}) leads to “{said}”{english}, {how}"
