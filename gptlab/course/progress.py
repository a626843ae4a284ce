"""The learner's progress: which blanks she has written, and which of these pass their checks.

Only what she wrote is judged; what is borrowed counts as not written. Nothing heavy is imported for what is empty.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from gptlab.blanks import registry
from gptlab.blanks.errors import CourseError
from gptlab.blanks.source_scan import Blank
from gptlab.course import lesson_files
from gptlab.course.reset import Source
from gptlab.exercises.check import own_verdict

BAR = 12  # characters


@dataclass(frozen=True)
class BlankProgress:
    """One blank: its state "empty", "fails" or "passes", and what its check says."""

    entry: Blank
    state: str
    message: str
    misconception: str | None = None


@dataclass(frozen=True)
class LessonProgress:
    """One lesson, with each of its blanks judged."""

    number: int
    label: str
    blanks: tuple[BlankProgress, ...]

    def count(self, state: str) -> int:
        """How many blanks are in this state."""
        return sum(blank.state == state for blank in self.blanks)


Judge = Callable[[list[Blank]], list[BlankProgress]]


def judge_blank(entry: Blank, borrow_earlier: bool = False) -> BlankProgress:
    """Judge one blank by the learner's own body.

    With borrow_earlier=True, what is still empty in earlier lessons is borrowed from then on, as `start` does it.
    """
    if entry.empty:
        return BlankProgress(
            entry, "empty", f"○ {entry.key} is still empty: write it in {entry.place}"
        )
    if borrow_earlier:
        with contextlib.suppress(registry.SolutionsMissing):
            registry.borrow(before=entry.lesson)
    try:
        report = own_verdict(entry.key)
    except CourseError as error:
        return BlankProgress(entry, "fails", f"✗ {error}")
    return BlankProgress(
        entry, "passes" if report.passed else "fails", report.message, report.misconception
    )


def judge_here(entries: list[Blank]) -> list[BlankProgress]:
    """Each blank judged in this process."""
    return [judge_blank(entry) for entry in entries]


def course_progress(judge: Judge = judge_here) -> list[LessonProgress]:
    """Every lesson, in order, with each of its blanks judged."""
    by_lesson = registry.by_lesson()
    numbers = lesson_files.lesson_numbers()
    entries = [entry for number in numbers for entry in by_lesson.get(number, ())]
    judged = judge(entries)
    return [
        LessonProgress(
            number,
            lesson_files.label(number),
            tuple(blank for blank in judged if blank.entry.lesson == number),
        )
        for number in numbers
    ]


def progress() -> Source:
    """A line for each lesson: how many of its functions are written and pass their checks."""
    return Source(table(course_progress()))


def table(rows: list[LessonProgress]) -> str:
    """Number, title, bar and counts of each lesson, and the sum."""
    from wcwidth import wcswidth  # a Chinese character takes two columns of a terminal

    rows = [row for row in rows if row.blanks]
    width = max((wcswidth(row.label) for row in rows), default=0)
    lines = []
    for row in rows:
        label = row.label + " " * (width - wcswidth(row.label))
        lines.append(f"{row.number:2}  {label}  {bar(row)}  {counts(row)}")
    passes = sum(row.count("passes") for row in rows)
    total = sum(len(row.blanks) for row in rows)
    minutes = sum(
        blank.entry.minutes for row in rows for blank in row.blanks if blank.state != "passes"
    )
    broken = [
        f"{module} cannot be read: {reason}" for module, reason in registry.broken_modules().items()
    ]
    last = f"{passes} of {total} functions pass their checks" + (
        f"; about {minutes} minutes are left" if minutes else ""
    )
    return "\n".join([*lines, "", *broken, last])


def bar(row: LessonProgress) -> str:
    """█ passes, ▒ written but not right yet, · empty; in proportion, and something always shows as something."""
    total = len(row.blanks)
    full = _cells(row.count("passes"), total)
    half = min(_cells(row.count("fails"), total), BAR - full)
    return "█" * full + "▒" * half + "·" * (BAR - full - half)


def counts(row: LessonProgress) -> str:
    """Example: "3 of 9 pass, 1 written but not right yet"."""
    fails = row.count("fails")
    return f"{row.count('passes')} of {len(row.blanks)} pass" + (
        f", {fails} written but not right yet" if fails else ""
    )


def _cells(count: int, total: int) -> int:
    """A count as a part of the bar, rounded down, but at least one cell for one blank."""
    return max(BAR * count // total, count > 0)
