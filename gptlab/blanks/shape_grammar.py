"""The parser of shape lines, such as `q (B, H, T, D) float`, in docstrings.

The grammar, one line at a time:

    line    = (names | "->" [name]) spec {"," [name] spec} ["," comment]
    names   = name {"," name}                      k, v  (B, T) float
    spec    = form {"or" form}                     () float or float
    form    = "(" [axis {"," axis}] ")" [kind] | kind
    kind    = "float" | "int" | "bool"             without axes: one number
    axis    = "…" | sum of products of letters, whole numbers and integer arguments: T − 1, 3C, H·D, C/H

A letter has one size in one call; "…" (or "...") is any number of axes, the same everywhere in one call.
A lower-case name in an axis is the value of the integer argument of that name. Several `->` lines, or lines
for other names below one, are several results. A `->` line that is no shape is a result that is not
checked; every other line is prose.
"""

import ast
import operator
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

_KINDS = "float|int|bool"
_FORM = re.compile(rf"\(([^()]*)\)(?:\s*({_KINDS})\b)?|({_KINDS})\b")
_NAMES = re.compile(r"([A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*)\s+")
_NAME = re.compile(r"([A-Za-z_]\w*)\s+")
_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


@dataclass(frozen=True)
class Form:
    """One shape: its axes as written, and its kind ("" where none is said)."""

    axes: tuple[str, ...]
    kind: str

    def __str__(self) -> str:
        return f"({', '.join(self.axes)}) {self.kind}".rstrip()


@dataclass(frozen=True)
class Shapes:
    """What a docstring says: the forms allowed for each argument, and (name, forms) of each result."""

    arguments: dict[str, tuple[Form, ...]]
    results: tuple[tuple[str, tuple[Form, ...]], ...]  # no forms: any value

    def letters(self) -> set[str]:
        """All axis letters that occur."""
        every = [form for forms in self.arguments.values() for form in forms]
        every += [form for _, forms in self.results for form in forms]
        return {
            letter
            for form in every
            for axis in form.axes
            for letter in unknowns(axis) or ()
            if letter.isupper()
        }


def parse_shapes(doc: str | None, parameters: Iterable[str] | None = None) -> Shapes:
    """Read the shape lines of a docstring; with parameters, only those names are arguments.

    Raises ValueError for a line that starts like a shape line but has an axis that cannot be read.
    """
    known = None if parameters is None else set(parameters)
    arguments: dict[str, tuple[Form, ...]] = {}
    results: list[tuple[str, tuple[Form, ...]]] = []
    for line in (doc or "").splitlines():
        text = line.strip()
        if text.startswith("->"):
            text = text[2:].strip()
            results += _specs(text, known) or [("", ())]
            continue
        names = _NAMES.match(text)
        if names is None:
            continue
        wanted = re.split(r"\s*,\s*", names[1])
        if known is None or known.issuperset(wanted):
            specs = [] if results and known is None else _specs(text[names.end() :], known)
            if specs and not specs[0][0]:
                arguments.update(dict.fromkeys(wanted, specs[0][1]) | dict(specs[1:]))
                continue
        if results and not (known and known.intersection(wanted)):
            results += _specs(text, known)
    return Shapes(arguments, tuple(results))


def _specs(text: str, known: set[str] | None) -> list[tuple[str, tuple[Form, ...]]]:
    """Read "[name] spec, [name] spec, comment" from its start; [] when it does not start so."""
    specs: list[tuple[str, tuple[Form, ...]]] = []
    while text:
        name = _NAME.match(text)
        for named in [name, None] if name else [None]:
            forms, rest = _forms(text[named.end() :] if named else text, known)
            if forms:
                break
        if not forms or (specs and not named and not text.startswith("(")):
            break
        specs.append((named[1] if named else "", forms))
        text = rest[1:].strip() if rest.startswith(",") else ""
    return specs


def _forms(text: str, known: set[str] | None) -> tuple[tuple[Form, ...], str]:
    """Read "form or form" from the start of the text; also gives what follows."""
    forms: list[Form] = []
    while match := _FORM.match(text):
        rest = text[match.end() :]
        if match[1] is None and rest[:1] not in ("", ",") and not rest.lstrip().startswith("or "):
            break  # "float of some sort" is prose
        axes = () if match[1] is None else _axes(match[1], known)
        if axes is None:
            break
        forms.append(Form(axes, match[2] or match[3] or ""))
        text = rest.strip()
        if not text.startswith("or "):
            break
        text = text[2:].strip()
    return tuple(forms), text


def _axes(text: str, known: set[str] | None) -> tuple[str, ...] | None:
    """Split what stands in the parentheses into axes; None when it is prose.

    Raises ValueError when some of it is axis letters and some cannot be read.
    """
    parts = [part.strip() for part in text.removesuffix(",").split(",")] if text.strip() else []
    axes = tuple("…" if part in ("...", "…") else part for part in parts)
    wrong = [axis for axis in axes if not _readable(axis, known)]
    if not wrong and axes.count("…") < 2:
        return axes
    if any(re.fullmatch(r"[A-Z]|…|\.\.\.", part) for part in parts):
        raise ValueError(
            f"the shape ({text}) has an axis that cannot be read: {(wrong or ['…'])[0]}"
        )
    return None


def _readable(axis: str, known: set[str] | None) -> bool:
    """True when an axis follows the grammar and its lower-case names are arguments."""
    if axis == "…":
        return True
    names = unknowns(axis)
    if names is None:
        return False
    allowed = known or set()
    return all(name in allowed or re.fullmatch("[A-Z]", name) for name in names)


def expression(axis: str) -> ast.expr | None:
    """The syntax tree of an axis, or None when it is no sum of products."""
    text = re.sub("[−–]", "-", re.sub("[·×]", "*", axis))
    text = re.sub(r"(?<![\w.])(\d+)\s*(?=[A-Za-z])", r"\1*", text)
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            continue
        if isinstance(node, ast.Constant) and type(node.value) is int:
            continue
        if not isinstance(node, (ast.Name, ast.expr_context, ast.operator)):
            return None
    return tree


def unknowns(axis: str) -> list[str] | None:
    """The letters and names in an axis, or None when it cannot be read."""
    if axis == "…":
        return []
    tree = expression(axis)
    return (
        None if tree is None else [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    )


def value_of(node: ast.expr, sizes: Mapping[str, Any]) -> Fraction:
    """The size that an axis has when its letters have these sizes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return Fraction(node.value)
    if isinstance(node, ast.Name):
        return Fraction(sizes[node.id])
    assert isinstance(node, ast.BinOp)  # `expression` lets nothing else through
    return _OPERATORS[type(node.op)](value_of(node.left, sizes), value_of(node.right, sizes))
