"""Wrong bodies that no small change of a reference makes: right almost everywhere. A check must reject each.

Some are right for most sizes, some for one dtype, some only without ties or away from an edge that the
docstring promises; some draw what does not depend on chance enough.
"""

import importlib
from collections.abc import Callable

from tests.support.paths import ROOT

_wrong: list[tuple[str, Callable]] = []


def wrong(key: str) -> Callable[[Callable], Callable]:
    """Decorate a wrong body of the blank `key`."""

    def register(body: Callable) -> Callable:
        _wrong.append((key, body))
        return body

    return register


def wrong_bodies() -> list[tuple[str, Callable]]:
    """All of them, each with the key of its blank."""
    for file in sorted((ROOT / "tests" / "exercises").glob("*/wrong_ways.py")):
        importlib.import_module(f"tests.exercises.{file.parent.name}.wrong_ways")
    return _wrong
