"""Loads the reference bodies from `solutions/` beside the package, when one is first needed."""

import ast
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from gptlab.blanks import source_scan
from gptlab.blanks.errors import SolutionsMissing
from gptlab.blanks.source_scan import short_path


class Source(str):
    """Source text that a notebook shows as text, not as a quoted string."""

    def _repr_pretty_(self, printer, cycle: bool) -> None:
        """Print the text itself in IPython."""
        printer.text(str(self))


def solutions_folder() -> Path:
    """The folder of reference bodies: GPTLAB_SOLUTIONS, or `solutions/` in the checkout."""
    return Path(os.environ.get("GPTLAB_SOLUTIONS") or source_scan.CHECKOUT / "solutions").absolute()


def why_missing() -> str:
    """Why there is no folder of reference bodies, and what helps."""
    if not source_scan.is_checkout():
        return source_scan.WITHOUT_COURSE
    return "an instructor may have taken it away; GPTLAB_SOLUTIONS can name another"


def reference_file(key: str, wish: str = "borrow") -> Path:
    """The file that holds a blank's reference body, which somebody wishes to borrow or to reveal.

    Raises SolutionsMissing when the folder or the file is not there.
    """
    folder = solutions_folder()
    if not folder.is_dir():
        raise SolutionsMissing(
            f"cannot {wish} {key}: there is no folder {short_path(folder)}: {why_missing()}"
        )
    path = folder / f"{key.rpartition('.')[0]}.py"
    if not path.is_file():
        raise SolutionsMissing(f"cannot {wish} {key}: there is no file {short_path(path)}")
    return path


def has_reference(key: str) -> bool:
    """True when a file that should hold this blank's reference body is there."""
    try:
        return reference_file(key).is_file()
    except SolutionsMissing:
        return False


class References:
    """The reference functions by key; each file is executed once, under a private name."""

    def __init__(self) -> None:
        self._modules: dict[Path, ModuleType] = {}

    def body(self, key: str) -> Callable:
        """The reference function of a blank.

        Raises SolutionsMissing when it is not there.
        """
        path = reference_file(key)
        if path not in self._modules:
            self._modules[path] = _execute(path)
        function = getattr(self._modules[path], key.rpartition(".")[2], None)
        if function is None:
            raise _no_function(key, path)
        return function


def _execute(path: Path) -> ModuleType:
    name = "_gptlab_solutions_" + path.stem
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None  # as for every .py file
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # so that pickle and inspect find its functions
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _no_function(key: str, path: Path, wish: str = "borrow") -> SolutionsMissing:
    return SolutionsMissing(f"cannot {wish} {key}: {short_path(path)} has no function of that name")


def reference_source(key: str) -> str:
    """The text of a blank's reference function.

    Raises SolutionsMissing when it is not there.
    """
    path = reference_file(key, "reveal")
    text = path.read_bytes()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == key.rpartition(".")[2]:
            lines = text.splitlines()[source_scan.first_line(node) - 1 : node.end_lineno]
            return b"\n".join(lines).decode("utf-8") + "\n"
    raise _no_function(key, path, "reveal")
