"""`start(5)` or `start("10b")`, the first line of each lesson: edits run at once, and what is missing is borrowed."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gptlab.blanks.errors import UnknownBlank
from gptlab.blanks.registry import (
    SolutionsMissing,
    borrow,
    broken_modules,
    by_lesson,
    find,
    process_registry,
    use_stand_ins,
    whose,
)
from gptlab.blanks.source_scan import Blank
from gptlab.course import (
    exercise_card,
    guess_input,
    guesses,
    lesson_files,
    patient,
    prediction_card,
)
from gptlab.course.notebook_hooks import set_up


@dataclass(frozen=True, repr=False)
class Lesson:
    """One lesson, or one part of it, as it goes on: cards, guesses, patients, and at the end what the learner owns."""

    number: int
    title: str
    blanks: tuple[Blank, ...]
    part: str = ""

    @property
    def name(self) -> str:
        """Number and part, such as "5" or "10b"."""
        return f"{self.number}{self.part}"

    def __repr__(self) -> str:
        return f"lesson {self.name}" + (f" · {self.title}" if self.title else "")

    def card(self, key: str, why: str) -> exercise_card.RichText:
        """The card of one exercise of this lesson, with one sentence that says why it matters.

        Raises UnknownBlank for a key that is none or belongs to another lesson.
        """
        entry = find(key)
        if entry.lesson != self.number:
            raise UnknownBlank(
                f"{key} belongs to lesson {entry.lesson}, and this is lesson {self.number}"
            )
        return exercise_card.card(entry, why)

    def guess(
        self, key: str, question: str, unit: str = "", options: Sequence[str] | None = None
    ) -> None:
        """Ask for a guess: a number (in `unit`), or one of `options`. The input starts empty; the answer is kept."""
        guess_input.show(self.name, key, question, unit, options)

    def measured(self, key: str, value: float | str, unit: str | None = None) -> None:
        """Print what was measured, beside the guess if one was made; from now on that guess stays as it is.

        value is a number, a tensor of one number, or for a question with options one of these.
        """
        found = value if isinstance(value, str) else float(value)
        fields = {} if unit is None else {"unit": unit}
        print(guesses.comparison(guesses.keep(self.name, key, measured=found, **fields)))

    def predictions(self) -> exercise_card.RichText:
        """The card of this lesson's guesses: how many were right, and which was furthest off."""
        return prediction_card.card(self.name, guesses.of_every_lesson())

    def patient(self, key: str, implementation: Callable) -> None:
        """Print whether a function is still ill or mended, by the check of the blank that it stands for."""
        print(patient.examined(key, implementation))

    def summary(self) -> exercise_card.RichText:
        """The blanks of this lesson and whose each is, and how many of the whole course are the learner's."""
        states = whose()
        return exercise_card.summary(
            self.name,
            [(entry, states[entry.key]) for entry in self.blanks],
            list(states.values()),
        )


def start(lesson: int | str, seed: int = 0) -> Lesson:
    """Begin a lesson: pick up edits, borrow what is still empty from earlier lessons, fix seeds and threads.

    `start(5)` begins a lesson, `start("10b")` a part of one; `start(10)` opens all parts at once and says which there
    are. The lesson's own blanks are left to the learner. What is borrowed is borrowed for this process only.
    Raises UnknownLesson for what is no lesson.
    """
    number, part = lesson_files.checked_lesson(lesson)
    set_up()
    process_registry.open_lesson = number
    title = lesson_files.title(f"{number}{part}" if part else number)
    begun = Lesson(number, title, tuple(lesson_files.blanks_of(number, part)), part)
    _seed_and_threads(seed)
    broken = [f"{module} cannot be read: {reason}" for module, reason in broken_modules().items()]
    print("\n".join([_heading(begun), _borrowed(number), *broken]))
    return begun


def fill_other_lessons() -> list[str]:
    """Fill what is empty outside the lesson that was started, for machinery that needs the whole model.

    The lesson's own blanks stay the learner's. Where no lesson was started, every empty blank is filled. Where the
    references are not there, the engine's stand-ins run (gptlab/engine/model/torch_stand_ins.py). Returns the keys.
    """
    own = -1 if process_registry.open_lesson is None else process_registry.open_lesson
    try:
        return borrow(other_than=own)
    except SolutionsMissing:
        return use_stand_ins(other_than=own)


def _heading(lesson: Lesson) -> str:
    """Example: "lesson 1 · Next-token prediction: 9 functions to write, about 85 minutes"."""
    count, minutes = len(lesson.blanks), sum(entry.minutes for entry in lesson.blanks)
    parts = lesson_files.names_of(lesson.number) if not lesson.part else []
    begin = repr(lesson) if len(parts) < 2 else f"lesson {lesson.name}, parts {', '.join(parts)}"
    if not count:
        return f"{begin}: nothing to write"
    return f"{begin}: {count} function{'s' * (count > 1)} to write, about {minutes} minutes"


def _borrowed(number: int) -> str:
    """Borrow from earlier lessons, and say in one line what runs that is not the learner's."""
    missing = ""
    try:
        borrow(before=number)
    except SolutionsMissing as error:
        missing = str(error).partition(": ")[2]
    states = whose()
    earlier = [entry.key for n, entries in by_lesson().items() if n < number for entry in entries]
    empty = [key for key in earlier if states[key] == "empty"]
    if empty:
        n_taken = sum(states[key] == "borrowed" for key in earlier)
        taken = f"; {n_taken} others are borrowed" if n_taken else ""
        return (
            f"still empty from earlier lessons, so write first: {_named(empty)} ({missing}){taken}"
        )
    taken = [key for key in earlier if states[key] == "borrowed"]
    if set(states.values()) == {"borrowed"}:
        return "borrowed: every function of the course, so that each cell shows what it does"
    if not earlier:
        return "nothing comes before this lesson, so nothing is borrowed"
    if not taken:
        return "borrowed: nothing, the earlier lessons are yours"
    return f"borrowed until you write them: {_named(taken)}"


def _named(keys: list[str]) -> str:
    """Few keys by name, many by number."""
    return ", ".join(keys) if len(keys) <= 4 else f"{len(keys)} functions of earlier lessons"


def _seed_and_threads(seed: int) -> None:
    """The same draws each time, and one thread: products as small as a lesson's gain nothing from a second one.

    Where another program is busy, they wait for it: a loop of lesson 03 took 34 s with two, 0.5 s with one.
    """
    import numpy
    import torch

    random.seed(seed)
    numpy.random.seed(seed)  # noqa: NPY002 - it is numpy's old generator that a cell may draw from
    torch.manual_seed(seed)
    torch.set_num_threads(1)
