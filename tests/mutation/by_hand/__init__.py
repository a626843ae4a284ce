"""Wrong bodies that no small change of a reference makes: right almost everywhere. A check must reject each.

Some are right for most sizes, some for one dtype, some only without ties or away from an edge that the
docstring promises; some draw what does not depend on chance enough.
"""

import importlib
import pkgutil
from collections.abc import Callable

_wrong: list[tuple[str, Callable]] = []


def wrong(key: str) -> Callable[[Callable], Callable]:
    """Decorate a wrong body of the blank `key`."""

    def register(body: Callable) -> Callable:
        _wrong.append((key, body))
        return body

    return register


def wrong_bodies() -> list[tuple[str, Callable]]:
    """All of them, each with the key of its blank."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return _wrong
