"""Begins a new blank for an author: all that CONTRIBUTING.md asks for, in place, and red until it is filled in.

Six places: the stub, the reference, the check, the known mistakes, the hints, and other right ways. What is there
already is added to, never written over.
"""

import ast
import re
from pathlib import Path

from gptlab.blanks.errors import CourseError
from gptlab.blanks.files import write_atomically
from gptlab.blanks.registry import blanks

TODO = "TODO"  # what tests and authors look for: no blank is done while one is left


class CannotScaffold(CourseError):
    """A blank that cannot be begun; the message is one line."""


def new_blank(
    root: Path, key: str, lesson: int, minutes: int, difficulty: int, arguments: str
) -> list[str]:
    """Begin the blank `key` in a checkout; returns its six places, a line each.

    arguments  as they stand in the signature, such as "q: Tensor, mask: Tensor | None = None"

    Raises CannotScaffold for a key that exists or is no `room.name`, and for arguments that are no Python.
    """
    room, _, name = key.partition(".")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", room) or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise CannotScaffold(f"{key!r} is no key: write room.function, such as attention.flash")
    if key in {entry.key for entry in blanks()}:
        raise CannotScaffold(f"there is a blank {key} already")
    given = _names(arguments)
    if not (root / "solutions").is_dir() or not (root / "tests").is_dir():
        raise CannotScaffold(
            "a blank is begun in the course's checkout, with solutions/ and tests/"
        )
    signature = f"def {name}({arguments})"
    stub = STUB.format(
        lesson=lesson, minutes=minutes, difficulty=difficulty, signature=signature, shapes=given
    )
    parts = {
        f"gptlab/{room}.py": (ROOM, stub),
        f"solutions/{room}.py": (
            REFERENCE,
            f"{signature}:\n    raise NotImplementedError  # {TODO}",
        ),
        f"gptlab/exercises/{room}/checks.py": (CHECKS, CHECK.format(name=name)),
        f"gptlab/exercises/{room}/mistakes_{name}.py": (MISTAKES, MISTAKE.format(key=key)),
        f"tests/exercises/{room}/other_ways.py": (OTHER, WAY.format(key=key)),
    }
    packages = [root / "gptlab/exercises" / room, root / "tests/exercises" / room]
    for folder in packages:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "__init__.py").exists():
            doc = f'"""Checks, known mistakes and hints of the blanks in gptlab/{room}.py."""\n'
            write_atomically(folder / "__init__.py", doc)
    done = [
        _append(root / place, top.format(room=room), part) for place, (top, part) in parts.items()
    ]
    done.append(_hints(root / "gptlab/exercises" / room / "hints.py", room, name))
    return [path.relative_to(root).as_posix() for path in done]


def _names(arguments: str) -> str:
    """A shape line for each argument.

    Raises CannotScaffold for what is no list of arguments.
    """
    try:
        function = ast.parse(f"def f({arguments}): pass").body[0]
    except (SyntaxError, ValueError):
        raise CannotScaffold(
            f"{arguments!r} is no list of arguments: write it as in a signature"
        ) from None
    assert isinstance(function, ast.FunctionDef)
    names = [
        one.arg
        for one in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    ]
    if not names:
        raise CannotScaffold("a blank takes at least one argument: --arguments 'x: Tensor'")
    width = max(map(len, names))
    return "\n".join(f"    {name:<{width}}  {TODO}: shape and type" for name in names)


def _append(path: Path, top: str, part: str) -> Path:
    """Add a part to a file; a new one begins with its top."""
    before = path.read_text(encoding="utf-8") if path.exists() else top
    write_atomically(path, f"{before.rstrip()}\n\n\n{part.strip()}\n")
    return path


def _hints(path: Path, room: str, name: str) -> Path:
    entry = (
        f'    "{name}": (\n'
        + "".join(
            f'        "{TODO}: hint {n}{", just short of the answer" if n == 3 else ""}",\n'
            for n in (1, 2, 3)
        )
        + "    ),\n"
    )
    text = path.read_text(encoding="utf-8") if path.exists() else HINTS.format(room=room)
    head, brace, rest = text.rpartition("}")
    write_atomically(path, f"{head}{entry}{brace}{rest}")
    return path


ROOM = (
    '"""'
    + TODO
    + ''': what this room is about, in one sentence."""

import torch
from torch import Tensor

from gptlab.blanks import blank
'''
)
STUB = '''
@blank(lesson={lesson}, minutes={minutes}, difficulty={difficulty})
{signature}:
    """TODO: one plain sentence that says what it does.

        TODO: the equation                          TODO: author and year, equation

    TODO: what decides where the equation leaves something open.

{shapes}
    ->  TODO: shape and type

    Example: TODO: numbers small enough for paper
    """
    raise NotImplementedError
'''
REFERENCE = '''"""Reference bodies for gptlab/{room}.py."""

import torch
from torch import Tensor
'''
CHECKS = '''"""The checks of gptlab/{room}.py."""

import torch
from torch import Tensor

from gptlab.exercises.case import EDGE, Case, RandomInputs, case, in_all_dtypes
'''
CHECK = '''
def {name}() -> list[Case]:
    """TODO: the oracle: torch, a number worked by hand, or a property; never the reference."""
    return []  # TODO: a case by hand first, axes all of different sizes, then the edges
'''
MISTAKES = '''"""Wrong bodies of one blank, with the name and the hint that each gets."""

from gptlab.exercises.mistake import mistake
'''
MISTAKE = """
KEY = "{key}"

# TODO: at least six wrong bodies that people really write:
#
# @mistake(KEY, "rows and columns swapped", "Ask which of the two the row names.")
# def _(…):
#     return …
"""
HINTS = '''"""Hints for gptlab/{room}.py."""

HINTS = {{
}}
'''
OTHER = '''"""Other ways to write gptlab/{room}.py."""

import torch

from tests.support.other_ways import other_way
'''
WAY = """
# TODO: at least three, as different people would write {key}:
#
# @other_way("{key}")
# def with_einsum(…):
#     return …
"""
