"""Hints: three for each blank, the last short of the answer."""

import importlib
import importlib.util
import textwrap
from collections.abc import Callable

from gptlab.blanks.registry import find
from gptlab.blanks.solutions import Source, has_reference

WIDTH = 96  # JupyterLab breaks longer lines in the middle of a word
_given: dict[str, int] = {}  # how many hints of a blank this process has given


def hints(key: str) -> tuple[str, ...]:
    """All hints of a blank, from the first nudge to the last before the answer; () where none are written.

    Raises UnknownBlank for a key that is none.
    """
    entry = find(key)
    name = f"gptlab.exercises.{entry.module}"
    if importlib.util.find_spec(name) is None:
        return ()
    return importlib.import_module(f"{name}.hints").HINTS.get(entry.name, ())


def hint(fn_or_key: Callable | str) -> Source:
    """The next hint for a blank; after the last one it is the last again.

    Raises UnknownBlank for a key that is none.
    """
    key = getattr(fn_or_key, "key", fn_or_key)
    texts = hints(key)
    if not texts:
        return Source(f"there are no hints for {key} yet")
    number = min(_given.get(key, 0), len(texts) - 1)
    _given[key] = number + 1
    more = ""
    if number + 1 == len(texts):
        shows = f'; reveal("{key}") shows the reference' if has_reference(key) else ""
        more = f" (the last one{shows})"
    return Source(textwrap.fill(f"hint {number + 1} of {len(texts)}{more}: {texts[number]}", WIDTH))
