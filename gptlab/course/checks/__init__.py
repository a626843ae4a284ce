"""Checks: one for each blank, shared by the notebook, the command line, pytest and the grader.

A check calls the function with inputs of every kind and compares what comes with an oracle from outside.
When something is wrong, it says what was expected, what came and for which input, and runs the same inputs
through the mistakes that people really make: the one with the same results is named.

This module imports no torch; a check does when it runs.
"""

import functools
import importlib
import importlib.util
import inspect
from collections.abc import Callable

from gptlab.course.blanks import find
from gptlab.course.catalog import Blank
from gptlab.course.checks.report import CheckFailed, NoCheck, Report, in_notebook

__all__ = ["CheckFailed", "NoCheck", "Report", "check", "has_check"]


def check(fn_or_key: Callable | str, implementation: Callable | None = None, *,
          raise_: bool | None = None) -> Report:
    """Judge a blank: the body that runs now, or any function given as `implementation`.

    In a notebook a passing report is printed, and a failing one raises CheckFailed, whose message is the
    report. Elsewhere the report is returned either way; `raise_=True` or `False` decides it by hand.

    Raises UnknownBlank for a key that is none, NoCheck for what cannot be checked.
    """
    entry = find(_key(fn_or_key))
    room = importlib.import_module(f"gptlab.{entry.module}")
    function = implementation if implementation is not None else getattr(room, entry.name)
    report = _judged(entry, getattr(room, entry.name), function)
    notebook = in_notebook()
    if not report.passed and (notebook if raise_ is None else raise_):
        raise CheckFailed(report.message)
    if notebook:
        print(report.message)
        report = Report(report.key, report.passed, report.cases, report.message, report.misconception, shown=True)
    return report


def has_check(key: str) -> bool:
    """True when a check is written for this blank."""
    module, _, name = key.rpartition(".")
    return importlib.util.find_spec(f"{__name__}.{module}") is not None and callable(
        getattr(importlib.import_module(f"{__name__}.{module}"), name, None))


def _key(fn_or_key: Callable | str) -> str:
    """The key that was given, or that a blank carries."""
    key = fn_or_key if isinstance(fn_or_key, str) else getattr(fn_or_key, "key", None)
    if key is None:
        name = getattr(fn_or_key, "__name__", type(fn_or_key).__name__)
        raise NoCheck(f"{name} is no blank: name the blank first, as in check(\"sampling.softmax\", {name})")
    return key


@functools.cache
def cases_of(key: str) -> tuple:
    """The cases of a blank's check.

    Raises NoCheck when there is none.
    """
    if not has_check(key):
        raise NoCheck(f"there is no check for {key} yet")
    module, _, name = key.rpartition(".")
    return tuple(getattr(importlib.import_module(f"{__name__}.{module}"), name)())


def _judged(entry: Blank, stub: Callable, function: Callable) -> Report:
    """Run all cases, and put the verdict in words."""
    tried = cases_of(entry.key)
    from gptlab.course.checks import judge, words
    from gptlab.course.checks.mistakes import mistakes

    names = list(inspect.signature(stub).parameters)
    outcomes = [judge.run(function, case, names) for case in tried]
    fault = judge.first_fault(tried, outcomes, entry.doc, names)
    if fault is None:
        return Report(entry.key, True, len(tried), words.success(entry.key))
    known = judge.diagnose(mistakes(entry.key), fault.case.stage, tried, outcomes, entry.doc, names)
    message = words.failure(entry.key, fault, names, known)
    return Report(entry.key, False, len(tried), message, known.name if known else None)
