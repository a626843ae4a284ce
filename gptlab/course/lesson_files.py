"""Finds the lessons' notebooks, with their numbers and titles."""

import functools
import json
import re
from pathlib import Path

from gptlab.blanks import source_scan
from gptlab.blanks.errors import CourseError
from gptlab.blanks.registry import by_lesson

_NAME = re.compile(r"(\d\d)_\w+\.ipynb")


class UnknownLesson(CourseError, ValueError):
    """A number that no lesson has."""


def notebooks() -> dict[int, Path]:
    """The notebook of each lesson that has one, by number."""
    found = {}
    for path in sorted((source_scan.CHECKOUT / "lessons").glob("*.ipynb")):
        match = _NAME.fullmatch(path.name)
        if match:
            found[int(match[1])] = path
    return found


def lesson_numbers() -> list[int]:
    """Every lesson that has a notebook or a blank."""
    return sorted({*notebooks(), *by_lesson()})


def checked_lesson(number: int) -> int:
    """The number itself when it is a lesson's.

    Raises UnknownLesson, naming the lessons there are, when it is not.
    """
    known = lesson_numbers()
    if isinstance(number, bool) or not isinstance(number, int) or number not in known:
        raise UnknownLesson(
            f"there is no lesson {number!r}; there are {', '.join(map(str, known))}"
        )
    return number


def title(number: int) -> str:
    """The title of a lesson, from its notebook's first heading; "" where there is no notebook yet."""
    path = notebooks().get(number)
    return _title(path, path.stat().st_mtime_ns) if path else ""


def label(number: int) -> str:
    """The title, or while there is no notebook the modules that the lesson's blanks stand in."""
    return title(number) or ", ".join(
        dict.fromkeys(entry.module for entry in by_lesson().get(number, ()))
    )


@functools.cache
def _title(path: Path, changed: int) -> str:
    """The first heading, without the lesson's number in front."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    for cell in cells:
        heading = re.search(r"^#\s+(.+)$", "".join(cell["source"]), re.MULTILINE)
        if cell["cell_type"] == "markdown" and heading:
            number = rf"^(lesson\s+)?0*{int(path.name[:2])}\b[\s·:.—–-]*"
            return re.sub(number, "", heading[1].strip(), flags=re.IGNORECASE)
    return ""
