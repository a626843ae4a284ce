"""The list of blanks as it stands in the source files: read, not imported, so it costs no torch."""

import ast
import dis
import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
CHECKOUT = PACKAGE.parent
_BEFORE_THE_BODY = {"RESUME", "NOP", "CACHE", "PUSH_NULL", "NOT_TAKEN"}


@dataclass(frozen=True)
class Blank:
    """One function that the learner writes."""

    key: str  # "attention.causal_mask"
    lesson: int
    minutes: int
    difficulty: int  # 1 easy … 5 hard
    doc: str
    file: str
    line: int  # of the first decorator, counted from 1
    empty: bool

    @property
    def module(self) -> str:
        """The room that the blank stands in."""
        return self.key.rpartition(".")[0]

    @property
    def name(self) -> str:
        """The function's own name."""
        return self.key.rpartition(".")[2]

    @property
    def place(self) -> str:
        """File and line, relative to the checkout where possible."""
        return f"{short_path(self.file)}:{self.line}"


def short_path(file: str | Path) -> str:
    """A path as a learner knows it: relative to the checkout when it lies inside."""
    path = Path(file)
    return (
        path.relative_to(CHECKOUT).as_posix() if path.is_relative_to(CHECKOUT) else os.fspath(file)
    )


def is_empty_function(function: Callable) -> bool:
    """True when the compiled body does nothing but raise NotImplementedError (needs no source)."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:
        return False
    steps = [step for step in dis.get_instructions(code) if step.opname not in _BEFORE_THE_BODY]
    if len(steps) < 2 or steps[-1].opname != "RAISE_VARARGS":
        return False
    if not steps[0].opname.startswith("LOAD_") or steps[0].argval != "NotImplementedError":
        return False
    return not any(
        "JUMP" in step.opname or step.opname.startswith(("STORE", "RAISE")) for step in steps[:-1]
    )


def is_empty_node(node: ast.FunctionDef) -> bool:
    """True when the first statement after the docstring raises NotImplementedError."""
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    if not body or not isinstance(body[0], ast.Raise):
        return False
    raised = body[0].exc.func if isinstance(body[0].exc, ast.Call) else body[0].exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def as_in_file(function: Callable) -> Callable:
    """The same function with the file name and line numbers of its module's file.

    IPython's autoreload compiles an edited function alone, under the file name of its decorator and from
    line 1 on; tracebacks would then show a learner the wrong lines. A function that is where it says
    stays as it is, and so does one that cannot be found.
    """
    file = function.__globals__.get("__file__")
    if file is None or inspect.unwrap(function).__code__.co_filename == file:
        return function
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return function
    for node in reversed(tree.body):
        if (
            isinstance(node, ast.FunctionDef)
            and node.name == function.__name__
            and blank_arguments(node)
        ):
            node.decorator_list = [one for one in node.decorator_list if not _is_blank(one)]
            tree.body = [node]
            made: dict[str, Callable] = {}
            exec(compile(tree, file, "exec", dont_inherit=True), function.__globals__, made)
            return made[node.name]
    return function


def _is_blank(decorator: ast.expr) -> bool:
    """True for `blank(...)` and `blanks.blank(...)`."""
    called = getattr(decorator, "func", None)
    return getattr(called, "id", getattr(called, "attr", "")) == "blank"


def blank_arguments(node: ast.AST) -> dict[str, int] | None:
    """The arguments of a function's `@blank(...)`, or None when it is no blank."""
    for decorator in getattr(node, "decorator_list", []):
        if _is_blank(decorator):
            values = dict(zip(("lesson", "minutes", "difficulty"), decorator.args, strict=False))
            values.update({keyword.arg: keyword.value for keyword in decorator.keywords})
            return {name: ast.literal_eval(value) for name, value in values.items()}
    return None


def scan(folder: Path | None = None) -> tuple[dict[str, Blank], dict[str, str]]:
    """Find the blanks in a folder's top-level modules (gptlab's own where none is named).

    Returns them by key, and for each module that cannot be parsed one line that says why.
    """
    found, broken = {}, {}
    for path in sorted((folder or PACKAGE).glob("*.py")):
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            broken[path.stem] = f"{short_path(path)}:{line}: {getattr(error, 'msg', None) or error}"
            continue
        for node in tree.body:
            try:
                entry = _entry(node, path)
            except (TypeError, ValueError):
                reason = "@blank needs lesson, minutes, difficulty as numbers"
                broken[path.stem] = f"{short_path(path)}:{node.lineno}: {reason}"
                continue
            if entry is not None:
                found[entry.key] = entry
    return found, broken


def _entry(node: ast.stmt, path: Path) -> Blank | None:
    """The blank that a top-level statement defines, if it does."""
    settings = blank_arguments(node)
    if settings is None or not isinstance(node, ast.FunctionDef):
        return None
    line = min(decorator.lineno for decorator in node.decorator_list)
    doc = ast.get_docstring(node) or ""
    return Blank(
        f"{path.stem}.{node.name}",
        **settings,
        doc=doc,
        file=str(path),
        line=line,
        empty=is_empty_node(node),
    )
