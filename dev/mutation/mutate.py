"""Making mutants: every small change of the kinds in `changes.py`, in every function of a module, one at a time."""

import ast
import copy
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gptlab.blanks.source_scan import scan

from .changes import Change, expression_changes, statement_changes

ROOT = Path(__file__).resolve().parents[2]
SOLUTIONS = ROOT / "solutions"
SKIPPED = {"annotation", "returns", "type_comment", "decorator_list"}


@dataclass(frozen=True)
class Mutant:
    """One changed module; `before` and `after` are the changed statement, each on one line."""

    function: str  # "bpe.merge_all", in which the change stands
    keys: tuple[str, ...]  # the blanks whose checks judge it
    operator: str
    line: int
    before: str
    after: str
    text: str  # of the whole module

    @property
    def name(self) -> tuple[str, str, str]:
        """What a mutant is known by; a line's number is no part of it."""
        return self.function, self.before, self.after


def modules() -> list[str]:
    """The modules that have references, in the order of the lessons."""
    first = {}
    for entry in sorted(scan()[0].values(), key=lambda entry: (entry.lesson, entry.line)):
        first.setdefault(entry.module, entry.lesson)
    return [module for module in first if (SOLUTIONS / f"{module}.py").is_file()]


@functools.cache
def mutants(module: str, text: str | None = None) -> tuple[Mutant, ...]:
    """All mutants of a module's references, always in the same order."""
    text = text or (SOLUTIONS / f"{module}.py").read_text(encoding="utf-8")
    tree = ast.parse(text)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    blanks = {entry.name for entry in scan()[0].values() if entry.module == module}
    named, parts, found = _names_of_modules(tree), [ast.unparse(node) for node in tree.body], []
    for place, function in enumerate(tree.body):
        if not isinstance(function, ast.FunctionDef):
            continue
        name, seen = function.name, {parts[place]}
        keys = tuple(f"{module}.{user}" for user in _users(name, functions) if user in blanks)
        for operator, line, before, after in _each_change(function, named):
            changed = ast.unparse(function)
            if keys and changed not in seen and _compiles(changed):
                seen.add(changed)
                whole = "\n".join([*parts[:place], changed, *parts[place + 1 :]])
                found.append(Mutant(f"{module}.{name}", keys, operator, line, before, after, whole))
    return tuple(_numbered(found))


def _numbered(found: list[Mutant]) -> Iterator[Mutant]:
    """Tell apart the mutants that would have the same name: the second one ends in (2)."""
    times: dict[tuple, int] = {}
    for mutant in found:
        times[mutant.name] = n = times.get(mutant.name, 0) + 1
        yield mutant if n == 1 else Mutant(**{**vars(mutant), "after": f"{mutant.after}  ({n})"})


def _names_of_modules(tree: ast.Module) -> set[str]:
    """Names that stand for modules: what follows their dot is a function, not a method."""
    names = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "gptlab":
            names |= {alias.asname or alias.name for alias in node.names}
    return names


def _users(name: str, functions: dict[str, ast.FunctionDef]) -> list[str]:
    """The function itself and those that call it, also through others."""
    users = [name]
    for user in users:
        for other, node in functions.items():
            if other not in users and any(
                isinstance(n, ast.Name) and n.id == user for n in ast.walk(node)
            ):
                users.append(other)
    return users


def _compiles(text: str) -> bool:
    try:
        compile(text, "<mutant>", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def _each_change(function: ast.FunctionDef, named: set[str]) -> Iterator[tuple[str, int, str, str]]:
    """Change the tree in place, one change at a time; it is as it was before when the next one comes."""
    for statement, parent, field, place, node in _sites(function, function):
        offered = (
            statement_changes(node)
            if isinstance(node, ast.stmt)
            else expression_changes(node, named)
        )
        before = _head(statement)
        for change in offered:
            undo = _apply(parent, field, place, change)
            after = _after(statement, node, change)
            yield (
                change.operator,
                node.lineno if hasattr(node, "lineno") else statement.lineno,
                before,
                after,
            )
            undo()


def _sites(
    node: ast.AST, statement: ast.stmt
) -> Iterator[tuple[ast.stmt, ast.AST, str, int | None, ast.AST]]:
    """Every place that can hold another node, with the innermost statement around it, from top to bottom."""
    if isinstance(node, ast.Raise):
        return  # the words of an error
    for field, value in ast.iter_fields(node):
        if field in SKIPPED:
            continue
        for place, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST):
                continue
            inner = child if isinstance(child, ast.stmt) else statement
            yield inner, node, field, place, child
            if not _is_number(child):
                yield from _sites(child, inner)


def _is_number(node: ast.AST) -> bool:
    """A number with a minus sign is one literal."""
    return (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
    )


def _apply(parent: ast.AST, field: str, place: int | None, change: Change):
    """Put the new node in its place; the function that comes back undoes it."""
    old = getattr(parent, field)
    if place is None:
        setattr(parent, field, change.node)
    else:
        new = change.node if isinstance(change.node, list) else [change.node]
        setattr(parent, field, [*old[:place], *new, *old[place + 1 :]])
    return lambda: setattr(parent, field, old)


def _after(statement: ast.stmt, node: ast.AST, change: Change) -> str:
    """The statement as it now is."""
    if node is not statement:
        return _head(statement)
    new = change.node if isinstance(change.node, list) else [change.node]
    return "; ".join(_head(part) for part in new)


def _head(statement: ast.stmt) -> str:
    """A statement on one line, without the block below it."""
    if hasattr(statement, "body"):
        statement = copy.copy(statement)
        statement.body, statement.orelse = [ast.Expr(ast.Constant(...))], []
        if isinstance(statement, ast.FunctionDef):
            statement.returns = None
        return " ".join(ast.unparse(statement).split("\n    ...")[0].split())
    return " ".join(ast.unparse(statement).split())
