"""Checks: one for each blank, shared by the notebook, the command line, pytest and the grader.

A check calls the function with inputs of every kind and compares what comes with an oracle from outside.
When something is wrong, it says what was expected, what came and for which input, and runs the same inputs
through the mistakes that people really make: the one with the same results is named.

This module imports no torch; a check does when it runs.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING

from gptlab.blanks.errors import EmptyBlank
from gptlab.blanks.registry import (
    blanks,
    broken_modules,
    find,
    own_body,
    process_registry,
    whose,
    why_it_cannot_run,
)
from gptlab.blanks.room_import import why_not_imported
from gptlab.blanks.source_scan import Blank
from gptlab.exercises.mistake import Mistake, mistakes
from gptlab.exercises.report import CheckFailed, NoCheck, Report, in_notebook
from gptlab.exercises.side_by_side import folded

if TYPE_CHECKING:
    from gptlab.exercises.judge import Fault, Outcome

__all__ = ["CheckFailed", "NoCheck", "Report", "check", "has_check", "own_verdict", "verdict"]


def check(
    fn_or_key: Callable | str | None = None,
    implementation: Callable | None = None,
    *,
    raise_: bool | None = None,
) -> Report:
    """Judge a blank: the body that runs now, or any function given as `implementation`.

    Without arguments, all that the learner has written of the lesson that was started, in one report.
    In a notebook a passing report is printed, with the reference folded below it where the body is the learner's
    own, and a failing one raises CheckFailed, whose message is the report. Elsewhere the report is returned
    either way; `raise_=True` or `False` decides it by hand.

    Raises UnknownBlank for a key that is none, NoCheck for what cannot be checked.
    """
    report = _lesson_verdict() if fn_or_key is None else verdict(fn_or_key, implementation)
    notebook = in_notebook()
    if not report.passed and (notebook if raise_ is None else raise_):
        raise CheckFailed(report.message)
    if notebook:
        print(report.message)
        hers = implementation is None and whose().get(report.key) == "yours"
        beside = folded(find(report.key)) if hers and report.passed else ""
        report = replace(report, shown=True, beside=beside)
    return report


def _lesson_verdict() -> Report:
    """One report on what is written of the lesson that was started, of all lessons where none was."""
    number = process_registry.open_lesson
    entries = [entry for entry in blanks() if number is None or entry.lesson == number]
    reports = [own_verdict(entry.key) for entry in entries if not entry.empty]
    n_empty = len(entries) - len(reports)
    key = "every lesson" if number is None else f"lesson {number}"
    lines = [report.message for report in reports]
    if n_empty:
        lines.append(f"{key}: {n_empty} of {len(entries)} functions are still empty")
    n_cases = sum(report.cases for report in reports)
    return Report(key, all(one.passed for one in reports), n_cases, "\n".join(lines))


def verdict(
    fn_or_key: Callable | str,
    implementation: Callable | None = None,
    advice: Callable[[Fault], Mistake | None] | None = None,
    seed: int = 0,
) -> Report:
    """The report alone: `check` without printing or raising it.

    `advice` says what is likely wrong where no known mistake is, for an implementation whose code is not here.
    `seed` draws other random inputs than those that the learner's own check has.
    """
    entry = find(_key(fn_or_key))
    unreadable = _unreadable(entry) if implementation is None else None
    if unreadable:
        return unreadable
    stub = getattr(room_of(entry), entry.name)
    if implementation is not None:
        return _judged(entry, stub, implementation, advice, seed)
    reason = why_it_cannot_run(entry.key)
    return Report(entry.key, False, 0, f"○ {reason}") if reason else _judged(entry, stub, stub)


def own_verdict(key: str) -> Report:
    """The report on what the learner wrote, also where its reference is borrowed."""
    entry = find(key)
    return _unreadable(entry) or _judged(entry, getattr(room_of(entry), entry.name), own_body(key))


def has_check(key: str) -> bool:
    """True when a check is written for this blank."""
    return _cases_function(key) is not None


def _key(fn_or_key: Callable | str) -> str:
    """The key that was given, or that a blank carries."""
    key = fn_or_key if isinstance(fn_or_key, str) else getattr(fn_or_key, "key", None)
    if key is None:
        name = getattr(fn_or_key, "__name__", type(fn_or_key).__name__)
        raise NoCheck(
            f'{name} is no blank: name the blank first, as in check("sampling.softmax", {name})'
        )
    return key


def room_of(entry: Blank) -> ModuleType:
    """The module that a blank stands in.

    Raises NoCheck, naming the error, when it cannot be imported.
    """
    reason = why_not_imported(entry.module, entry.file)
    if reason is not None:
        raise NoCheck(f"{entry.key} cannot be checked: {reason}")
    return sys.modules[f"gptlab.{entry.module}"]


def _unreadable(entry: Blank) -> Report | None:
    """The verdict on a blank whose file cannot be read any more."""
    reason = broken_modules().get(entry.module)
    if reason is None:
        return None
    return Report(
        entry.key, False, 0, f"✗ {entry.key} cannot be checked before this is mended: {reason}"
    )


@functools.lru_cache(maxsize=512)
def cases_of(key: str, seed: int = 0) -> tuple:
    """The cases of a blank's check; another seed draws other random inputs.

    Raises NoCheck when there is none.
    """
    from gptlab.exercises.case import other_numbers

    make_cases = _cases_function(key)
    if make_cases is None:
        raise NoCheck(f"there is no check for {key} yet")
    with other_numbers(seed):
        return tuple(make_cases())


def _cases_function(key: str) -> Callable | None:
    """The function of exercises/<room>/checks.py that makes a blank's cases; None where there is none."""
    room, _, name = key.rpartition(".")
    if importlib.util.find_spec(f"gptlab.exercises.{room}") is None:
        return None
    return getattr(importlib.import_module(f"gptlab.exercises.{room}.checks"), name, None)


def _judged(
    entry: Blank,
    stub: Callable,
    function: Callable,
    advice: Callable | None = None,
    seed: int = 0,
) -> Report:
    """Run all cases, and put the verdict in words."""
    from gptlab.exercises.case import other_numbers
    from gptlab.exercises.guard import torch_by_default

    with torch_by_default(), other_numbers(seed):
        return _report(entry, stub, function, advice)


def _report(entry: Blank, stub: Callable, function: Callable, advice: Callable | None) -> Report:
    from gptlab.exercises import failure_message, judge
    from gptlab.exercises.case import more_seed

    tried = cases_of(entry.key, more_seed())

    names = list(inspect.signature(stub).parameters)
    outcomes = judge.run_all(function, tried, names)
    fault = judge.first_fault(tried, outcomes, entry.doc, names)
    if fault is None:
        return Report(entry.key, True, len(tried), failure_message.success(entry.key))
    waits_for = fault.outcome.error.key if isinstance(fault.outcome.error, EmptyBlank) else None
    known = None if waits_for else _diagnosis(entry, stub, function, fault, outcomes, advice)
    message = failure_message.failure(entry.key, fault, names, known)
    name = known.name if known else None
    return Report(entry.key, False, len(tried), message, name, waits_for)


def _diagnosis(
    entry: Blank,
    stub: Callable,
    function: Callable,
    fault: Fault,
    outcomes: list[Outcome],
    advice: Callable[[Fault], Mistake | None] | None,
) -> Mistake | None:
    """The known mistake, the helper or the common error behind a fault."""
    from gptlab.exercises import judge
    from gptlab.exercises.case import more_seed
    from gptlab.exercises.relation import relation

    names = list(inspect.signature(stub).parameters)
    tried = list(cases_of(entry.key, more_seed()))
    known = judge.diagnose(mistakes(entry.key), fault.case.stage, tried, outcomes, entry.doc, names)
    if known or advice:
        return known or advice(fault)
    none_is_right = any(one.expected is None for one in tried)
    common = _wrong_helper(entry.key, function) or _common_error(
        fault, stub, function, none_is_right
    )
    return common or relation(tried, outcomes)


def _wrong_helper(key: str, function: Callable) -> Mistake | None:
    """A blank of the learner's that this function calls, and that does not pass its own check."""
    from gptlab.exercises import common_errors, judge

    for helper in common_errors.blanks_called(_own(function)):
        if helper == key or whose(helper) != "yours" or not has_check(helper):
            continue
        entry = find(helper)
        stub = getattr(room_of(entry), entry.name)
        names = list(inspect.signature(stub).parameters)
        outcomes = judge.run_all(own_body(helper), cases_of(helper), names)
        if judge.first_fault(cases_of(helper), outcomes, entry.doc, names):
            name = f"{helper}, which this function calls, does not pass its own check"
            return Mistake(name, f'Mend it first: check("{helper}").', None)
    return None


def _common_error(
    fault: Fault, stub: Callable, function: Callable, none_is_right: bool
) -> Mistake | None:
    from gptlab.exercises.common_errors import diagnosis

    if none_is_right and fault.outcome.error is None and fault.outcome.value is None:
        return None  # a None on purpose, in a wrong place
    returns_something = inspect.signature(stub).return_annotation is not None
    return diagnosis(fault, _own(function), returns_something)


def _own(function: Callable) -> Callable:
    """The body behind a blank, the function itself where it is none."""
    key = getattr(function, "key", None)
    return own_body(key) if isinstance(key, str) else function
