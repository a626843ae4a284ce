"""The elements of a picture drawn by hand, as SVG: text, boxes, lines, and the panel they stand on."""

import re
from html import escape

from wcwidth import wcwidth

from gptlab.view.palette import EDGE, FONTS, INK, PANEL

NARROW = 0.56  # of the font's size: the width of most letters
WIDE = 1.0  # and of a Chinese character


def text_width(content: str, size: float = 15) -> float:
    """About how wide a text will be, in pixels; on the safe side for most fonts."""
    return size * sum(WIDE if wcwidth(c) == 2 else NARROW for c in content)


def shorten(content: str, width: float, size: float = 15) -> str:
    """A text cut with … where it is wider than `width` pixels."""
    if text_width(content, size) <= width:
        return content
    while content and text_width(content + "…", size) > width:
        content = content[:-1]
    return content + "…"


def shorten_left(content: str, width: float, size: float = 15) -> str:
    """The same, but its end is kept and its beginning cut."""
    return shorten(content[::-1], width, size)[::-1]


def shorten_middle(content: str, width: float, size: float = 15) -> str:
    """The same, but both ends are kept and the middle is cut, between words where there are words."""
    if text_width(content, size) <= width:
        return content
    head = shorten(content, 0.6 * width, size)[:-1]
    tail = shorten_left(content, 0.4 * width - size, size)[1:]
    return f"{head.rpartition(' ')[0] or head} … {re.sub('^[^ ⏎]*[ ⏎]', '', tail)}"


def wrapped(content: str, width: float, size: float = 15) -> list[str]:
    """A text in lines of at most that many pixels, broken at spaces where there are any."""
    lines = []
    line = ""
    for word in _words(content):
        if line and text_width(line + word, size) > width:
            lines.append(line.rstrip())
            line = word.lstrip()
        else:
            line += word
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _words(text: str) -> list[str]:
    """Words with the space after them; a Chinese character is a word."""
    words = []
    for c in text.replace("\n", " "):
        if words and words[-1][-1] not in " " and c.isascii() and words[-1][-1].isascii():
            words[-1] += c
        else:
            words.append(c)
    return words


def text(
    x: float,
    y: float,
    content: str,
    size: float = 15,
    anchor: str = "start",
    fill: str = INK,
    weight: int = 400,
) -> str:
    """One line of text; y is its baseline, anchor is start, middle or end."""
    bold = f' font-weight="{weight}"' if weight != 400 else ""
    side = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{fill}"{side}{bold} '
        f'xml:space="preserve">{escape(content)}</text>'
    )


def rect(
    x: float,
    y: float,
    width: float,
    height: float,
    fill: str,
    radius: float = 0,
    stroke: str | None = None,
    opacity: float = 1.0,
) -> str:
    """A box."""
    edge = f' stroke="{stroke}"' if stroke else ""
    round_ = f' rx="{radius:g}"' if radius else ""
    faint = f' opacity="{opacity:g}"' if opacity != 1 else ""
    place = f'x="{x:g}" y="{y:g}" width="{max(0, width):.4g}" height="{height:g}"'
    return f'<rect {place}{round_} fill="{fill}"{edge}{faint}/>'


def line(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    stroke: str = EDGE,
    width: float = 1,
    dashes: str | None = None,
) -> str:
    """A straight line; dashes as in SVG, such as "1 3"."""
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    ends = f'x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"'
    return f'<line {ends} stroke="{stroke}" stroke-width="{width:g}"{dashed}/>'


def document(width: float, height: float, parts: list[str], alt: str) -> str:
    """The whole picture: the parts on a light panel, with `alt` for those who cannot see it."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" '
        f'role="img" aria-label="{escape(alt)}" font-family="{FONTS}" style="max-width:100%;height:auto">'
    )
    panel = rect(0.5, 0.5, width - 1, height - 1, PANEL, radius=8, stroke=EDGE)
    return "\n".join([head, f"<title>{escape(alt)}</title>", panel, *parts, "</svg>"]) + "\n"
