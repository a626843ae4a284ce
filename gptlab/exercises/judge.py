"""Runs a function on the cases of its check, finds the first fault, and names the mistake."""

import dis
import sysconfig
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from gptlab.blanks.errors import CourseError
from gptlab.blanks.shapes import check_shapes
from gptlab.blanks.source_scan import short_path
from gptlab.exercises.case import STAGES, Case, NoGradient, deep_copy
from gptlab.exercises.compare import a_kind, is_number, same
from gptlab.exercises.guard import Interrupted, NeverEnds, guarded
from gptlab.exercises.mistake import Mistake

LIBRARIES = tuple(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))


@dataclass(frozen=True)
class Outcome:
    """What came of one call: a value or an error, and the arguments that were written to."""

    value: Any = None
    error: BaseException | None = None
    place: str = ""  # of the error, in the function's own file
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fault:
    """What is wrong with one outcome: what was expected and what was got, in words.

    Where a text is None, the value itself is to be shown.
    """

    case: Case
    outcome: Outcome
    expected: str | None = None
    got: str | None = None
    written_to: bool = False  # the result is right, but an argument is another one now


def run(function: Callable, case: Case, names: list[str]) -> Outcome:
    """Call a function with its own copy of a case's arguments."""
    arguments, options = deep_copy((case.arguments, case.options))
    before = deep_copy((arguments, options))
    try:
        value = guarded(lambda: _called(function, case, arguments, options))
    except Interrupted:
        raise
    except (
        BaseException
    ) as error:  # SystemExit and KeyboardInterrupt too: whatever it raises is its fault
        return Outcome(error=error, place=getattr(error, "place", "") or _place(error, function))
    pairs = [
        *zip(names, arguments, before[0], strict=False),
        *((k, options[k], before[1][k]) for k in options),
    ]
    changed = tuple(name for name, now, then in pairs if not _untouched(now, then))
    return Outcome(value, changed=() if case.changes else changed)


def _called(function: Callable, case: Case, arguments: tuple, options: dict) -> Any:
    """What is compared: the result, or what the case makes of it."""
    if case.call is not None:
        return case.call(function, *arguments, **options)
    value = function(*arguments, **options)
    return _in_form(value, case.expected) if case.summary is None else case.summary(value)


def _in_form(value: Any, wanted: Any) -> Any:
    """A value in the form that was wanted, where only the form differs.

    A tensor may stand for a list and a stacked tensor for several, a list for a tuple, a tuple for a list of tensors,
    and 0 and 1 for False and True. A tuple is no list of numbers: whoever adds to it later would find out.
    """
    if isinstance(wanted, (tuple, list)):
        tensors = any(isinstance(item, Tensor) for item in wanted)
        came_as_tuple = isinstance(value, tuple)
        if isinstance(value, Tensor) and value.ndim:
            value = list(value.unbind(0)) if tensors else value.tolist()
        if not isinstance(value, (tuple, list)):
            return value
        if len(value) == len(wanted):
            value = [_in_form(item, want) for item, want in zip(value, wanted, strict=True)]
        tuple_for_list = isinstance(wanted, list) and came_as_tuple
        return tuple(value) if tuple_for_list and not tensors else type(wanted)(value)
    if isinstance(wanted, bool) and type(value) is int and value in (0, 1):
        return bool(value)
    return value


def _untouched(now: Any, then: Any) -> bool:
    """True when a copy still holds what the original holds; what is no data is passed over."""
    if isinstance(now, (Tensor, list, tuple, dict, int, float, str)):
        return same(now, then, 0.0, 0.0)
    return True


def _place(error: BaseException, function: Callable) -> str:
    """File and line where a function's own code was when the error came up."""
    room = getattr(function, "__module__", None)
    frames = traceback.extract_tb(error.__traceback__)
    here = Path(__file__).parent
    own = [
        frame
        for frame in frames
        if room
        and Path(frame.filename).stem == room.rpartition(".")[2]
        and here not in Path(frame.filename).parents
    ]
    return f"{short_path(own[-1].filename)}:{own[-1].lineno}" if own else ""


def _shapes_in_words(expected: Any, value: Any, wrong: str) -> tuple[str, str]:
    """What was expected and what came, where a result does not fit the docstring's shape lines."""
    if isinstance(expected, Tensor) and isinstance(value, Tensor) and expected.shape != value.shape:
        why = "" if wrong.startswith("the axes …") else f": {wrong}"
        return f"shape {tuple(expected.shape)}", f"shape {tuple(value.shape)}{why}"
    return "what the card says of the result", wrong


def fault_of(case: Case, outcome: Outcome, doc: str, names: list[str]) -> Fault | None:
    """The first thing that is wrong with an outcome, or None."""
    error = outcome.error
    value = outcome.value
    if error is not None:
        return Fault(case, outcome, got=_raised(outcome))
    if isinstance(case.expected, Tensor) and isinstance(value, (tuple, list)):
        return Fault(case, outcome, "one tensor", f"{a_kind(value)} of {len(value)}")
    if case.shapes:
        given = dict(zip(names, case.arguments, strict=False)) | case.options
        wrong = None if case.summary else check_shapes(doc, given, value)
        if wrong:
            return Fault(case, outcome, *_shapes_in_words(case.expected, value, wrong))
    if isinstance(value, NoGradient):
        return Fault(case, outcome, "a result that torch can train through", value.text)
    fault = _kind_fault(case, outcome)
    if fault is not None:
        return fault
    if case.expected is True and case.call is not None and value is not True:
        return Fault(
            case, outcome, case.about, value if isinstance(value, str) else "that is not so"
        )
    if not same(value, case.expected, case.rtol, case.atol):
        return Fault(case, outcome)
    if outcome.changed:
        return Fault(
            case,
            outcome,
            "arguments that are left as they were",
            f"{outcome.changed[0]} was written to",
            written_to=True,
        )
    return None


def _kind_fault(case: Case, outcome: Outcome) -> Fault | None:
    """Hold the result's type against what is wanted."""
    value = outcome.value
    wanted = case.expected
    if (
        isinstance(wanted, (tuple, list))
        and isinstance(value, (tuple, list))
        and len(wanted) == len(value)
    ):
        pairs = list(zip(wanted, value, strict=True))
    else:
        pairs = [(wanted, value)]
    for want, got in pairs:
        if (
            isinstance(want, Tensor)
            and not isinstance(got, Tensor)
            and not (want.ndim == 0 and is_number(got))
        ):
            return Fault(case, outcome, "a tensor", _a(got))
    if isinstance(wanted, list) and not case.call and not isinstance(value, list):
        return Fault(case, outcome, "a list", _a(value))
    return None


def _a(value: Any) -> str:
    """The kind of a value, also of none."""
    return "nothing (None)" if value is None else a_kind(value)


def _raised(outcome: Outcome) -> str:
    """An error in one line; one that is part of the course says all itself."""
    error = outcome.error
    text = " ".join(str(error).split())
    if isinstance(error, CourseError):
        return text
    if isinstance(error, NeverEnds):
        return f"{text}{f' ({outcome.place})' if outcome.place else ''}"
    text = text if len(text) < 200 else text[:200] + " …"
    where = f" ({outcome.place})" if outcome.place else ""
    if isinstance(error, SystemExit):
        return f"it ended the program{where}"
    return f"it raised {type(error).__name__}: {text}{where}"


def run_all(function: Callable, cases: list[Case], names: list[str]) -> list[Outcome]:
    """The outcomes of all cases; they end with the first call that does not come to an end."""
    outcomes = []
    for case in cases:
        outcomes.append(run(function, case, names))
        if isinstance(outcomes[-1].error, NeverEnds):
            break
    return outcomes


def first_fault(
    cases: list[Case], outcomes: list[Outcome], doc: str, names: list[str]
) -> Fault | None:
    """The first fault of the earliest stage that has one."""
    faults = [
        fault_of(case, outcome, doc, names) for case, outcome in zip(cases, outcomes, strict=False)
    ]
    if faults and isinstance(faults[-1] and faults[-1].outcome.error, NeverEnds):
        return faults[-1]
    for stage in STAGES:
        for fault in faults:
            if fault is not None and fault.case.stage == stage:
                return fault
    return None


ENDLESS = Mistake(
    "a loop that never ends", "Does every way through the loop bring it nearer to its end?", None
)


def diagnose(
    known: list[Mistake],
    stage: str,
    cases: list[Case],
    outcomes: list[Outcome],
    doc: str,
    names: list[str],
) -> Mistake | None:
    """The known mistake that gives the same outcomes in every case of one stage, and is right in those before."""
    if isinstance(outcomes[-1].error, NeverEnds):
        return ENDLESS
    pairs = [
        (case, outcome)
        for case, outcome in zip(cases, outcomes, strict=True)
        if case.stage == stage
    ]
    before = [case for case in cases if STAGES.index(case.stage) < STAGES.index(stage)]
    by_hand = any(_by_hand(outcome.error) for _, outcome in pairs)
    for same_words in (True, False) if by_hand else (True,):
        for candidate in known:
            alike = all(
                _alike(case, outcome, run(candidate.body, case, names), same_words)
                for case, outcome in pairs
            )
            if alike and all(
                fault_of(case, run(candidate.body, case, names), doc, names) is None
                for case in before
            ):
                return candidate
    return None


def _alike(case: Case, a: Outcome, b: Outcome, same_words: bool) -> bool:
    """The same result, or the same error; the words of errors that bodies raise themselves may differ."""
    if a.error is not None or b.error is not None:
        own_words = not same_words and _by_hand(a.error) and _by_hand(b.error)
        return type(a.error) is type(b.error) and (own_words or str(a.error) == str(b.error))
    if isinstance(a.value, tuple) != isinstance(b.value, tuple):
        return False  # one of them is a tuple for a list, which is a fault of its own
    return a.changed == b.changed and same(a.value, b.value, case.rtol, case.atol)


def _by_hand(error: BaseException | None) -> bool:
    """True for an error that a body raises itself: its words are its author's, and tell nothing."""
    trace = error.__traceback__ if error is not None else None
    if trace is None:
        return False
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    raises = code.co_code[trace.tb_lasti] == dis.opmap["RAISE_VARARGS"]
    return raises and not code.co_filename.startswith(LIBRARIES)
