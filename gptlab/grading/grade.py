"""Grades one submission: every blank, in the order of lessons."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gptlab.blanks.errors import CourseError
from gptlab.blanks.registry import blanks
from gptlab.blanks.source_scan import Blank
from gptlab.exercises.guard import NeverEnds
from gptlab.exercises.hint import hints
from gptlab.grading.child_tree import empty_rooms, make_rooms
from gptlab.grading.confined.limits import Enforced, Limits
from gptlab.grading.confined.wire import printable
from gptlab.grading.confined_process import ForkServer
from gptlab.grading.marking import EMPTY, PASSES, Facts, Mark, failed, mark
from gptlab.grading.submission import Submission


@dataclass(frozen=True)
class Plan:
    """What is graded, and what it is worth."""

    lessons: tuple[int, ...] = ()  # () for all
    points: Mapping[str, float] = field(default_factory=dict)  # by key; else a blank's difficulty
    limits: Limits = field(default_factory=Limits)

    def blanks(self) -> list[Blank]:
        """The blanks that count, in the order of lessons."""
        return [entry for entry in blanks() if not self.lessons or entry.lesson in self.lessons]

    def worth(self, entry: Blank) -> float:
        """The points of a blank."""
        return self.points.get(entry.key, entry.difficulty)


@dataclass(frozen=True)
class Row:
    """One blank of a graded submission."""

    key: str
    lesson: int
    state: str
    points: float
    out_of: float
    message: str
    diagnosis: str | None
    hint: str
    stands_in: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """A graded submission."""

    name: str
    fingerprint: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()  # what the reader has to know besides
    error: str = ""  # why there is no grade
    lessons: tuple[dict[str, Any], ...] = ()  # what the notebooks said, where they were run

    @property
    def points(self) -> float:
        """What was reached."""
        return sum(row.points for row in self.rows)

    @property
    def out_of(self) -> float:
        """What can be reached."""
        return sum(row.out_of for row in self.rows)

    @property
    def percent(self) -> float:
        """Points in percent; 0 where there are none to be had."""
        return 100 * self.points / self.out_of if self.out_of else 0.0


Say = Callable[[str], None]


def grade(submission: Submission, server: ForkServer, plan: Plan, say: Say = str) -> Result:
    """Judge every blank of a submission; `say` gets a line for each."""
    with tempfile.TemporaryDirectory(prefix="gptlab-rooms-") as folder:
        return _Grading(submission, server, plan, Path(folder).resolve(), say).result()


def _facts(found: dict) -> Facts:
    """What the confined side says of a function, each in the form that it must have.

    Raises KeyError or TypeError for what says nothing of one.
    """
    there, empty, returns = (found[name] is True for name in ("there", "empty", "returns"))
    calls = [key for key in found["calls"] if isinstance(key, str)]
    return Facts(there, empty, int(found["line"]), returns, calls)


class _Grading:
    """One submission while it is graded."""

    def __init__(
        self, submission: Submission, server: ForkServer, plan: Plan, rooms: Path, say: Say
    ) -> None:
        self._submission = submission
        self._server = server
        self._plan = plan
        self._rooms = rooms
        self._say = say
        self._broken = dict(submission.refused)
        self._facts: dict[str, Facts] = {}
        self._enforced: Enforced | None = None
        make_rooms(rooms, submission.rooms)
        rooms.chmod(0o755)  # readable where the judge gives up its rights as root

    def result(self) -> Result:
        everything = blanks()
        for room in dict.fromkeys(entry.module for entry in everything):
            self._look_at(room, [entry for entry in everything if entry.module == room])
        counted = {entry.key: entry.lesson for entry in self._plan.blanks()}
        last = max(counted.values(), default=0)
        passed: dict[str, bool] = {}
        rows = []
        for entry in everything:
            if entry.lesson > last:
                break
            found = self._mark(entry, passed, everything)
            passed[entry.key] = found.state == PASSES
            if entry.key in counted:
                rows.append(self._row(entry, found))
                self._say(found.message.splitlines()[0])
        name, fingerprint = self._submission.name, self._submission.fingerprint
        return Result(name, fingerprint, tuple(rows), tuple(self._notes()))

    def _look_at(self, room: str, entries: list[Blank]) -> None:
        """Read a room's facts and import it once, apart; one that fails is empty for the others."""
        if room in self._broken:
            return
        text = self._submission.rooms.get(room)
        if text is None or text == empty_rooms()[room]:
            self._facts |= {entry.key: Facts(there=True, empty=True) for entry in entries}
            return
        known = [entry.key for entry in blanks()]
        try:
            with self._server.process(self._rooms, self._plan.limits) as servant:
                self._enforced = servant.enforced
                names = [entry.name for entry in entries]
                facts = servant.peer.function("facts")(room, names, known)
                for entry, found in zip(entries, facts, strict=True):
                    self._facts[entry.key] = _facts(found)
                reason = servant.peer.function("import")(room)
                reason = None if reason is None else str(reason)
        except SyntaxError as error:
            reason = f"{error.place or f'gptlab/{room}.py'} cannot be read: {error}"
        except (CourseError, NeverEnds) as error:
            reason = f"gptlab/{room}.py cannot be imported: {error}"
        except Exception as error:  # whatever a submission makes the confined side say
            reason = f"gptlab/{room}.py cannot be read: {type(error).__name__}: {error}"
        if reason is not None:
            self._broken[room] = printable(" ".join(reason.split()))  # one line of a report
            (self._rooms / "gptlab" / f"{room}.py").write_bytes(empty_rooms()[room])

    def _mark(self, entry: Blank, passed: dict[str, bool], everything: list[Blank]) -> Mark:
        facts = self._facts.get(entry.key, Facts())
        if entry.module in self._broken and not facts.empty:
            return failed(entry.key, self._broken[entry.module])
        if facts.empty:
            return Mark(entry.key, EMPTY, f"○ {entry.key} is still empty")
        earlier = [
            other.key
            for other in everything
            if other.lesson < entry.lesson and not passed[other.key]
        ]
        try:
            return mark(
                entry,
                self._server,
                self._rooms,
                self._plan.limits,
                facts,
                passed,
                earlier,
                self._submission.seed,
            )
        except (CourseError, NeverEnds) as error:
            return failed(entry.key, str(error))
        except Exception as error:  # one blank costs no other
            return failed(entry.key, f"it could not be judged: {type(error).__name__}: {error}")

    def _row(self, entry: Blank, found: Mark) -> Row:
        out_of = self._plan.worth(entry)
        points = out_of if found.state == PASSES else 0.0
        hint = "" if found.state == PASSES else hints(entry.key)[0]
        return Row(
            entry.key,
            entry.lesson,
            found.state,
            points,
            out_of,
            found.message,
            found.diagnosis,
            hint,
            found.stands_in,
        )

    def _notes(self) -> list[str]:
        notes = [f"{room}: {reason}" for room, reason in self._broken.items()]
        if self._enforced is not None and self._enforced.missing():
            missing = ", ".join(self._enforced.missing())
            notes.append(f"this system does not keep a submission from: {missing}")
        return notes
