"""The learner's guesses: kept in a file, held beside what was measured, shown as a card at the end.

A guess can be changed until its measurement ran; then it stays. A guess that is made afterwards is kept too, but is
not counted. Nothing is said of a guess that was not made, so that the outputs kept in a notebook suit everybody.
"""

import json
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from gptlab.blanks.choices import state_folder
from gptlab.blanks.files import write_atomically
from gptlab.blanks.source_scan import short_path

Answer = float | str


@dataclass(frozen=True)
class Guess:
    """One question of a lesson, the guess, and what was measured; None: not yet."""

    question: str = ""
    unit: str = ""
    guess: Answer | None = None
    measured: Answer | None = None
    late: bool = False  # guessed after the measurement

    @property
    def counts(self) -> bool:
        """True when the guess was made, the measurement too, in this order."""
        return self.guess is not None and self.measured is not None and not self.late

    @property
    def factor(self) -> float | None:
        """How many times too large or too small the guess is, at least 1; None where there is no such number."""
        if not isinstance(self.guess, float) or not isinstance(self.measured, float):
            return None
        if self.guess == self.measured:
            return 1.0
        ratio = self.guess / self.measured if self.measured else 0.0
        return max(ratio, 1 / ratio) if ratio > 0 else None

    @property
    def hit(self) -> bool:
        """True for the same word, and for a number within a factor of two."""
        return self.guess == self.measured or (self.factor is not None and self.factor <= 2)


def guesses_file() -> Path:
    """`guesses.json` in the folder of the learner's state."""
    return state_folder() / "guesses.json"


def of_every_lesson() -> dict[str, dict[str, Guess]]:
    """All guesses by lesson and key. A file that cannot be understood is laid aside, and that is said in one line."""
    file = guesses_file()
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return {
            lesson: {key: _checked(**fields) for key, fields in rows.items()}
            for lesson, rows in content.items()
        }
    except FileNotFoundError:
        return {}
    except OSError as error:
        print(f"{short_path(file)} cannot be read: {error.strerror or error}")
    except (ValueError, TypeError, AttributeError, RecursionError):
        _lay_aside(file)
    return {}


def _checked(**fields) -> Guess:
    """A row of the file. Raises TypeError for one that no guess has."""
    whole = {key: float(value) for key, value in fields.items() if type(value) is int}
    guess = Guess(**fields | whole)
    kinds = (str, str, (float, str, type(None)), (float, str, type(None)), bool)
    if not all(map(isinstance, asdict(guess).values(), kinds)):
        raise TypeError("a field of another kind")
    return guess


def _lay_aside(file: Path) -> None:
    """Rename a file that is damaged, so that nothing in it is lost."""
    number = 1
    while (aside := file.with_name(f"guesses-damaged-{number}.json")).exists():
        number += 1
    try:
        file.replace(aside)
    except OSError as error:
        print(f"{short_path(file)} is damaged: {error.strerror or error}")
        return
    print(f"{short_path(file)} is damaged: it is kept as {aside.name}, and guesses begin anew")


def of(lesson: str) -> dict[str, Guess]:
    """The guesses of one lesson by key, in the order of its questions."""
    return of_every_lesson().get(lesson, {})


def keep(lesson: str, key: str, **fields) -> Guess:
    """Change fields of one guess in the file; -> the guess as it is now. What cannot be written is said in one line."""
    every = of_every_lesson()
    now = replace(every.get(lesson, {}).get(key, Guess()), **fields)
    every.setdefault(lesson, {})[key] = now
    rows = {name: {k: asdict(one) for k, one in found.items()} for name, found in every.items()}
    file = guesses_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
    except OSError as error:
        print(f"the guess could not be kept in {short_path(file)}: {error.strerror or error}")
    return now


def answer(lesson: str, key: str, value: Answer) -> Guess:
    """Keep what the learner answered, unless an earlier answer was measured already; -> the guess as it is now."""
    now = of(lesson).get(key, Guess())
    if now.counts:
        return now
    return keep(lesson, key, guess=value, late=now.measured is not None)


def number_in(text: str, unit: str = "") -> float:
    """The number that somebody wrote: "300", "2e-3", "1,000", "30 %" where the unit is %, "1/3".

    Raises ValueError, which says what would do.
    """
    bare = text.strip().removesuffix(unit).strip() if unit else text.strip()
    bare = re.sub(r"(?<=\d)[,_ ](?=\d{3}(\D|$))", "", bare)
    try:
        above, _, below = bare.partition("/")
        found = float(above) / (float(below) if below else 1.0)
    except (ValueError, ZeroDivisionError):
        found = float("nan")
    if not abs(found) < float("inf"):
        raise ValueError("write a number, such as 300, 0.5, 1/3 or 2e-3")
    return found


def in_words(value: Answer | None, unit: str = "") -> str:
    """A number with at most four digits and its unit; a word as it is."""
    if not isinstance(value, float):
        return str(value)
    number = f"{value:,.0f}" if value == round(value) and abs(value) < 1e7 else f"{value:.4g}"
    return f"{number} {unit}".rstrip()


def comparison(one: Guess) -> str:
    """What was measured, and beside it the guess, if there is one that counts."""
    said = f"measured: {in_words(one.measured, one.unit)}"
    if not one.counts:
        return said
    mine = f"{said}; your guess: {in_words(one.guess, one.unit)}"
    if one.factor is None or one.factor == 1:
        return mine + (", exactly so" if one.guess == one.measured else "")
    return f"{mine}, {one.factor:.3g} times too {_direction(one)}"


def _direction(one: Guess) -> str:
    return "large" if abs(float(one.guess or 0)) > abs(float(one.measured or 0)) else "small"
