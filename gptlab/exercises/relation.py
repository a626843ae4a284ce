"""How wrong results lie to the right ones, where it is the same in every case: another sign, or one factor.

It is asked last, after the known mistakes and the common errors.
"""

import math
from typing import Any

from torch import Tensor

from gptlab.exercises.case import Case
from gptlab.exercises.judge import Outcome
from gptlab.exercises.mistake import Mistake

ENOUGH = 4  # so many different right numbers, in two cases or more: fewer could be chance
CLOSE = 1e-4


def relation(cases: list[Case], outcomes: list[Outcome]) -> Mistake | None:
    """A mistake for results that are all the right ones times one number."""
    pairs, used = [], 0
    for case, outcome in zip(cases, outcomes, strict=False):
        wanted, came = _numbers(case.expected), _numbers(outcome.value)
        if case.call is not None or case.summary is not None:
            continue
        if outcome.error is not None or not wanted or came is None or len(wanted) != len(came):
            return None
        pairs += zip(wanted, came, strict=True)
        used += 1
    if used < 2 or len({wanted for wanted, _ in pairs if wanted}) < ENOUGH:
        return None
    first = next(came / wanted for wanted, came in pairs if wanted)
    if not all(
        math.isclose(came, first * wanted, rel_tol=CLOSE, abs_tol=1e-9) for wanted, came in pairs
    ):
        return None
    if math.isclose(first, -1, rel_tol=CLOSE):
        hint = "Is there a minus too many or too few, or is a difference the wrong way round?"
        return Mistake("every result with the other sign", hint, None)
    if first == 0 or math.isclose(first, 1, rel_tol=1e-2):
        return None
    hint = "What multiplies or divides everything: a unit, a number of things, the base of a logarithm?"
    return Mistake(f"every result is {first:.4g} times as large as it should be", hint, None)


def _numbers(value: Any) -> list[float] | None:
    """All numbers of a result, one behind the other; None where there is something else, or nothing finite."""
    if isinstance(value, Tensor):
        value = value.detach().flatten().tolist()
    if isinstance(value, (tuple, list)):
        parts = [_numbers(item) for item in value]
        if any(part is None for part in parts):
            return None
        return [number for part in parts for number in part]
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return [float(value)]
    return None
