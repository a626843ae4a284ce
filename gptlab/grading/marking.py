"""The verdict on one blank of a submission: its check, run here, calls the function over there."""

import inspect
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gptlab.blanks.errors import CourseError
from gptlab.blanks.registry import reference
from gptlab.blanks.source_scan import Blank
from gptlab.exercises.check import room_of, verdict
from gptlab.exercises.common_errors import diagnosis
from gptlab.exercises.guard import NeverEnds
from gptlab.exercises.judge import Fault
from gptlab.exercises.mistake import Mistake
from gptlab.grading.confined.limits import Limits
from gptlab.grading.confined.peer import Gone, Remote
from gptlab.grading.confined.wire import printable
from gptlab.grading.confined_process import ForkServer

EMPTY, FAILS, PASSES = "empty", "fails", "passes"
MOST_LETTERS = 4000  # of a message


@dataclass(frozen=True)
class Facts:
    """What a function's text says, before it has run; nothing that is awarded rests on it."""

    there: bool = False
    empty: bool = False
    line: int = 0
    returns: bool = True
    calls: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Mark:
    """What became of one blank."""

    key: str
    state: str  # "empty", "fails" or "passes"
    message: str  # at most 12 lines
    diagnosis: str | None = None
    stands_in: tuple[str, ...] = ()  # blanks of earlier lessons that the reference answered for


def mark(
    entry: Blank,
    server: ForkServer,
    rooms: Path,
    limits: Limits,
    facts: Facts,
    passed: Mapping[str, bool],
    earlier: list[str],
    seed: int,
) -> Mark:
    """Judge one blank in a process of its own.

    passed: for blanks judged before, whether they pass. earlier: blanks of earlier lessons that do not; where the
    function calls one of these, the reference answers, so that one fault costs one blank. seed: for other inputs.
    """
    asked: list[str] = []
    with server.process(rooms, limits) as servant:
        for key in earlier:
            servant.peer.offered[key] = _answering(key, asked)
        try:
            reason = servant.peer.function("open")(entry.key, earlier)
        except (CourseError, NeverEnds) as error:
            reason = f"gptlab/{entry.module}.py cannot be imported: {error}"
        if reason is not None:
            return failed(entry.key, str(reason))
        function = servant.peer.function("run")
        advice = _Advice(entry, function, facts, passed)
        report = verdict(entry.key, function, advice)
        if report.passed:  # the same on inputs that nobody can have seen: her text chooses them
            report = verdict(entry.key, function, advice, seed)
    state = PASSES if report.passed else FAILS
    message = printable(report.message, MOST_LETTERS)  # results may be texts
    return Mark(entry.key, state, message, report.misconception, tuple(dict.fromkeys(asked)))


def failed(key: str, came: str) -> Mark:
    """A blank whose function could not be called."""
    text = printable(" ".join(came.split()))
    lines = textwrap.wrap(text, 88, max_lines=4, placeholder=" …") or ["nothing"]
    shown = "\n            ".join(lines)
    return Mark(key, FAILS, f'✗ {key}\n  got       {shown}\n  help      hint("{key}")')


def _answering(key: str, asked: list[str]):
    """The reference of an earlier blank, which notes that it was asked."""

    def answer(*arguments, **options):
        asked.append(key)
        return reference(key)(*arguments, **options)

    return answer


@dataclass(frozen=True)
class _Advice:
    """What is likely wrong where no known mistake gives the same results."""

    entry: Blank
    function: Remote
    facts: Facts
    passed: Mapping[str, bool]

    def __call__(self, fault: Fault) -> Mistake | None:
        wrong = [key for key in self.facts.calls if self.passed.get(key) is False]
        if isinstance(fault.outcome.error, Gone):
            return None
        if wrong:
            name = f"{wrong[0]}, which this function calls, does not pass its own check"
            return Mistake(name, f'Mend it first: check("{wrong[0]}").', None)
        stub = getattr(room_of(self.entry), self.entry.name)
        returns_something = inspect.signature(stub).return_annotation is not None
        if returns_something and not self.facts.returns:
            return Mistake(
                "nothing is returned", "Is `return` missing in front of the result?", None
            )
        return diagnosis(fault, self.function, returns_something)
