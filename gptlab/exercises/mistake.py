"""`Mistake`: a wrong body that people really write, with its name and a hint that does not give the answer.

When a check fails, its inputs are run through them; the one that gives the same results is the diagnosis.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """One known wrong body."""

    name: str
    hint: str  # one sentence
    body: Callable
    variant: bool = False  # another body with the name and the hint of one before it


_known: dict[str, list[Mistake]] = {}


def mistake(key: str, name: str, hint: str) -> Callable[[Callable], Callable]:
    """Decorate a wrong body of the blank `key`."""

    def register(body: Callable) -> Callable:
        _known.setdefault(key, []).append(Mistake(name, hint, body))
        return body

    return register


def another_way(key: str, name: str) -> Callable[[Callable], Callable]:
    """Decorate one more wrong body with a name that is known: the same idea gives other numbers or another error."""
    hint = next(known.hint for known in _known[key] if known.name == name)

    def register(body: Callable) -> Callable:
        _known[key].append(Mistake(name, hint, body, variant=True))
        return body

    return register


def mistakes(key: str) -> list[Mistake]:
    """All known mistakes of a blank, in the order in which they are written down."""
    room = importlib.import_module(f"gptlab.exercises.{key.rpartition('.')[0]}")
    for module in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
        if module.name.rpartition(".")[2].startswith("mistakes"):
            importlib.import_module(module.name)
    return _known.get(key, [])
