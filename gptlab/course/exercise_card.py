"""Exercise cards: what a lesson shows of a blank, and the summary of all its blanks at the end.

Both say the same thing to everybody where they can. A card says nothing about whose the function is: the
notebooks are kept with outputs that were made with borrowed functions, and would say something untrue.
"""

import ast
import re
import textwrap
from dataclasses import dataclass
from html import escape
from pathlib import Path

from gptlab.blanks.source_scan import Blank

WIDTH = 66  # characters of a line of code
_SHAPE = re.compile(r"(?:->|[a-z_]\w*(?:, [a-z_]\w*)*)\s{2,}(?=\S)")
PANEL = (  # JupyterLab's colours where they are known, else those around it: readable on dark and light
    "border:1px solid var(--jp-border-color1,#9994);border-left:4px solid #3a7bbf;border-radius:4px;"
    "padding:.6em .9em;margin:.3em 0;max-width:44em;box-sizing:border-box;overflow-wrap:anywhere;line-height:1.5;"
    "font-family:var(--jp-content-font-family,sans-serif);color:var(--jp-content-font-color1,inherit)"
)
CODE = (
    "font-family:var(--jp-code-font-family,monospace);white-space:pre-wrap;word-break:normal;border:0;"
    "margin:.5em 0;padding:.4em .6em;background:var(--jp-layout-color2,#8882);color:inherit;border-radius:3px"
)
QUIET = "opacity:.75;font-size:.9em"


@dataclass(frozen=True)
class RichText:
    """Something with a text and an HTML face; a notebook shows the one it can."""

    text: str
    html: str

    def __str__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        """Both faces in one bundle."""
        return {"text/plain": self.text, "text/html": self.html}


def card(entry: Blank, why: str) -> RichText:
    """The card of one exercise: what to write, where, why, how long and how hard."""
    effort = f"about {entry.minutes} min"
    dots = "●" * entry.difficulty + "○" * (5 - entry.difficulty)
    place = f"gptlab/{entry.module}.py"
    code = "\n".join(
        [signature_of(entry), *(_beside(line, note) for line, note in equation_of(entry.doc))]
    )
    more = [
        "\n".join(block) for block in (shape_lines_of(entry.doc), example_of(entry.doc)) if block
    ]
    code = "\n\n".join([code, *more])
    notes = notes_of(entry.doc)
    said = "".join(
        "\n\n" + "\n".join(textwrap.fill(line, WIDTH) for line in note.splitlines())
        for note in notes
    )
    text = (
        f"Exercise: {entry.key}   {effort}, difficulty {dots}\n{why}\n{entry.place}\n\n{code}{said}"
    )
    link = f'<a href="../{place}#line={entry.line - 1}" target="_blank" rel="noopener">{place}</a>'
    html = (
        f'<div style="{PANEL}"><div><strong>✎ {escape(entry.key)}</strong> <span style="{QUIET}">{effort} · '
        f'difficulty <span aria-label="{entry.difficulty} of 5">{dots}</span></span></div>'
        f"<div>{_with_code(why)}</div>"
        f'<pre style="{CODE}">{escape(code)}</pre>'
        f"{''.join(map(_as_html, notes))}"
        f"<div>Write it in {link}, line {entry.line}.</div></div>"
    )
    return RichText(text, html)


def _beside(equation: str, note: str) -> str:
    """An equation with its source, which goes on a line of its own where both have no room on one."""
    line = f"    {equation}    {note}".rstrip()
    if len(line) <= WIDTH:
        return line
    parts = [(" " * 4, equation), (" " * 8, note)]
    return "\n".join(
        textwrap.fill(
            part, WIDTH, initial_indent=indent, subsequent_indent=" " * 8, break_on_hyphens=False
        )
        for indent, part in parts
        if part
    )


def equation_of(doc: str) -> list[tuple[str, str]]:
    """The first block of equations in a docstring, line by line, each with the source that stands beside it."""
    lines = doc.splitlines()
    start = next(
        (
            i
            for i, line in enumerate(lines)
            if i and line.startswith("    ") and not lines[i - 1].strip()
        ),
        len(lines),
    )
    end = next((i for i in range(start, len(lines)) if not lines[i].startswith("    ")), len(lines))
    pairs = []
    for line in textwrap.dedent("\n".join(lines[start:end])).splitlines():
        if line.startswith(" " * 12):
            pairs.append(("", line.strip()))  # a source that had no room on the line above
            continue
        left, _, note = re.sub(r"(?<=\S)\s{6,}(?=\S)", "\0", line, count=1).partition("\0")
        pairs.append((left.rstrip(), re.sub(r"\s{3,}", " · ", note.strip())))
    return pairs


def shape_lines_of(doc: str) -> list[str]:
    """What goes in and what comes out, as the docstring says it: `x  (B, T) float`, a line each, folded."""
    for block in _blocks(doc):
        if _SHAPE.match(block[0]) and any(line.startswith("->") for line in block):
            return [line for whole in block for line in _folded_shape(whole)]
    return []


def _folded_shape(line: str) -> list[str]:
    """A shape line, which goes on below its second column where it is too long."""
    match = _SHAPE.match(line)
    column = match.end() if match else 4
    return textwrap.wrap(line, WIDTH, subsequent_indent=" " * column, break_on_hyphens=False)


def example_of(doc: str) -> list[str]:
    """The example on paper, the docstring's block that begins with "Example:", as input → output, folded."""
    block = next((one for one in _blocks(doc) if re.match(r"Examples?:", one[0])), [])
    beside = [line for line in (re.sub(r"^Examples?:\s*", "", one) for one in block[:1]) if line]
    below = textwrap.dedent("\n".join(block[1:])).splitlines()
    folded = [
        textwrap.wrap(
            line.replace("->", "→"),
            WIDTH,
            initial_indent=" " * 4,
            subsequent_indent=" " * 8,
            break_on_hyphens=False,
        )
        for line in [*beside, *below]
    ]
    return ["example", *(line for lines in folded for line in lines)] if folded else []


def notes_of(doc: str) -> list[str]:
    """What else the docstring asks for: its paragraphs after the first that are no equation, shapes, example or errors.

    A paragraph is one line of text, with further lines where the docstring has a list or indents them.
    """
    shapes = next((b for b in _blocks(doc) if _SHAPE.match(b[0]) and "->" in "".join(b)), None)
    paragraphs = [block.splitlines() for block in re.split(r"\n\s*\n", doc.strip())][1:]
    equation = next((lines for lines in paragraphs if lines[0].startswith("    ")), None)
    return [
        _flowing(lines)
        for lines in paragraphs
        if lines not in (equation, shapes) and not re.match(r"(Examples?|Raises)\b", lines[0])
    ]


def _flowing(lines: list[str]) -> str:
    """Lines of a paragraph joined, but for those that are indented or items of a list."""
    text = ""
    for line in lines:
        apart = re.match(r"\s{2}|\d+\. |- ", line)
        text += ("\n" if apart else " ") + " ".join(line.split()) if text else line.strip()
    return text


def _as_html(note: str) -> str:
    """A note as a paragraph."""
    return f'<div style="white-space:pre-line;margin:.4em 0">{_with_code(note)}</div>'


def _with_code(text: str) -> str:
    """A text as HTML, what is between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _blocks(doc: str) -> list[list[str]]:
    """The paragraphs of a docstring that are not indented, each as its lines."""
    found = [block.splitlines() for block in re.split(r"\n\s*\n", doc.strip())]
    return [block for block in found if block and block[0][0] != " "]


def signature_of(entry: Blank) -> str:
    """`def name(arguments) -> result:` as it stands in the learner's file, folded."""
    text = Path(entry.file).read_bytes().decode("utf-8", errors="replace")
    for node in _statements(text):
        if isinstance(node, ast.FunctionDef) and node.name == entry.name:
            header = text.splitlines()[node.lineno - 1 : max(node.body[0].lineno - 1, node.lineno)]
            whole = re.sub(r",? \)", ")", " ".join(" ".join(header).split()).replace("( ", "("))
            whole = re.sub(r"(?<!,) ", "\u00a0", whole)  # fold at commas only
            return textwrap.fill(whole, WIDTH, subsequent_indent=" " * 8).replace("\u00a0", " ")
    return f"def {entry.name}(…):"


def _statements(text: str) -> list[ast.stmt]:
    """The statements of a file, none where it cannot be parsed."""
    try:
        return ast.parse(text).body
    except (SyntaxError, ValueError):
        return []


def summary(name: int | str, blanks: list[tuple[Blank, str]], states: list[str]) -> RichText:
    """A lesson's blanks and whose each is; then the whole course, as soon as one of its blanks is the learner's."""
    mark = {"yours": "✓", "borrowed": "○", "empty": "·"}
    mine = sum(state == "yours" for _, state in blanks)
    count = (
        f"{mine} of {len(blanks)} functions of this lesson are yours"
        if blanks
        else "nothing to write"
    )
    if "yours" in states:
        count += f", {states.count('yours')} of {len(states)} of the whole course"
    width = max((len(entry.key) for entry, _ in blanks), default=0)
    rows = [f"{mark[state]} {entry.key:<{width}}  {state}" for entry, state in blanks]
    items = "".join(
        f"<div><code>{mark[state]} {escape(entry.key)}</code> "
        f'<span style="{QUIET}">{state}</span></div>'
        for entry, state in blanks
    )
    html = f'<div style="{PANEL}"><div><strong>Lesson {name}: {count}</strong></div>{items}</div>'
    return RichText("\n".join([f"lesson {name}: {count}", *rows]), html)
