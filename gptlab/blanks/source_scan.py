"""Finds the blanks by reading the source files, without importing them or torch."""

import ast
import contextlib
import copy
import functools
import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from gptlab.blanks import broken_source

PACKAGE = Path(__file__).resolve().parents[1]
CHECKOUT = PACKAGE.parent
WITHOUT_COURSE = (
    "this gptlab was installed without the course; get the whole repository (git clone), and there"
    " run: python -m pip install -e ."
)


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
        """The module that the blank is in, without "gptlab."."""
        return self.key.rpartition(".")[0]

    @property
    def name(self) -> str:
        """The function's own name."""
        return self.key.rpartition(".")[2]

    @property
    def place(self) -> str:
        """File and line, relative to the checkout where possible."""
        return f"{short_path(self.file)}:{self.line}"


def is_checkout() -> bool:
    """True where the course lies beside the package, False where the package alone was installed."""
    return any((CHECKOUT / name).exists() for name in ("pyproject.toml", "lessons", "solutions"))


def short_path(file: str | Path) -> str:
    """A path as a learner knows it: relative to the checkout when it lies inside."""
    path = Path(file)
    if path.is_relative_to(CHECKOUT):
        return path.relative_to(CHECKOUT).as_posix()
    return os.fspath(file)


@functools.lru_cache(maxsize=64)
def parsed(text: bytes) -> ast.Module:
    """The syntax tree of a file's content, made once for each content; it must not be changed.

    Raises SyntaxError or ValueError for what is no Python.
    """
    return ast.parse(text)


def is_stub(node: ast.FunctionDef) -> bool:
    """True for a function that was not written yet: the first thing that it does is raise NotImplementedError.

    Its docstring and other constants that do nothing, and `pass`, may stand in front.
    """
    does = [statement for statement in node.body if not _does_nothing(statement)]
    if not does or not isinstance(does[0], ast.Raise):
        return False
    raised = does[0].exc.func if isinstance(does[0].exc, ast.Call) else does[0].exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def _does_nothing(statement: ast.stmt) -> bool:
    is_constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_constant or isinstance(statement, ast.Pass)


def first_line(node: ast.stmt) -> int:
    """The line where a statement begins, its decorators included."""
    return min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])


def definition_of(function: Callable) -> ast.FunctionDef | None:
    """The definition of a blank in its module's file, or where there is no file in the notebook's cell.

    None for a function whose source cannot be found, as after `exec` of a text.
    """
    try:
        file = function.__globals__.get("__file__")
        if file is not None:
            tree = parsed(Path(file).read_bytes())
        else:
            tree = ast.parse(inspect.getsource(function))
        return blank_in(tree, function.__name__)
    except (OSError, SyntaxError, TypeError, ValueError):
        return None


def blank_in(tree: ast.Module, name: str) -> ast.FunctionDef | None:
    """The last top-level function of that name that is a blank."""
    for node in reversed(tree.body):
        if isinstance(node, ast.FunctionDef) and node.name == name and blank_arguments(node):
            return node
    return None


def as_in_file(function: Callable, node: ast.FunctionDef) -> Callable:
    """The same function with the file name and line numbers of its module's file, in which `node` defines it.

    IPython's autoreload compiles an edited function alone, under the file name of its decorator and from
    line 1 on; tracebacks would then show a learner the wrong lines. A function that is where it says
    stays as it is.
    """
    file = function.__globals__.get("__file__")
    if file is None or inspect.unwrap(function).__code__.co_filename == file:
        return function
    bare = copy.copy(node)
    bare.decorator_list = [one for one in node.decorator_list if not _is_blank(one)]
    alone = ast.Module([bare], type_ignores=[])
    made: dict[str, Callable] = {}
    exec(compile(alone, file, "exec", dont_inherit=True), function.__globals__, made)
    return made[node.name]


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

    Returns them by key, and for each module that cannot be parsed one line that says why. There the blanks are
    found by the structure of the lines; one that cannot be parsed itself counts as written.
    """
    found: dict[str, Blank] = {}
    broken: dict[str, str] = {}
    for path in sorted((folder or PACKAGE).glob("*.py")):
        try:
            tree = parsed(path.read_bytes())
        except (SyntaxError, ValueError) as error:
            broken[path.stem] = _why_broken(path, error)
            found |= _found_by_lines(path)
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


def _why_broken(path: Path, error: SyntaxError | ValueError) -> str:
    """File, line and reason in one line."""
    text = path.read_bytes()
    line = getattr(error, "lineno", None) or 1
    reason = getattr(error, "msg", None) or error
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        reason = "this is not UTF-8 text: save the file as UTF-8"
    return f"{short_path(path)}:{line}: {reason}"


def _found_by_lines(path: Path) -> dict[str, Blank]:
    """The blanks of a file that cannot be parsed, by key."""
    found = {}
    for piece in broken_source.pieces(path.read_bytes()):
        node, whole = piece.node or (None, False)
        with contextlib.suppress(TypeError, ValueError):
            entry = None if node is None else _entry(node, path)
            if entry is not None:
                found[entry.key] = entry if whole else replace(entry, empty=False)
    return found


def _entry(node: ast.stmt, path: Path) -> Blank | None:
    """The blank that a top-level statement defines, if it does."""
    settings = blank_arguments(node)
    if settings is None or not isinstance(node, ast.FunctionDef):
        return None
    return Blank(
        f"{path.stem}.{node.name}",
        **settings,
        doc=ast.get_docstring(node) or "",
        file=str(path),
        line=first_line(node),
        empty=is_stub(node),
    )
