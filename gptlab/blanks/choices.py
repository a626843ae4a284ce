"""What was borrowed for good: the choices of `gptlab borrow` and `gptlab give-back`, kept in a small file."""

import json
import os
from pathlib import Path

from gptlab.blanks import source_scan
from gptlab.blanks.errors import ChoicesDamaged
from gptlab.blanks.files import write_atomically
from gptlab.blanks.source_scan import short_path

Decision = tuple[str, str, str | int]  # (borrow | own, key | lesson | all, value), as in blanks.py

_read: dict[
    Path, list[Decision]
] = {}  # each file is read once a process, when the first blank is called


def choices_file() -> Path:
    """`borrowed.json` in GPTLAB_HOME, or in `.gptlab/` of the checkout."""
    return (
        Path(os.environ.get("GPTLAB_HOME") or source_scan.CHECKOUT / ".gptlab").absolute()
        / "borrowed.json"
    )


def kept_choices() -> list[Decision]:
    """All choices that were kept, oldest first; none where there is no file.

    Raises ChoicesDamaged when the file is there but cannot be understood.
    """
    file = choices_file()
    if file not in _read:
        _read[file] = _load(file)
    return _read[file]


def keep_choice(how: str, kind: str, value: str | int) -> Path:
    """Keep one more choice; giving everything back forgets them all. Returns the file.

    Raises ChoicesDamaged as `kept_choices` does, OSError when the file cannot be written.
    """
    file = choices_file()
    choices = (
        [] if kind == "all" else [kept for kept in kept_choices() if kept[1:] != (kind, value)]
    )
    if (how, kind) != ("own", "all"):
        choices.append((how, kind, value))
    if choices:
        file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"choices": choices}, ensure_ascii=False, indent=1) + "\n"
        write_atomically(file, text)
    else:
        file.unlink(missing_ok=True)
    _read[file] = choices
    return file


def _load(file: Path) -> list[Decision]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        choices = [_checked(*choice) for choice in content["choices"]]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or "it is damaged"
        raise ChoicesDamaged(
            f"{short_path(file)} cannot be read ({reason}): delete it, and borrow again what you need"
        ) from None
    return choices


def _checked(how: str, kind: str, value: str | int) -> Decision:
    kinds = {"key": str, "lesson": int, "all": int}
    if how not in ("borrow", "own") or not isinstance(value, kinds[kind]):
        raise ValueError(f"{how} {kind} {value}")
    return how, kind, value


def target(word: str) -> tuple[str, str | int]:
    """Read "all", a lesson's number or a key."""
    if word == "all":
        return "all", 0
    return ("lesson", int(word)) if word.isdecimal() else ("key", word)


def lesson_number(value: int, name: str) -> int:
    """Check that a lesson was given as a whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name} must be a lesson's number such as 5, but is {value!r}")
    return value
