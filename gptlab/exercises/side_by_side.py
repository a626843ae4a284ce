"""After a passed check: the learner's body and the reference beside it, folded until she opens them."""

import ast
from html import escape
from pathlib import Path

from gptlab.blanks.errors import CourseError
from gptlab.blanks.solutions import reference_source
from gptlab.blanks.source_scan import Blank, blank_in, parsed

_CODE = (
    "font-family:var(--jp-code-font-family,monospace);white-space:pre-wrap;margin:.3em 0;padding:.4em .6em;border:0;"
    "background:var(--jp-layout-color2,#8882);color:inherit;border-radius:3px"
)


def folded(entry: Blank) -> str:
    """HTML with both bodies; "" where one of them cannot be read, as without solutions/."""
    try:
        pair = {"yours": own_source(entry), "the reference": reference_source(entry.key)}
    except (CourseError, OSError, SyntaxError, ValueError):
        return ""
    columns = "".join(
        f'<div style="flex:1 1 24em;min-width:0"><div>{title}</div>'
        f'<pre style="{_CODE}">{escape(text.rstrip())}</pre></div>'
        for title, text in pair.items()
    )
    return (
        "<details><summary>your function beside the reference</summary>"
        f'<div style="display:flex;flex-wrap:wrap;gap:0 1em">{columns}</div></details>'
    )


def own_source(entry: Blank) -> str:
    """The learner's function as it is in her file, without decorator and docstring.

    Raises OSError, SyntaxError or ValueError where it cannot be found.
    """
    text = Path(entry.file).read_bytes()
    node = blank_in(parsed(text), entry.name)
    if node is None:
        raise ValueError(f"{entry.file} defines no {entry.name}")
    lines = text.decode("utf-8").splitlines()
    said = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
    header = lines[node.lineno - 1 : node.body[0].lineno - 1]
    if not header:  # all of it is one line
        return lines[node.lineno - 1]
    first = node.body[0].end_lineno if said else node.body[0].lineno - 1
    return "\n".join([*header, *lines[first : node.end_lineno]])
