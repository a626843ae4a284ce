"""Wrong bodies as people really write them, each with the name that its check has to give it.

Unlike the bodies of the known mistakes they are written as a learner would, often with a second fault that
shows only at an edge.
"""

import importlib
from collections.abc import Callable

from tests.support.paths import ROOT

_natural: list[tuple[str, str | None, Callable]] = []


def natural(key: str, name: str | None) -> Callable[[Callable], Callable]:
    """Decorate a wrong body of the blank `key` with the name of its mistake, None where no name fits."""

    def register(body: Callable) -> Callable:
        _natural.append((key, name, body))
        return body

    return register


def natural_bodies() -> list[tuple[str, str | None, Callable]]:
    """All of them, each with the key of its blank and the mistake's name."""
    for file in sorted((ROOT / "tests" / "exercises").glob("*/natural_ways.py")):
        importlib.import_module(f"tests.exercises.{file.parent.name}.natural_ways")
    return _natural
