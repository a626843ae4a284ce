"""Submissions to be graded: rooms with the references' bodies, with other bodies, or with any text in them."""

import ast
import functools
import textwrap

from gptlab.blanks.source_scan import is_stub
from gptlab.grading.child_tree import empty_rooms
from gptlab.grading.submission import Submission
from tests.support.paths import ROOT


@functools.cache
def solved_rooms():
    """Every room with the references' bodies; what a reference imports or keeps beside itself stands at the end."""
    return {
        room: with_bodies(text, *reference_bodies(room)) if _has_reference(room) else text
        for room, text in empty_rooms().items()
    }


def with_bodies(text, bodies, at_the_end=""):
    """A room's text in which some stubs have other bodies."""
    lines = text.decode().splitlines()
    for node in reversed(ast.parse(text).body):
        if isinstance(node, ast.FunctionDef) and is_stub(node) and node.name in bodies:
            last = node.body[-1]
            lines[last.lineno - 1 : last.end_lineno] = textwrap.indent(
                bodies[node.name], "    "
            ).split("\n")
    return ("\n".join(lines) + "\n\n" + at_the_end + "\n").encode()


def _has_reference(room):
    return (ROOT / "solutions" / f"{room}.py").is_file()


def reference_bodies(room):
    """A room's bodies by name, and the rest of its solutions."""
    text = (ROOT / "solutions" / f"{room}.py").read_text(encoding="utf-8")
    own = ast.parse(empty_rooms()[room]).body
    blanks = {node.name for node in own if isinstance(node, ast.FunctionDef) and is_stub(node)}
    bodies, rest = {}, []
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name in blanks:
            bodies[node.name] = "\n".join(map(ast.unparse, node.body))
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            rest.append(ast.unparse(node))
    return bodies, "\n".join(rest)


def with_body(key, body, at_the_end=""):
    """The empty room of a blank with one body in it: {room: text}."""
    room, _, name = key.rpartition(".")
    text = with_bodies(empty_rooms()[room], {name: textwrap.dedent(body).strip()}, at_the_end)
    return {room: text}


def submission(rooms, name="ada"):
    """A submission of these rooms."""
    return Submission(name, dict(rooms), {})


def write(folder, rooms):
    """A submission as a folder."""
    (folder / "gptlab").mkdir(parents=True)
    for room, text in rooms.items():
        (folder / "gptlab" / f"{room}.py").write_bytes(text)
    return folder
