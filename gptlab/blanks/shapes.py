"""Shape checks: the shape lines of a docstring against the arguments and the result of a call.

A shape line names an argument and says its axes and its kind; `->` says the same of the result:

    q     (B, H, T, D) float
    mask  (T, S) bool, True = may look
    ->    (B, H, T, D) float

The small grammar of these lines stands in `shape_lines.py`.
"""

import ast
import re
from collections.abc import Mapping
from typing import Any

from gptlab.blanks.shape_grammar import Form, Shapes, expression, parse_shapes, unknowns, value_of

__all__ = ["GLOSSARY", "Form", "Shapes", "check_shapes", "parse_shapes"]

GLOSSARY = {
    "B": "batch",
    "T": "query time",
    "S": "key time",
    "C": "width",
    "H": "heads",
    "D": "head width",
    "V": "vocabulary",
    "K": "candidates",
    "R": "response length",
    "F": "width of a hidden layer",
    "L": "layers",
    "N": "number of examples",
}

_NOT_GIVEN = object()


def check_shapes(
    fn_doc: str | None, arguments: Mapping[str, Any], result: Any = _NOT_GIVEN
) -> str | None:
    """Hold a call against its docstring: None when all is as it says, else one line about the first fault.

    Arguments that are None, or of a kind that has no shape, are passed over; so is a result not given.
    """
    shapes = parse_shapes(fn_doc, arguments)
    integers = {name: value for name, value in arguments.items() if type(value) is int}
    sizes: dict[str, Any] = dict(integers)
    pairs = [(name, arguments[name], forms) for name, forms in shapes.arguments.items()]
    pairs = [(name, value, forms) for name, value, forms in pairs if _shape(value) is not None]
    if result is not _NOT_GIVEN and shapes.results:
        results = _results(shapes.results, result)
        if isinstance(results, str):
            return results
        pairs += results
    later: list[tuple[str, str, int]] = []
    for name, value, forms in pairs:
        message = _fit(name, value, forms, sizes, later)
        if message:
            return message
    return next(
        filter(None, (_settle(axis, name, size, sizes) for axis, name, size in later)), None
    )


def _results(wanted: tuple, result: Any) -> list[tuple] | str:
    """Pair each result with its forms, or say what is wrong with their number or kind."""
    if len(wanted) == 1:
        values = [result]
    elif isinstance(result, (tuple, list)) and len(result) == len(wanted):
        values = list(result)
    else:
        came = len(result) if isinstance(result, (tuple, list)) else 1
        return f"there must be {len(wanted)} results, but {came} came"
    pairs = []
    for number, ((name, forms), value) in enumerate(zip(wanted, values, strict=True), start=1):
        called = name or ("the result" if len(wanted) == 1 else f"result {number}")
        if forms and _shape(value) is None and not isinstance(value, (list, tuple)):
            return f"{called} is {_kind(value)}, but must be {_either(forms)}"
        if forms and _shape(value) is not None:
            pairs.append((called, value, forms))
    return pairs


def _fit(name: str, value: Any, forms: tuple[Form, ...], sizes: dict, later: list) -> str | None:
    """Try each form; the first that fits leaves its letters' sizes in `sizes`, its sums in `later`."""
    messages = []
    for form in forms:
        trial, sums = dict(sizes), []
        message = _fit_form(name, value, form, trial, sums)
        if message is None:
            sizes.update(trial)
            later.extend(sums)
            return None
        messages.append(message)
    return messages[0] if len(messages) == 1 else f"{messages[0]} (or {_either(forms[1:])})"


def _fit_form(name: str, value: Any, form: Form, sizes: dict, later: list) -> str | None:
    """Hold one value against one form, noting the sizes of its letters."""
    shape, kind = _shape(value), _kind(value)
    assert shape is not None  # what has none is passed over
    if form.kind and form.kind not in kind and not (form.kind == "float" and type(value) is int):
        return f"{name} is {kind}, but must be {form.kind}"
    axes = list(form.axes)
    if "…" in axes:
        at, extra = axes.index("…"), len(shape) - len(axes) + 1
        if extra >= 0:
            leading = tuple(shape[at : at + extra])
            if sizes.setdefault("…", leading) != leading:
                return f"the axes … of {name} are {leading}, but … was {sizes['…']} before"
            shape, axes = shape[:at] + shape[at + extra :], axes[:at] + axes[at + 1 :]
    if len(shape) != len(axes):
        axes = f"{len(shape)} {'axis' if len(shape) == 1 else 'axes'}"
        return f"{name} has {axes} {tuple(shape)}, but {form} has {len(form.axes)}"
    for axis, size in zip(axes, shape, strict=True):
        if not re.fullmatch("[A-Z]", axis):
            later.append((axis, name, size))
        elif sizes.setdefault(axis, size) != size:
            return f"axis {axis} of {name} is {size}, but {axis} was {sizes[axis]} before"
    return None


def _settle(axis: str, name: str, size: int, sizes: dict) -> str | None:
    """Hold a sum or product against its size; one letter not known yet is solved for."""
    tree = expression(axis)
    letters = unknowns(axis)
    assert tree is not None and letters is not None  # else the docstring had been refused
    unknown = [letter for letter in set(letters) if letter not in sizes]
    if len(unknown) > 1:
        return None
    if unknown:
        if any(isinstance(node, ast.Div) for node in ast.walk(tree)):
            return None
        at_zero, at_one = (value_of(tree, sizes | {unknown[0]: number}) for number in (0, 1))
        solved = (size - at_zero) / (at_one - at_zero) if at_one != at_zero else -1
        if solved >= 0 and solved == int(solved):
            sizes[unknown[0]] = int(solved)
            return None
        return f"axis {axis} of {name} is {size}, which fits no {unknown[0]}"
    wanted = value_of(tree, sizes)
    return None if wanted == size else f"axis {axis} of {name} is {size}, but must be {wanted}"


def _either(forms: tuple[Form, ...]) -> str:
    """Forms in words."""
    return " or ".join(str(form) for form in forms)


def _shape(value: Any) -> tuple[int, ...] | None:
    """The sizes of a tensor, a number or an even nest of lists; None for anything else."""
    if hasattr(value, "shape"):
        return tuple(int(size) for size in value.shape)
    if isinstance(value, (bool, int, float)):
        return ()
    if not isinstance(value, (list, tuple)):
        return None
    inner = {_shape(item) for item in value} or {()}
    first = inner.pop()
    return None if inner or first is None else (len(value), *first)


def _kind(value: Any) -> str:
    """The kind of number inside: a dtype's name, or that of Python's own type."""
    if hasattr(value, "dtype"):
        return str(value.dtype).rpartition(".")[2]
    if isinstance(value, (list, tuple)):
        return _kind(value[0]) if value else "an empty list of float, int or bool"
    return "None" if value is None else type(value).__name__
