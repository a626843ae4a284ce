"""Wrong bodies as learners write them, each with the name of the mistake that its check must give."""

import importlib
from collections.abc import Callable

from tests.support.paths import ROOT

_diagnosed: list[tuple[str, str, Callable]] = []


def diagnosed(key: str, name: str) -> Callable[[Callable], Callable]:
    """Decorate a wrong body of the blank `key`, whose diagnosis is `name`."""

    def register(body: Callable) -> Callable:
        _diagnosed.append((key, name, body))
        return body

    return register


def diagnosed_bodies() -> list[tuple[str, str, Callable]]:
    """All of them, each with the key of its blank and the name of its mistake."""
    for file in sorted((ROOT / "tests" / "exercises").glob("*/diagnoses.py")):
        importlib.import_module(f"tests.exercises.{file.parent.name}.diagnoses")
    return _diagnosed
