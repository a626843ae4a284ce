"""The blanks borrowed for good: a small file that `gptlab borrow` and `gptlab give-back` read and write."""

import json
import os
from pathlib import Path

from gptlab.blanks import source_scan
from gptlab.blanks.decisions import Decision, Kind, Target
from gptlab.blanks.errors import ChoicesDamaged
from gptlab.blanks.files import write_atomically
from gptlab.blanks.source_scan import short_path

VALUE_TYPES: dict[Kind, type] = {
    "key": str,
    "lesson": int,
    "all": int,
}  # of the kinds of target that can be saved


def state_folder() -> Path:
    """Where what a learner chose and guessed is kept: GPTLAB_HOME, or `.gptlab/` of the checkout."""
    return Path(os.environ.get("GPTLAB_HOME") or source_scan.CHECKOUT / ".gptlab").absolute()


def choices_file() -> Path:
    """`borrowed.json` in the folder of the learner's state."""
    return state_folder() / "borrowed.json"


class SavedChoices:
    """The choices in the file, which is read once, when the first blank is called."""

    def __init__(self) -> None:
        self._read: dict[Path, list[Decision]] = {}

    def decisions(self) -> list[Decision]:
        """All choices that were saved, oldest first; none where there is no file.

        Raises ChoicesDamaged when the file is there but cannot be understood.
        """
        file = choices_file()
        if file not in self._read:
            self._read[file] = _load(file)
        return self._read[file]

    def save(self, choice: Decision) -> None:
        """Save one more choice; giving everything back forgets them all.

        Raises ChoicesDamaged as `decisions` does, OSError when the file cannot be written.
        """
        file = choices_file()
        choices = []
        if choice.target.kind != "all":  # which would rule over every older one
            choices = [older for older in self.decisions() if older.target != choice.target]
        if choice != Decision("own", Target("all")):
            choices.append(choice)
        if choices:
            rows = [(kept.how, kept.target.kind, kept.target.value) for kept in choices]
            text = json.dumps({"choices": rows}, ensure_ascii=False, indent=1) + "\n"
            file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(file, text)
        else:
            file.unlink(missing_ok=True)
        self._read[file] = choices


def _load(file: Path) -> list[Decision]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return [_checked(*row) for row in content["choices"]]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or "it is damaged"
        raise ChoicesDamaged(
            f"{short_path(file)} cannot be read ({reason}): delete it, and borrow again what you need"
        ) from None


def _checked(how: str, kind: str, value: str | int) -> Decision:
    if (
        how not in ("borrow", "own")
        or kind not in VALUE_TYPES
        or not isinstance(value, VALUE_TYPES[kind])
    ):
        raise ValueError(f"{how} {kind} {value}")
    return Decision(how, Target(kind, value))
