"""Diagnoses for every blank, in plain words: errors of Python and torch, a missing `return`, a wrong kind of result.

They are asked after the blank's own known mistakes, and say what the error means, not what the answer is.
"""

import dis
import inspect
import re
from collections.abc import Callable, Iterator
from types import CodeType, ModuleType
from typing import Any

from torch import Tensor

from gptlab.blanks.errors import CourseError
from gptlab.exercises.case import NoGradient
from gptlab.exercises.error_table import ERRORS
from gptlab.exercises.judge import Fault
from gptlab.exercises.mistake import Mistake


def diagnosis(fault: Fault, function: Callable, returns_something: bool) -> Mistake | None:
    """What is likely wrong, judged by the fault and by the function's own code."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is not None and returns_something and not _returns_a_value(code):
        return Mistake("nothing is returned", "Is `return` missing in front of the result?", None)
    error = fault.outcome.error
    if error is not None:
        return None if isinstance(error, CourseError) else _of_error(error, code)
    return _of_value(fault)


def _of_error(error: BaseException, code: CodeType | None) -> Mistake | None:
    if isinstance(error, NotImplementedError) and not str(error):
        hint = "Delete the line `raise NotImplementedError`: it stands in for the body."
        return Mistake("`raise NotImplementedError` is still there", hint, None)
    text = " ".join(str(error).split())
    for kind, pattern, name, hint in ERRORS:
        if isinstance(error, kind) and re.search(pattern, text):
            turned = "the sizes" in name and code is not None and "T" in code.co_names
            more = " With more than two axes, x.T turns all of them round: write x.mT."
            return Mistake(name, hint + more if turned else hint, None)
    return None


def _of_value(fault: Fault) -> Mistake | None:
    """What a result of another kind than was wanted comes from."""
    value = fault.outcome.value
    if fault.written_to:
        hint = "`x -= …`, x[…] = … and methods whose names end in _ change x itself: work on a new one."
        return Mistake("an argument that is written to", hint, None)
    wanted = fault.case.expected
    if isinstance(value, NoGradient):
        hint = "float(), .item(), .tolist(), .detach() and torch.tensor(…) take plain numbers out of torch."
        return Mistake("the result has left torch on the way", hint, None)
    if fault.case.gradient and _some_gradient_is_lost(value, wanted):
        hint = "float(), .item(), .tolist(), .detach(), torch.tensor(…) take plain numbers out of torch: is one there?"
        return Mistake("no gradient reaches one of the arguments", hint, None)
    if fault.case.call is not None or fault.case.summary is not None:
        return None
    if value is None and wanted is not None:
        hint = "Does every way through the function end in `return`?"
        return Mistake("on this way through it nothing is returned", hint, None)
    if inspect.isgenerator(value):
        hint = "`yield`, or a comprehension in round brackets, makes one: write return, and [ … ]."
        return Mistake("a generator instead of its results", hint, None)
    if callable(value) and not callable(wanted):
        return Mistake(
            "a function is returned, not its result", "Are its brackets () missing?", None
        )
    if isinstance(wanted, list) and isinstance(value, tuple):
        hint = "A tuple can't be added to a list later: square brackets, or list(…), make a list."
        return Mistake("a tuple instead of a list", hint, None)
    if isinstance(wanted, Tensor) and isinstance(value, (tuple, list)):
        return _of_several(value)
    return None


def _some_gradient_is_lost(got: Any, wanted: Any) -> bool:
    """True when one of several gradients is 0 throughout, and should not be."""
    if not isinstance(got, (tuple, list)) or not isinstance(wanted, (tuple, list)):
        return False
    pairs = [(g, w) for g, w in zip(got, wanted) if isinstance(g, Tensor) and isinstance(w, Tensor)]
    return any(not g.any() and bool(w.any()) for g, w in pairs)


def _of_several(value: tuple | list) -> Mistake:
    """A tuple or a list came where one tensor is wanted."""
    kind = type(value).__name__
    if isinstance(value, tuple) and len(value) == 1:
        hint = "Is there a comma too many at the end of `return`?"
    elif any(isinstance(item, Tensor) for item in value):
        hint = "torch.stack makes one of equal ones along a new axis, torch.cat along an old one."
    else:
        hint = "torch.tensor(…) makes a tensor of numbers."
    return Mistake(f"a {kind} instead of one tensor", hint, None)


def _returns_a_value(code: CodeType) -> bool:
    """False when every way through a function ends without a value."""
    if code.co_flags & inspect.CO_GENERATOR:
        return True
    before: Any = None
    for instruction in dis.get_instructions(code):
        if instruction.opname == "RETURN_CONST" and instruction.argval is not None:
            return True
        is_none = before is not None and before.opname == "LOAD_CONST" and before.argval is None
        # `return a if b else None` comes to one RETURN_VALUE on two ways, with a or with None
        if instruction.opname == "RETURN_VALUE" and (instruction.is_jump_target or not is_none):
            return True
        before = instruction
    return not _ends(code)


def _ends(code: CodeType) -> bool:
    """True when a function can come to its end; one that always raises cannot."""
    return any(one.opname in ("RETURN_VALUE", "RETURN_CONST") for one in dis.get_instructions(code))


def blanks_called(function: Callable) -> list[str]:
    """The keys of the blanks that a function's code names, in no more than one step."""
    function = inspect.unwrap(function)
    known = getattr(function, "__globals__", {})
    keys: list[str] = []
    for names in _names(getattr(function, "__code__", None)):
        holders = [known[name] for name in names if isinstance(known.get(name), ModuleType)]
        found = [known.get(name) for name in names]
        found += [vars(holder).get(name) for holder in holders for name in names]
        keys += [one.key for one in found if isinstance(getattr(one, "key", None), str)]
    return list(dict.fromkeys(keys))


def _names(code: CodeType | None) -> Iterator[tuple[str, ...]]:
    """The names in a code object and in those inside it."""
    if code is not None:
        yield code.co_names
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                yield from _names(constant)
