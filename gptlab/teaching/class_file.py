"""What an instructor decides for a class, as a TOML file: lessons, points, days."""

import datetime
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gptlab.blanks.errors import CourseError
from gptlab.blanks.registry import blanks
from gptlab.blanks.source_scan import Blank
from gptlab.course import lesson_files

NAME = "class.toml"
BY_MINUTES = "minutes"  # a function counts as many points as the minutes that its writing takes
FIELDS = ("name", "lessons", "given", "pass_mark", "points", "due")
TEMPLATE = """\
# What is handed out, what it counts for, and when it is due. `gptlab release` and `gptlab grade` read it.
name = "Language models"
lessons = ["0-6"]        # numbers, ranges such as "0-6"; what is left out is not handed out
given = []               # lessons whose functions are handed out written: those before the first, say
pass_mark = 60           # percent of the points

[points]
default = "minutes"      # a number for all alike, or "minutes": as many points as minutes of writing
# "attention.multi_head_attention" = 25

[due]
# "1" = 2027-03-01
"""


class BadClassFile(CourseError):
    """A class file that cannot be used; the message is one line."""


@dataclass(frozen=True)
class ClassFile:
    """A class as its file describes it."""

    name: str = "gptlab"
    lessons: tuple[int, ...] = ()  # () for all
    given: tuple[int, ...] = ()
    pass_mark: float = 60.0  # percent
    default: float | str = BY_MINUTES
    points: Mapping[str, float] = field(default_factory=dict)  # by key, where it is not the default
    due: Mapping[int, datetime.date] = field(default_factory=dict)  # by lesson

    def counted(self) -> list[Blank]:
        """The functions that count, in the order of lessons: those of its lessons that are not handed out written."""
        return [
            entry
            for entry in blanks()
            if entry.lesson not in self.given and (not self.lessons or entry.lesson in self.lessons)
        ]

    def worth(self, entry: Blank) -> float:
        """The points of a function."""
        usual = entry.minutes if self.default == BY_MINUTES else self.default
        return float(self.points.get(entry.key, usual))


def read(path: Path) -> ClassFile:
    """The class in a file.

    Raises BadClassFile where it is no TOML, or says something that the course does not have.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadClassFile(f"{path}: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadClassFile(f"{path} is no TOML: {error}") from None
    try:
        return from_values(values)
    except BadClassFile as error:
        raise BadClassFile(f"{path}: {error}") from None


def from_values(values: dict) -> ClassFile:
    """The class that a file's values describe.

    Raises BadClassFile for a field that there is not, or a value that does not fit.
    """
    unknown = sorted(values.keys() - set(FIELDS))
    if unknown:
        raise BadClassFile(f"there is no {unknown[0]!r}: a class has {', '.join(FIELDS)}")
    points = _flat(_table(values, "points"))
    default = points.pop("default", BY_MINUTES)
    if default != BY_MINUTES:
        default = _number("points.default", default, 0, 1e6)
    known = {entry.key for entry in blanks()}
    for key in points:
        if key not in known:
            raise BadClassFile(f"points: there is no function {key!r} (gptlab blanks lists them)")
    return ClassFile(
        name=_text(values.get("name", ClassFile.name)),
        lessons=_lessons(values, "lessons"),
        given=_lessons(values, "given"),
        pass_mark=_number("pass_mark", values.get("pass_mark", ClassFile.pass_mark), 0, 100),
        default=default,
        points={key: _number(f"points.{key}", worth, 0, 1e6) for key, worth in points.items()},
        due={
            _one_lesson("due", name): _date(name, day)
            for name, day in _table(values, "due").items()
        },
    )


def _flat(table: dict) -> dict:
    """Keys with their numbers, also where a key stands without quotes, which TOML reads as a table in a table."""
    flat: dict[str, object] = {}
    for room, value in table.items():
        names = value if isinstance(value, dict) else None
        flat |= {room: value} if names is None else {f"{room}.{n}": v for n, v in names.items()}
    return flat


def _table(values: dict, name: str) -> dict:
    table = values.get(name, {})
    if not isinstance(table, dict):
        raise BadClassFile(f"{name} is a table: write [{name}] on a line of its own")
    return table


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadClassFile(f"name is a text, not {value!r}")
    return " ".join(value.split())


def _number(name: str, value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise BadClassFile(f"{name} is a number from {low:g} to {high:g}, not {value!r}")
    return float(value)


def _date(name: str, value: object) -> datetime.date:
    day = value.date() if isinstance(value, datetime.datetime) else value
    if not isinstance(day, datetime.date):
        raise BadClassFile(f'due."{name}" is a day such as 2027-03-01, without quotes: {value!r}')
    return day


def _lessons(values: dict, name: str) -> tuple[int, ...]:
    """Numbers, and ranges such as "0-6", as whole lessons in order."""
    found: set[int] = set()
    items = values.get(name, [])
    if not isinstance(items, list):
        raise BadClassFile(f'{name} is a list such as ["0-6", 8]')
    for item in items:
        match = re.fullmatch(r"\s*(\d{1,2})\s*[-–]\s*(\d{1,2})\s*", str(item))
        first, last = match.groups() if match else (item, item)
        numbers = range(_one_lesson(name, first), _one_lesson(name, last) + 1)
        if not numbers:
            raise BadClassFile(f"{name}: {item!r} runs backwards")
        found.update(numbers)
    return tuple(sorted(found))


def _one_lesson(name: str, value: object) -> int:
    """The number of a lesson that there is."""
    there = lesson_files.lesson_numbers()
    if (
        not isinstance(value, bool)
        and re.fullmatch(r"\d{1,2}", str(value))
        and int(str(value)) in there
    ):
        return int(str(value))
    raise BadClassFile(f"{name}: there is no lesson {value!r}: there are {there[0]} to {there[-1]}")
