"""A patient: a function with a real bug, which the learner finds and mends; the blank's check says when it is well."""

import textwrap
from collections.abc import Callable

from gptlab.blanks.errors import CourseError
from gptlab.exercises.check import verdict
from gptlab.exercises.report import Report

WIDTH = 92  # letters of a line


def examined(key: str, implementation: Callable) -> str:
    """What the check of a blank says of any function, in a few lines; it does not name the mistake."""
    if not callable(implementation):
        return f"not examined: {implementation!r} is no function"
    try:
        report = verdict(key, implementation)
    except CourseError as error:
        return f"not examined: {error}"
    if report.passed:
        name = getattr(implementation, "__name__", "it")
        return f"mended: {name} passes the check of {key}"
    if report.waits_for:
        return f"this cell waits for {report.waits_for}"
    return f"still ill: {_symptom(report)}"


def _symptom(report: Report) -> str:
    """For which input, what was expected and what came, out of a failed report."""
    parts: dict[str, str] = {}
    label = ""
    for line in report.message.splitlines()[1:]:
        if line[2:12].strip():  # a label stands in the margin, and a folded line has none
            label = line[2:12].strip()
        parts[label] = f"{parts.get(label, '')} {line[12:].strip()}".strip()
    given, wanted, came = (parts.get(label, "") for label in ("for", "expected", "got"))
    if not wanted:
        return came or report.message
    lines = [f"for {given}"] if given else []
    lines += [f"expected {wanted}", f"but got {came}"]
    folded = [textwrap.fill(line, WIDTH, subsequent_indent=" " * 9) for line in lines]
    return "\n       ".join(folded)
