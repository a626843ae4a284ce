"""Blanks: the functions that the learner writes, and whose body runs when one is called.

A blank's wrapper looks its body up at call time. An edited module that is executed again therefore
changes every copy of the function that was imported before, also inside a model that calls it.

Which body runs is decided by what was last said about a blank, in this order: first what `gptlab borrow`
and `gptlab give-back` kept in a file, then GPTLAB_BORROW, then each `borrow` and `give_back` call.
`borrow(before=5)` and `borrow(other_than=5)` are soft: they fill what is empty and never replace what the
learner wrote.
"""

import difflib
import functools
import inspect
import os
from collections.abc import Callable
from dataclasses import replace

from gptlab.blanks import stand_ins
from gptlab.blanks.choices import keep_choice, kept_choices, lesson_number, target
from gptlab.blanks.errors import CourseError, EmptyBlank, SolutionsMissing, UnknownBlank
from gptlab.blanks.solutions import has_reference, reference, reference_file
from gptlab.blanks.source_scan import Blank, as_in_file, is_empty_function, scan

__all__ = [
    "Blank",
    "EmptyBlank",
    "SolutionsMissing",
    "UnknownBlank",
    "blank",
    "blanks",
    "borrow",
    "broken_modules",
    "by_lesson",
    "find",
    "give_back",
    "keep",
    "lend",
    "own_body",
    "whose",
]

_registered: dict[str, Blank] = {}
_own: dict[str, Callable] = {}
_running: dict[
    str, list[Callable | None]
] = {}  # one slot a key; None: not decided since the last change
_decisions: list[
    tuple[str, str, str | int]
] = []  # (borrow | fill | own, kind as in `_names`, value)
_environment_counts = True  # until give_back("all")


def blank(lesson: int, minutes: int, difficulty: int) -> Callable[[Callable], Callable]:
    """Mark a top-level function as one that the learner writes.

    lesson counts from 0, minutes is the time it takes, difficulty runs from 1 (easy) to 5 (hard).
    Raises ValueError when the function stands inside a class or another function.
    """

    def register(function: Callable) -> Callable:
        if "." in function.__qualname__:
            raise ValueError(
                f"a blank must be a top-level function, but {function.__qualname__} is not"
            )
        function = as_in_file(function)
        key = f"{function.__module__.removeprefix('gptlab.')}.{function.__name__}"
        code = inspect.unwrap(function).__code__
        _registered[key] = Blank(
            key,
            lesson,
            minutes,
            difficulty,
            doc=function.__doc__ or "",
            file=code.co_filename,
            line=code.co_firstlineno,
            empty=is_empty_function(function),
        )
        _own[key] = function
        slot = _running.setdefault(
            key, [None]
        )  # every copy of this function ever made shares the slot
        slot[0] = None

        @functools.wraps(function)
        def call_body(*args, **kwargs):
            _settle(key)
            return slot[0](*args, **kwargs)

        call_body.key = key
        return call_body

    return register


def _settle(key: str) -> bool:
    """Fill a blank's slot when it is not filled yet; always True."""
    slot = _running[key]
    if slot[0] is None:
        slot[0] = _decide(key)
    return True


# torch.compile runs _settle while it traces instead of tracing it (files may be loaded there). What it
# left in the slot is guarded, so a later edit, borrow or give_back compiles anew.
_settle._dynamo_marked_constant = True


def _decide(key: str) -> Callable:
    """Find the body that a call of this blank runs; raises EmptyBlank when there is none."""
    how = _how(_registered[key])
    if how == "borrowed":
        return reference(key)
    if how == "yours":
        return _own[key]
    if key in stand_ins.lent:
        return stand_ins.offered[key]
    entry = find(key)
    raise EmptyBlank(
        f"{key} (lesson {entry.lesson}) is still empty: write it in {entry.place},"
        f' or ask for hint("{key}") or borrow("{key}")'
    )


def _how(entry: Blank) -> str:
    """Apply what was said about a blank, newest first: yours, borrowed or empty."""
    filled = False
    for how, kind, value in reversed(_spoken()):
        matches = _names(kind, value, entry)
        if matches and how == "borrow":
            return "borrowed"
        if matches and how == "own":
            break
        filled = filled or matches
    if not entry.empty:
        return "yours"
    return "borrowed" if filled else "empty"


def _names(kind: str, value: str | int, entry: Blank) -> bool:
    """True when a decision of this kind is about this blank."""
    if kind == "before":
        return entry.lesson < value
    if kind == "other_than":
        return entry.lesson != value
    return {"all": True, "key": entry.key == value, "lesson": entry.lesson == value}[kind]


def _spoken() -> list[tuple[str, str, str | int]]:
    """All decisions, oldest first: those kept in a file, those of GPTLAB_BORROW, those of this process."""
    text = os.environ.get("GPTLAB_BORROW", "") if _environment_counts else ""
    return kept_choices() + _from_environment(text) + _decisions


@functools.cache
def _from_environment(text: str) -> list[tuple[str, str, str | int]]:
    """Read GPTLAB_BORROW: "all", or keys and lessons' numbers with commas between them."""
    targets = [target(word.strip()) for word in text.split(",") if word.strip()]
    for kind, value in targets:
        try:
            _matching(kind, value)
        except UnknownBlank as error:
            raise UnknownBlank(f"GPTLAB_BORROW={text}: {error}") from None
    return [("borrow", kind, value) for kind, value in targets]


def blanks() -> list[Blank]:
    """All blanks in the order of lessons: places as in the files now, emptiness as imported."""
    merged = scan()[0]
    for key, entry in _registered.items():
        merged[key] = replace(merged.get(key, entry), empty=entry.empty)
    return sorted(merged.values(), key=lambda entry: (entry.lesson, entry.file, entry.line))


def broken_modules() -> dict[str, str]:
    """Modules whose file cannot be parsed, each with one line that says where and why."""
    return scan()[1]


def by_lesson() -> dict[int, list[Blank]]:
    """All blanks, grouped by lesson."""
    lessons: dict[int, list[Blank]] = {}
    for entry in blanks():
        lessons.setdefault(entry.lesson, []).append(entry)
    return lessons


def find(key: str) -> Blank:
    """The blank of that key.

    Raises UnknownBlank, naming near matches, when there is none.
    """
    known = {entry.key: entry for entry in blanks()}
    if key in known:
        return known[key]
    near = difflib.get_close_matches(str(key), known, n=3, cutoff=0.6)
    near += [
        k for k in known if k.rpartition(".")[2] == str(key).rpartition(".")[2] and k not in near
    ]
    advice = f"did you mean {' or '.join(near)}?" if near else "`gptlab blanks` lists them all"
    if fault := broken_modules().get(str(key).rpartition(".")[0]):
        raise UnknownBlank(f"{fault}: until that is mended, {key} cannot be found")
    raise UnknownBlank(f"there is no blank {key!r}: {advice}")


def own_body(key: str) -> Callable:
    """The learner's own function behind a blank, without the look-up (its module must be imported)."""
    find(key)
    return _own[key]


def whose(key: str | None = None) -> dict[str, str] | str:
    """Say whose body runs, "yours", "borrowed" or "empty": of one blank, or of each by key.

    A blank that is to be borrowed from references that are not there counts as empty.
    """
    if key is not None:
        return _state(find(key))
    return {entry.key: _state(entry) for entry in blanks()}


def why_it_cannot_run(key: str) -> str | None:
    """Why a call of this blank would find no body, in one line; None when it finds one."""
    try:
        _settle(key)
    except CourseError as error:
        return str(error)
    return None


def states_in_files() -> dict[str, str]:
    """What `whose` will say as soon as the files are executed as they stand now; unreadable ones are left out."""
    return {key: _state(entry) for key, entry in scan()[0].items()}


def _state(entry: Blank) -> str:
    """What really runs, now that files may be missing."""
    how = _how(entry)
    return "empty" if how == "borrowed" and not has_reference(entry.key) else how


def mark_empty(key: str) -> None:
    """Take note that a blank's stub is back in its file, also where the module is not executed again."""
    if key in _registered:
        _registered[key] = replace(_registered[key], empty=True)
        _running[key][0] = None


def borrow(
    key: str | None = None,
    *,
    lesson: int | None = None,
    before: int | None = None,
    other_than: int | None = None,
) -> list[str]:
    """Run the reference for one blank, a lesson's, or "all".

    `before=5` only fills what is empty in earlier lessons, `other_than=5` in all but that one.

    Returns the keys that run the reference now because of this call.
    Raises UnknownBlank for what names no blank, SolutionsMissing where the references are not there.
    """
    if sum(given is not None for given in (key, lesson, before, other_than)) != 1:
        raise ValueError('borrow takes one of: a key, "all", lesson=5, before=5, other_than=5')
    how = "borrow" if before is None and other_than is None else "fill"
    if before is not None:
        kind, value = "before", lesson_number(before, "before")
    elif other_than is not None:
        kind, value = "other_than", lesson_number(other_than, "other_than")
    elif lesson is not None:
        kind, value = "lesson", lesson_number(lesson, "lesson")
    else:
        kind, value = target(str(key))
    entries = _matching(kind, value)
    wanted = [entry.key for entry in entries if how == "borrow" or entry.empty]
    for wanted_key in wanted:
        reference_file(wanted_key)
    _say(how, kind, value)
    return wanted


def lend(other_than: int = -1) -> list[str]:
    """Let stand-ins run for empty blanks of all lessons but one; they still count as empty. Returns their keys."""
    stand_ins.lent = {key for key in stand_ins.offered if find(key).lesson != other_than}
    _forget()
    return [key for key, state in whose().items() if key in stand_ins.lent and state == "empty"]


def give_back(key: str) -> list[str]:
    """Undo borrowing for one blank, a lesson's number or "all", GPTLAB_BORROW's too; returns the keys."""
    global _environment_counts
    kind, value = target(str(key))
    entries = _matching(kind, value)
    if kind == "all":
        _decisions.clear()
        _environment_counts = False
    _say("own", kind, value)
    return [entry.key for entry in entries]


def keep(how: str, key: str) -> list[str]:
    """`borrow` or `give_back` ("own") a key, a lesson or "all" for later processes too; returns the keys.

    Raises what these two raise, and then keeps nothing; OSError when the file cannot be written.
    """
    keys = borrow(key) if how == "borrow" else give_back(key)
    keep_choice(how, *target(str(key)))
    return keys


def _matching(kind: str, value: str | int) -> list[Blank]:
    """The blanks that a decision of this kind is about."""
    if kind == "key":
        return [find(str(value))]
    entries = blanks()
    if kind == "lesson":
        entries = [entry for entry in entries if entry.lesson == value]
        if not entries:
            have = ", ".join(str(number) for number in by_lesson())
            raise UnknownBlank(f"lesson {value} has no blanks; these have: {have}")
    return [entry for entry in entries if _names(kind, value, entry)]


def _say(how: str, kind: str, value: str | int) -> None:
    """Remember the newest decision."""
    global _decisions
    _decisions = [said for said in _decisions if said[1:] != (kind, value)] + [(how, kind, value)]
    _forget()


def _forget() -> None:
    """Have every body looked up again."""
    for slot in _running.values():
        slot[0] = None
