"""`start(5)`, the first line of each lesson: edits run at once, and what is missing is borrowed."""

import random
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
from gptlab.course import exercise_card, lesson_files
from gptlab.course.notebook_hooks import set_up


@dataclass(frozen=True, repr=False)
class Lesson:
    """One lesson as it goes on: shows its cards, and at the end what the learner owns."""

    number: int
    title: str
    blanks: tuple[Blank, ...]

    def __repr__(self) -> str:
        return f"lesson {self.number}" + (f" · {self.title}" if self.title else "")

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

    def summary(self) -> exercise_card.RichText:
        """The blanks of this lesson and whose each is, and how many of the whole course are the learner's."""
        states = whose()
        return exercise_card.summary(
            self.number,
            [(entry, states[entry.key]) for entry in self.blanks],
            list(states.values()),
        )


def start(number: int, seed: int = 0) -> Lesson:
    """Begin a lesson: pick up edits, borrow what is still empty from earlier lessons, fix seeds and threads.

    The lesson's own blanks are left to the learner. What is borrowed is borrowed for this process only.
    Raises UnknownLesson for a number that no lesson has.
    """
    lesson_files.checked_lesson(number)
    set_up()
    process_registry.open_lesson = number
    lesson = Lesson(number, lesson_files.title(number), tuple(by_lesson().get(number, ())))
    _seed_and_threads(seed)
    broken = [f"{module} cannot be read: {reason}" for module, reason in broken_modules().items()]
    print("\n".join([_heading(lesson), _borrowed(number), *broken]))
    return lesson


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
    if not count:
        return f"{lesson!r}: nothing to write"
    return f"{lesson!r}: {count} function{'s' * (count > 1)} to write, about {minutes} minutes"


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
