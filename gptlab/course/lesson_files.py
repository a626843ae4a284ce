"""Finds the lessons' notebooks, with their numbers, parts and titles.

A lesson is one notebook, `05_attention.ipynb`, or has parts, `10a_….ipynb`, `10b_….ipynb`. A notebook is called by its
name, "5" or "10b". Which blanks a part holds is said by its cards alone.
"""

import functools
import json
import re
from pathlib import Path

from gptlab.blanks import source_scan
from gptlab.blanks.errors import CourseError
from gptlab.blanks.registry import by_lesson
from gptlab.blanks.source_scan import Blank

_FILE = re.compile(r"(\d\d)([a-z]?)_\w+\.ipynb")
_NAME = re.compile(r"0*(\d{1,2})([a-z]?)")
_CARD = re.compile(r"^lesson\.card\(\s*[\"']([\w.]+)[\"']", re.MULTILINE)


class UnknownLesson(CourseError, ValueError):
    """A number that no lesson has."""


def notebooks() -> dict[str, Path]:
    """Every notebook by its name, "5" or "10b", in the order of the course."""
    found = {}
    for path in sorted((source_scan.CHECKOUT / "lessons").glob("*.ipynb")):
        match = _FILE.fullmatch(path.name)
        if match:
            found[f"{int(match[1])}{match[2]}"] = path
    return found


def name_of(path: Path) -> str:
    """The name of a notebook's file: "10b" of `10b_learning_in_the_context.ipynb`."""
    return path.name.split("_")[0].lstrip("0") if path.name[:3] != "00_" else "0"


def split(name: str) -> tuple[int, str]:
    """(number, part) of a name: (10, "b") of "10b", (5, "") of "5" and "05".

    Raises UnknownLesson for what is no name.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise UnknownLesson(f"{name!r} is no lesson: a lesson is a number such as 5, a part 10b")
    return int(match[1]), match[2]


def names_of(number: int) -> list[str]:
    """The names of a lesson's notebooks: one, or one for each part; [] where it has none yet."""
    return [name for name in notebooks() if split(name)[0] == number]


def lesson_numbers() -> list[int]:
    """Every lesson that has a notebook or a blank."""
    return sorted({*(split(name)[0] for name in notebooks()), *by_lesson()})


def checked_lesson(wanted: int | str) -> tuple[int, str]:
    """(number, part) of a lesson, such as 5, or of a part, such as "10b".

    Raises UnknownLesson, naming the lessons or parts there are, for any other.
    """
    known = lesson_numbers()
    if isinstance(wanted, int) and not isinstance(wanted, bool) and wanted in known:
        return wanted, ""
    is_part = isinstance(wanted, str) and re.fullmatch(r"\d+[a-z]", wanted)
    number, part = split(wanted) if is_part else (-1, "")
    if number in known:
        if f"{number}{part}" in notebooks():
            return number, part
        parts = [name for name in names_of(number) if split(name)[1]]
        raise UnknownLesson(
            f"lesson {number} has no part {part}; "
            + (f"it has {', '.join(parts)}" if parts else "it has no parts")
        )
    raise UnknownLesson(f"there is no lesson {wanted!r}; there are {', '.join(map(str, known))}")


def blanks_of(number: int, part: str = "") -> list[Blank]:
    """The blanks of a lesson, or those that one part of it holds a card of."""
    entries = by_lesson().get(number, [])
    if not part:
        return entries
    carded = keys_with_a_card(notebooks()[f"{number}{part}"])
    return [entry for entry in entries if entry.key in carded]


def keys_with_a_card(path: Path) -> list[str]:
    """The blanks that a notebook shows a card of."""
    return [key for kind, text in _cells(path) if kind == "code" for key in _CARD.findall(text)]


def title(name: int | str) -> str:
    """The title of a notebook, from its first heading; "" where there is none yet.

    A lesson with parts is called as its first part.
    """
    names = names_of(name) if isinstance(name, int) else [name]
    path = notebooks().get(names[0]) if names else None
    return _title(path, path.stat().st_mtime_ns) if path else ""


def label(name: int | str) -> str:
    """The title, or while there is no notebook the modules that the lesson's blanks stand in."""
    number = name if isinstance(name, int) else split(name)[0]
    modules = dict.fromkeys(entry.module for entry in by_lesson().get(number, ()))
    return title(name) or ", ".join(modules)


@functools.cache
def _title(path: Path, changed: int) -> str:
    """The first heading, without the notebook's name in front."""
    for kind, text in _cells(path):
        heading = re.search(r"^#\s+(.+)$", text, re.MULTILINE)
        if kind == "markdown" and heading:
            name = rf"^(lesson\s+)?0*{path.name[:3].rstrip('_').lstrip('0') or '0'}\b[\s·:.—–-]*"
            return re.sub(name, "", heading[1].strip(), flags=re.IGNORECASE)
    return ""


def _cells(path: Path) -> list[tuple[str, str]]:
    """(kind, text) of each cell of a notebook; [] where it cannot be read."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError):
        return []
