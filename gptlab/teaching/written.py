"""Puts a reference's bodies into a room: a hand-out's given lessons, and a right submission for the tests."""

import ast

from gptlab.blanks.source_scan import is_stub


def with_bodies(name: str, room: str, reference: str, blanks: set[str]) -> str:
    """A room's text in which the stubs of the given blanks have the reference's bodies.

    What the reference imports or defines besides comes in after the room's own imports.

    name  of the room, such as "attention"
    """
    bodies = {node.name: node for node in _functions(reference) if node.name in blanks}
    stubs = [node for node in _functions(room) if node.name in bodies and is_stub(node)]
    if not stubs:
        return room
    lines = room.splitlines()
    for stub in reversed(stubs):
        raising = next(node for node in stub.body if isinstance(node, ast.Raise))
        body = bodies[stub.name]
        text = reference.splitlines()[body.body[0].lineno - 1 : body.end_lineno]
        lines[raising.lineno - 1 : stub.end_lineno] = text
    after = _end_of_imports(room)
    lines[after:after] = _besides(name, room, reference)
    return "\n".join(lines) + "\n"


def _functions(text: str) -> list[ast.FunctionDef]:
    return [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]


def _end_of_imports(room: str) -> int:
    """The number of lines up to the last import at the top."""
    imports = [x for x in ast.parse(room).body if isinstance(x, ast.Import | ast.ImportFrom)]
    return max((node.end_lineno or node.lineno for node in imports), default=0)


def _besides(name: str, room: str, reference: str) -> list[str]:
    """What the reference needs and the room has not: imports, then functions that are no blanks."""
    there = {ast.unparse(node) for node in ast.parse(room).body}
    stubs = {node.name for node in _functions(room)}
    imports: list[str] = []
    helpers: list[str] = []
    for node in ast.parse(reference).body:
        lines = reference.splitlines()[node.lineno - 1 : node.end_lineno]
        if isinstance(node, ast.Import | ast.ImportFrom):
            own = isinstance(node, ast.ImportFrom) and node.module == f"gptlab.{name}"
            imports += [] if own or ast.unparse(node) in there else lines
        elif isinstance(node, ast.FunctionDef) and node.name not in stubs:
            helpers += ["", "", *lines]
    return imports + helpers
