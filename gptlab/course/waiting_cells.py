"""Cells that wait: one that meets an empty blank of the open lesson says so in one line, and the lesson goes on.

What such a cell would have defined is remembered, so that a later cell that misses it says the same line.
IPython calls `say_what_it_waits_for` while the cell fails, and `go_on` before it reports how the cell ended.
"""

import ast
import builtins
from types import TracebackType

from gptlab.blanks.errors import CourseError, EmptyBlank
from gptlab.blanks.registry import (
    SolutionsMissing,
    blanks,
    find,
    process_registry,
    reference,
    why_it_cannot_run,
)

_waiting: dict[str, str] = {}  # a name that a waiting cell would have made: the blank it waits for
_met: list[tuple[BaseException, str]] = []  # the error of the cell that runs, and the blank


def set_up(shell) -> None:
    """Have cells wait in this IPython shell; doing it again is fine."""
    shell.set_custom_exc((EmptyBlank, NameError), say_what_it_waits_for)
    callbacks = shell.events.callbacks["post_run_cell"]
    for old in [one for one in callbacks if getattr(one, "__qualname__", "") == "go_on"]:
        shell.events.unregister("post_run_cell", old)
    shell.events.register("post_run_cell", go_on)


def say_what_it_waits_for(shell, etype, value, traceback, tb_offset=None) -> None:
    """Print the line of a cell that waits; show every other error as IPython would."""
    key = _blank_of(value, traceback, shell.user_ns)
    if key is None:
        shell.showtraceback((etype, value, traceback), tb_offset=tb_offset)
        return
    _met[:] = [(value, key)]
    print(_line(key, value))


def _line(key: str, value: BaseException) -> str:
    """What is said: the blank, or where it is written by now the name that is missing."""
    if why_it_cannot_run(key) is None:
        name = getattr(value, "name", "")
        return f"this cell waits for {name}: run the cell that makes it again, {key} is written now"
    lesson = find(key).lesson
    if lesson == process_registry.open_lesson:
        return f"this cell waits for {key}"
    return f"this cell waits for {key} of lesson {lesson:02}, which is empty, and there is no solutions/ to borrow from"


def _blank_of(
    error: BaseException, traceback: TracebackType | None, names: dict[str, object]
) -> str | None:
    """The blank that a cell with this error waits for, None where it fails for another reason."""
    if isinstance(error, EmptyBlank):
        own = {one.key for one in blanks() if one.lesson == process_registry.open_lesson}
        return error.key if error.key in own or _cannot_borrow(error.key) else None
    if type(error) is not NameError or hasattr(builtins, error.name or ""):
        return None
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    in_a_cell = traceback is not None and traceback.tb_frame.f_globals is names
    return _waiting.get(error.name or "") if in_a_cell else None


def _cannot_borrow(key: str) -> bool:
    """Whether a blank of another lesson has no reference here, so that only its own lesson can fill it."""
    try:
        reference(key)
    except SolutionsMissing:
        return True
    except CourseError:
        pass
    return False


def go_on(result) -> None:
    """Note what a cell that waits would have made, and count it as one that ran; forget what was made since."""
    met, _met[:] = list(_met), []
    if result is None:
        return
    made = names_made(getattr(result.info, "transformed_cell", None) or result.info.raw_cell or "")
    if met and result.error_in_exec is met[0][0]:
        result.error_in_exec = None
        _waiting.update(dict.fromkeys(made, met[0][1]))
    elif result.success:
        for name in made:
            _waiting.pop(name, None)


def names_made(text: str) -> set[str]:
    """The names that a cell binds at its top level; none where it cannot be parsed."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return set()
    made, todo = set(), list(ast.iter_child_nodes(tree))
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            made.add(node.name)
            continue
        if isinstance(
            node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
        ):
            continue
        if isinstance(node, ast.alias):
            made.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            made.add(node.id)
        todo += ast.iter_child_nodes(node)
    return made
