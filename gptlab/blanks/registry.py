"""The registry: every blank, and the body that runs when one is called.

`@blank` replaces a function by a wrapper that looks its body up in the registry at each call. An edited
module that is executed again therefore changes every copy of the function that was imported before, also
inside a model that calls it.

Which body runs is decided by the newest decision about a blank. The oldest decisions are those that
`gptlab borrow` and `gptlab give-back` saved in a file; then comes GPTLAB_BORROW, then each call of `borrow`
and `give_back`. `borrow(before=5)` and `borrow(other_than=5)` only fill what is empty: they never replace
what the learner wrote.
"""

import difflib
import functools
import inspect
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal, overload

from gptlab.blanks.choices import SavedChoices
from gptlab.blanks.decisions import Decision, Kind, Target
from gptlab.blanks.errors import CourseError, EmptyBlank, SolutionsMissing, UnknownBlank, shortened
from gptlab.blanks.solutions import References, has_reference, reference_file
from gptlab.blanks.source_scan import Blank, as_in_file, definition_of, is_stub, scan

__all__ = [
    "Blank",
    "EmptyBlank",
    "Registry",
    "SolutionsMissing",
    "UnknownBlank",
    "blank",
    "blanks",
    "borrow",
    "broken_modules",
    "by_lesson",
    "find",
    "give_back",
    "mark_empty",
    "note_not_executed",
    "offer_stand_ins",
    "own_body",
    "process_registry",
    "reference",
    "save_choice",
    "use_stand_ins",
    "version",
    "whose",
    "why_it_cannot_run",
]

State = Literal["yours", "borrowed", "empty"]


class Registry:
    """All blanks of a process: what the learner wrote, what was decided, and which body runs."""

    def __init__(self) -> None:
        self._imported: dict[str, Blank] = {}  # the blanks whose modules were executed
        self._own: dict[str, Callable] = {}  # the learner's functions
        self._slots: dict[str, list[Callable | None]] = {}  # the body that runs; None: not chosen
        self._decisions: list[Decision] = []  # of this process, oldest first
        self._environment: dict[str, list[Decision]] = {}  # values of GPTLAB_BORROW, read
        self._environment_counts = True  # until give_back("all")
        self._saved = SavedChoices()
        self._references = References()
        self._stand_ins: dict[str, Callable] = {}
        self._may_stand_in: set[str] = set()
        self._not_executed: dict[str, str] = {}
        self._version = 0
        self.open_lesson: int | None = None  # the lesson that was started last

    # -- a blank is defined, and called ------------------------------------------------------------

    def blank(self, lesson: int, minutes: int, difficulty: int) -> Callable[[Callable], Callable]:
        """Mark a top-level function as one that the learner writes.

        lesson counts from 0, minutes is the time it takes, difficulty runs from 1 (easy) to 5 (hard).
        A function whose source cannot be found counts as written.
        Raises ValueError when the function is inside a class or another function.
        """

        def register(function: Callable) -> Callable:
            if "." in function.__qualname__:
                raise ValueError(
                    f"a blank must be a top-level function, but {function.__qualname__} is not"
                )
            node = definition_of(function)
            if node is not None:
                function = as_in_file(function, node)
            key = f"{function.__module__.removeprefix('gptlab.')}.{function.__name__}"
            code = inspect.unwrap(function).__code__
            self._imported[key] = Blank(
                key,
                lesson,
                minutes,
                difficulty,
                doc=function.__doc__ or "",
                file=code.co_filename,
                line=code.co_firstlineno,
                empty=node is not None and is_stub(node),
            )
            self._own[key] = function
            slot = self._slots.setdefault(key, [None])  # shared by every copy of this wrapper
            self._choose_again(key)

            @functools.wraps(function)
            def call_body(*args, **kwargs):
                self.resolve_body(key)
                body = slot[0]
                assert body is not None  # the line above sets it
                return body(*args, **kwargs)

            vars(call_body)["key"] = key
            return call_body

        return register

    def resolve_body(self, key: str) -> bool:
        """Fill a blank's slot when it is not filled yet; always True.

        Raises EmptyBlank when there is no body to run.
        """
        slot = self._slots[key]
        if slot[0] is None:
            slot[0] = self._choose_body(key)
        return True

    # What `torch.compiler.assume_constant_result` sets (torch is not imported here): torch.compile runs
    # this method while it traces, instead of tracing it, as files may be loaded there. What is in the
    # slot afterwards is guarded, so a later edit, `borrow` or `give_back` compiles anew.
    resolve_body._dynamo_marked_constant = True

    def _choose_body(self, key: str) -> Callable:
        match self._decided_state(self._imported[key]):
            case "borrowed":
                return self.reference(key)
            case "yours":
                return self._own[key]
        if key in self._may_stand_in:
            return self._stand_ins[key]
        entry = self.find(key)
        raise EmptyBlank(
            f"{key} (lesson {entry.lesson}) is still empty: write it in {entry.place},"
            f' or ask for hint("{key}") or borrow("{key}")'
        )

    def _choose_again(self, *keys: str) -> None:
        """Have the bodies of these blanks chosen again when they are called next."""
        for key in keys:
            self._slots[key][0] = None
        self._version += 1

    def version(self) -> int:
        """A number that grows whenever another body may run: what was found out about bodies holds until then."""
        return self._version

    # -- which blanks there are --------------------------------------------------------------------

    def blanks(self) -> list[Blank]:
        """All blanks in the order of lessons: places as in the files now, emptiness as imported."""
        merged = scan()[0]
        for key, entry in self._imported.items():
            merged[key] = replace(merged.get(key, entry), empty=entry.empty)
        return sorted(merged.values(), key=lambda entry: (entry.lesson, entry.file, entry.line))

    def by_lesson(self) -> dict[int, list[Blank]]:
        """All blanks, grouped by lesson."""
        lessons: dict[int, list[Blank]] = {}
        for entry in self.blanks():
            lessons.setdefault(entry.lesson, []).append(entry)
        return lessons

    def find(self, key: str) -> Blank:
        """The blank of that key.

        Raises UnknownBlank, naming near matches, when there is none.
        """
        known = {entry.key: entry for entry in self.blanks()}
        if key in known:
            return known[key]
        module, _, name = str(key).rpartition(".")
        if fault := self.broken_modules().get(module):
            raise UnknownBlank(f"{fault}: until that is mended, {shortened(key)} cannot be found")
        near = difflib.get_close_matches(str(key), known, n=3, cutoff=0.6)
        near += [other for other in known if other.endswith(f".{name}") and other not in near]
        advice = f"did you mean {' or '.join(near)}?" if near else "`gptlab blanks` lists them all"
        raise UnknownBlank(f"there is no blank {shortened(key)!r}: {advice}")

    def _blanks_of(self, target: Target) -> list[Blank]:
        """The blanks that a target holds.

        Raises UnknownBlank for a key or a lesson that has none.
        """
        if target.kind == "key":
            return [self.find(str(target.value))]
        entries = [entry for entry in self.blanks() if target.holds(entry)]
        if target.kind == "lesson" and not entries:
            have = ", ".join(str(number) for number in self.by_lesson())
            raise UnknownBlank(
                f"lesson {shortened(target.value)} has no blanks; these have: {have}"
            )
        return entries

    def own_body(self, key: str) -> Callable:
        """The learner's own function behind a blank, without the look-up (its module must be imported)."""
        self.find(key)
        return self._own[key]

    def reference(self, key: str) -> Callable:
        """The reference function of a blank.

        Raises SolutionsMissing when it is not there.
        """
        return self._references.body(key)

    def mark_empty(self, key: str) -> None:
        """Note that a blank's stub is back in its file, also where the module is not executed again."""
        if key in self._imported:
            self._imported[key] = replace(self._imported[key], empty=True)
            self._choose_again(key)

    # -- whose body runs ---------------------------------------------------------------------------

    @overload
    def whose(self, key: None = None) -> dict[str, State]: ...

    @overload
    def whose(self, key: str) -> State: ...

    def whose(self, key: str | None = None) -> dict[str, State] | State:
        """Say whose body runs, "yours", "borrowed" or "empty": of one blank, or of each by key.

        A blank that is to be borrowed from references that are not there counts as empty.
        """
        if key is not None:
            return self._state(self.find(key))
        return {entry.key: self._state(entry) for entry in self.blanks()}

    def why_it_cannot_run(self, key: str) -> str | None:
        """Why a call of this blank would find no body, in one line; None when it finds one."""
        try:
            self.resolve_body(key)
        except CourseError as error:
            return str(error)
        return None

    def _state(self, entry: Blank) -> State:
        """What really runs, as references may be missing."""
        state = self._decided_state(entry)
        return "empty" if state == "borrowed" and not has_reference(entry.key) else state

    def _decided_state(self, entry: Blank) -> State:
        """Apply the decisions about a blank, newest first."""
        fill = False
        for decision in reversed(self._all_decisions()):
            if decision.target.holds(entry):
                if decision.how == "borrow":
                    return "borrowed"
                if decision.how == "own":
                    break
                fill = True
        if not entry.empty:
            return "yours"
        return "borrowed" if fill and has_reference(entry.key) else "empty"

    def _all_decisions(self) -> list[Decision]:
        """Oldest first: those saved in a file, those of GPTLAB_BORROW, those of this process."""
        text = os.environ.get("GPTLAB_BORROW", "") if self._environment_counts else ""
        if text not in self._environment:
            self._environment[text] = self._read_environment(text)
        return self._saved.decisions() + self._environment[text] + self._decisions

    def _read_environment(self, text: str) -> list[Decision]:
        """Read GPTLAB_BORROW: "all", or keys and lessons' numbers with commas between them."""
        targets = [Target.read(word.strip()) for word in text.split(",") if word.strip()]
        for target in targets:
            try:
                self._blanks_of(target)
            except UnknownBlank as error:
                raise UnknownBlank(f"GPTLAB_BORROW={text}: {error}") from None
        return [Decision("borrow", target) for target in targets]

    # -- decisions ---------------------------------------------------------------------------------

    def borrow(
        self,
        key: str | None = None,
        *,
        lesson: int | None = None,
        before: int | None = None,
        other_than: int | None = None,
    ) -> list[str]:
        """Run the reference for one blank, a lesson's, or "all".

        `before=5` only fills what is empty in earlier lessons, `other_than=5` in all but that one.

        Returns the keys that run the reference now because of this call.
        Raises UnknownBlank for what names no blank, SolutionsMissing where references are not there; what can
        be filled is filled all the same.
        """
        asked: dict[Kind, int | None] = {
            "lesson": lesson,
            "before": before,
            "other_than": other_than,
        }
        numbers: dict[Kind, int] = {k: number for k, number in asked.items() if number is not None}
        if len(numbers) + (key is not None) != 1:
            raise ValueError('borrow takes one of: a key, "all", lesson=5, before=5, other_than=5')
        if key is not None:
            target = Target.read(str(key))
        else:
            target = Target.of_lesson(*numbers.popitem())
        how = "fill" if target.kind in ("before", "other_than") else "borrow"
        entries = self._blanks_of(target)
        keys = [entry.key for entry in entries if how == "borrow" or entry.empty]
        if how == "fill":
            self._add(Decision(how, target))
        for wanted in keys:
            reference_file(wanted)
        if how == "borrow":
            self._add(Decision(how, target))
        return keys

    def give_back(self, key: str) -> list[str]:
        """Undo borrowing for one blank, a lesson's number or "all", GPTLAB_BORROW's too; returns the keys."""
        target = Target.read(str(key))
        keys = [entry.key for entry in self._blanks_of(target)]
        if target.kind == "all":
            self._decisions.clear()
            self._environment_counts = False
        self._add(Decision("own", target))
        return keys

    def save_choice(self, how: Literal["borrow", "own"], key: str) -> list[str]:
        """`borrow` or `give_back` ("own") for later processes too; returns the keys.

        Raises what these two raise, and then saves nothing; OSError when the file cannot be written.
        """
        keys = self.borrow(key) if how == "borrow" else self.give_back(key)
        self._saved.save(Decision(how, Target.read(str(key))))
        return keys

    def _add(self, decision: Decision) -> None:
        """Note the newest decision; an older one about the same blanks is forgotten."""
        self._decisions = [old for old in self._decisions if old.target != decision.target]
        self._decisions.append(decision)
        self._choose_again(*self._slots)

    # -- files that cannot be read ------------------------------------------------------------------

    def note_not_executed(self, reasons: Mapping[str, str]) -> None:
        """Note all modules whose edited file could not be executed again, so that an older body runs, and why."""
        self._not_executed = dict(reasons)

    def broken_modules(self) -> dict[str, str]:
        """Modules whose file cannot be parsed or executed, each with one line that says where and why."""
        return self._not_executed | scan()[1]

    # -- where the references are not there --------------------------------------------------------

    def offer_stand_ins(self, bodies: Mapping[str, Callable]) -> None:
        """Give bodies, by key, that may run where a blank is empty and its reference is not there."""
        self._stand_ins.update(bodies)

    def use_stand_ins(self, other_than: int | None = None) -> list[str]:
        """Run the stand-ins of all lessons but one for what is empty, and still counts as empty.

        Returns the keys of what they run for.
        """
        self._may_stand_in = {key for key in self._stand_ins if self.find(key).lesson != other_than}
        self._choose_again(*self._slots)
        empty = {key for key, state in self.whose().items() if state == "empty"}
        return sorted(self._may_stand_in & empty)


process_registry = Registry()

blank = process_registry.blank
blanks = process_registry.blanks
borrow = process_registry.borrow
broken_modules = process_registry.broken_modules
by_lesson = process_registry.by_lesson
find = process_registry.find
give_back = process_registry.give_back
mark_empty = process_registry.mark_empty
note_not_executed = process_registry.note_not_executed
offer_stand_ins = process_registry.offer_stand_ins
own_body = process_registry.own_body
reference = process_registry.reference
save_choice = process_registry.save_choice
use_stand_ins = process_registry.use_stand_ins
version = process_registry.version
whose = process_registry.whose
why_it_cannot_run = process_registry.why_it_cannot_run
