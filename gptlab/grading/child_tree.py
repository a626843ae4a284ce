"""The folders that a confined process sees: a part of gptlab that holds no answer, and one submission's rooms."""

import functools
import shutil
from pathlib import Path

from gptlab.blanks.source_scan import PACKAGE, scan
from gptlab.course.reset import with_stub

PARTS = (  # what the confined side imports, and what that stands on
    "blanks",
    "grading/__init__.py",
    "grading/confined",
    "exercises/__init__.py",
    "exercises/autograd/__init__.py",
    "exercises/autograd/counted_parents.py",
)
ENTRANCE = '''\
"""gptlab while a submission is judged: its functions, and nothing that could judge them."""

from gptlab.blanks.registry import borrow, give_back, whose

__version__ = "0"


def _not_now(*arguments, **options):
    """Do nothing: checks, hints and progress are not there now."""


check = hint = progress = reset = reveal = start = _not_now
'''


def make_pristine(folder: Path) -> None:
    """Copy what a confined process imports of gptlab into a folder."""
    package = folder / "gptlab"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(ENTRANCE, encoding="utf-8")
    for part in PARTS:
        here, there = PACKAGE / part, package / part
        there.parent.mkdir(parents=True, exist_ok=True)
        if here.is_dir():
            shutil.copytree(here, there, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(here, there)


@functools.cache
def empty_rooms() -> dict[str, bytes]:
    """Every room of this installation with all blanks empty, whatever is written in them here."""
    rooms = {}
    by_room: dict[str, list[str]] = {}
    for entry in scan()[0].values():
        by_room.setdefault(entry.module, []).append(entry.name)
    for path in sorted(PACKAGE.glob("[!_]*.py")):
        text = path.read_bytes()
        for name in by_room.get(path.stem, []):
            text, _ = with_stub(text, name, path.name)
        rooms[path.stem] = text
    return rooms


def make_rooms(folder: Path, texts: dict[str, bytes]) -> None:
    """Write a submission's rooms into a folder; what it lacks is empty."""
    package = folder / "gptlab"
    package.mkdir(parents=True, exist_ok=True)
    for room, text in (empty_rooms() | texts).items():
        (package / f"{room}.py").write_bytes(text)
