"""The message of a failed check: what was expected, what was got, for which input, and the likely mistake."""

import textwrap
from typing import Any

import torch
from torch import Tensor

from gptlab.exercises.case import Case, Seed
from gptlab.exercises.compare import first_difference
from gptlab.exercises.judge import Fault
from gptlab.exercises.mistake import Mistake

WIDTH = 100
SMALL = 8  # a tensor of so many numbers is shown whole


def failure(key: str, fault: Fault, names: list[str], mistake: Mistake | None) -> str:
    """At most 12 lines."""
    expected, got = _both(fault, names, 6)
    if expected == got:
        expected, got = _both(fault, names, 12)
    parts = [("for", _input(fault.case, names), 3), ("expected", expected, 2), ("got", got, 2)]
    if mistake is not None:
        parts.append(("likely", f"{mistake.name}. {mistake.hint}", 3))
    parts.append(("help", f'hint("{key}")', 1))
    return "\n".join([f"✗ {key}", *(line for part in parts for line in _lines(*part))])


def success(key: str) -> str:
    """One line, the same every time."""
    return f"✓ {key} passes its check"


def _lines(label: str, text: str, most: int) -> list[str]:
    """A labelled text, folded; what does not fit in `most` lines ends in …"""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=f"  {label:<9} ",
        subsequent_indent=" " * 12,
        max_lines=most,
        placeholder=" …",
        break_long_words=True,
    ) or [f"  {label}"]


def _input(case: Case, names: list[str]) -> str:
    given = [*zip(names, case.arguments, strict=False), *case.options.items()]
    given = [(name, value) for name, value in given if not callable(value)]
    text = ", ".join(f"{name} {argument(value)}" for name, value in given)
    if len(text) > 2 * (WIDTH - 12):
        text = ", ".join(f"{name} {argument(value, small=1)}" for name, value in given)
    about = case.about if case.expected is not True else ""
    return f"{text} ({about})" if about and text else text or about or "no arguments"


def argument(value: Any, small: int = SMALL) -> str:
    """A value of the input: small ones whole, large ones by shape."""
    if isinstance(value, Tensor):
        if value.numel() <= small:
            return whole(value)
        return f"{tuple(value.shape)} {str(value.dtype).removeprefix('torch.')}"
    if isinstance(value, Seed):
        return f"with seed {value.number}"
    if isinstance(value, (list, tuple)) and any(isinstance(item, Tensor) for item in value):
        return "[" + ", ".join(argument(item, small) for item in value) + "]"
    if isinstance(value, dict) and any(isinstance(item, Tensor) for item in value.values()):
        return f"a dict of {_counted(len(value), 'tensor')}"
    text = repr(value)
    return (
        text
        if len(text) <= 90
        else f"{text[:80]} … ({len(value)} long)"
        if hasattr(value, "__len__")
        else text[:80]
    )


def whole(value: Any, digits: int = 6) -> str:
    """A value in full, its numbers rounded."""
    if isinstance(value, Tensor):
        return whole(value.detach().tolist(), digits)
    if isinstance(value, list):
        return "[" + ", ".join(whole(item, digits) for item in value) + "]"
    if isinstance(value, tuple):
        return (
            "("
            + ", ".join(whole(item, digits) for item in value)
            + ("," if len(value) == 1 else "")
            + ")"
        )
    return f"{value:.{digits}g}" if isinstance(value, float) else repr(value)


def _both(fault: Fault, names: list[str], digits: int) -> tuple[str, str]:
    """What was expected and what was got, in words."""
    expected = fault.case.expected
    got = fault.outcome.value
    if fault.expected and fault.got:
        return fault.expected, fault.got
    if fault.got:
        return (fault.case.about if expected is True else _result(expected, digits)), fault.got
    if (
        isinstance(expected, (list, tuple))
        and isinstance(got, (list, tuple))
        and any(isinstance(item, Tensor) for item in expected)
    ):
        return _first_of_several(fault, names, digits)
    return _pair(fault.case, expected, got, "", digits)


def _first_of_several(fault: Fault, names: list[str], digits: int) -> tuple[str, str]:
    """The first of several results that is not as it should be."""
    expected = fault.case.expected
    got = fault.outcome.value
    if len(expected) != len(got):
        return _counted(len(expected), "result"), _counted(len(got), "result")
    titles = _titles(fault.case, names)
    for title, want, value in zip(titles, expected, got, strict=True):
        texts = _pair(fault.case, want, value, title, digits)
        if texts[0] != texts[1]:
            return texts
    return _result(expected, digits), _result(got, digits)


def _counted(n: int, what: str) -> str:
    return f"{n} {what}{'s' * (n != 1)}"


def _titles(case: Case, names: list[str]) -> list[str]:
    """What each of several results is called: a gradient by its argument, others by their number."""
    n = len(case.expected)
    if not case.gradient:
        return [f"result {number}" if n > 1 else "" for number in range(1, n + 1)]
    left_out = getattr(case.call, "keywords", {}).get("no_gradient_for", ())
    given = [
        pair for i, pair in enumerate(zip(names, case.arguments, strict=False)) if i not in left_out
    ]
    leaves: list[str] = []
    for name, value in [*given, *case.options.items()]:
        several = isinstance(value, (list, tuple))
        for i, one in enumerate(value if several else [value]):
            if isinstance(one, Tensor) and one.is_floating_point():
                leaves.append(f"{name}[{i}]" if several else name)
    if len(leaves) != n:
        return [f"gradient {number}" for number in range(1, n + 1)]
    return [f"the gradient with regard to {name}" for name in leaves]


def _pair(case: Case, expected: Any, got: Any, name: str, digits: int) -> tuple[str, str]:
    """Two values: small ones whole, large ones by the first place where they differ."""
    if isinstance(expected, Tensor) and isinstance(got, Tensor):
        if expected.shape != got.shape:
            return (
                f"{name} shape {tuple(expected.shape)}".strip(),
                f"{name} shape {tuple(got.shape)}".strip(),
            )
        if torch.equal(expected, got.to(expected.dtype)):
            return "", ""
        if case.parts and expected.shape == (len(case.parts),):
            return _named(case, expected, got)
        if expected.numel() > SMALL:
            place, count = (
                first_difference(expected, got, case.rtol, case.atol)
                if not _same(case, expected, got)
                else ((0,) * expected.ndim, 0)
            )
            if count == 0:
                return "", ""
            at = f"{name} {list(place)} = ".lstrip()
            return (
                f"{at}{whole(expected[place].item(), digits)}",
                f"{at}{whole(got[place].item(), digits)}, {count} of {expected.numel()} numbers differ",
            )
        return f"{name} {whole(expected, digits)}".strip(), f"{name} {whole(got, digits)}".strip()
    return f"{name} {_result(expected, digits)}".strip(), f"{name} {_result(got, digits)}".strip()


def _named(case: Case, expected: Tensor, got: Tensor) -> tuple[str, str]:
    """The numbers that differ, each by its name."""
    off = [i for i in range(len(expected)) if not _same(case, expected[i], got[i])]
    return tuple(
        "; ".join(f"{case.parts[i]} {float(numbers[i]):.3g}" for i in off)
        for numbers in (expected, got)
    )


def _same(case: Case, expected: Tensor, got: Tensor) -> bool:
    return torch.allclose(
        expected.double(), got.double(), rtol=case.rtol, atol=case.atol, equal_nan=True
    )


def _result(value: Any, digits: int) -> str:
    """A result in a few words."""
    if isinstance(value, Tensor) and value.numel() > SMALL:
        return f"a tensor {tuple(value.shape)}"
    if isinstance(value, (tuple, list)) and any(isinstance(item, Tensor) for item in value):
        return ", ".join(_result(item, digits) for item in value)
    return whole(value, digits)
