"""The process that runs a submission's functions: confined, it imports one room and answers calls.

It knows no check, no reference and no other submission, and what it says is taken for data.
"""

import ast
import functools
import importlib
import os
import socket
import sys
import traceback
from dataclasses import asdict
from pathlib import Path

import torch

import gptlab
from gptlab.blanks import registry, source_scan
from gptlab.blanks.room_import import why_not_imported
from gptlab.grading.confined.channel import Channel
from gptlab.grading.confined.limits import Limits, confine
from gptlab.grading.confined.peer import Peer, Remote


def main(channel: socket.socket, rooms: str, limits: Limits) -> None:
    """Confine this process, and serve the judge until it is gone. Does not return."""
    _leave_only(channel.fileno())
    os.chdir(rooms)
    enforced = confine([rooms], limits)
    folder = Path(rooms, "gptlab")
    gptlab.__path__ = [str(folder)]
    source_scan.PACKAGE, source_scan.CHECKOUT = folder, folder.parent
    torch.set_num_threads(1)
    peer = Peer(Channel(channel), trusted=True, catch=BaseException)
    peer.place_of = functools.partial(_place, folder)
    peer.offered = {
        "enforced": functools.partial(asdict, enforced),
        "facts": facts,
        "import": _import,
        "open": functools.partial(_open, peer),
    }
    try:
        peer.serve()
    finally:
        os._exit(0)


def _leave_only(fileno: int) -> None:
    """Close all descriptors but the channel; standard input and output lead to nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.closerange(3, fileno)
    os.closerange(fileno + 1, 4096)


def _place(folder: Path, error: BaseException) -> str:
    """File and line in the submission where an error came up."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).parent == folder]
    return f"gptlab/{Path(own[-1].filename).name}:{own[-1].lineno}" if own else ""


def _import(room: str) -> str | None:
    """None once a room is imported, else why it could not be."""
    return why_not_imported(room, str(source_scan.PACKAGE / f"{room}.py"))


def _open(peer: Peer, key: str, references: list[str]) -> str | None:
    """Import a blank's room, and offer its function as "run"; else say why there is none.

    `references` are blanks of earlier lessons that the judge answers for.
    """
    room, _, name = key.rpartition(".")
    reason = _import(room)
    if reason is not None:
        return reason
    if references:
        for other in references:
            registry.mark_empty(other)
        registry.offer_stand_ins({other: peer.function(other) for other in references})
        registry.use_stand_ins()
    function = getattr(sys.modules[f"gptlab.{room}"], name, None)
    if not callable(function) or isinstance(function, Remote):
        return f"gptlab/{room}.py defines no function {name}"
    peer.offered["run"] = function
    return None


def facts(room: str, names: list[str], known: list[str]) -> list[dict]:
    """What a room's text says of some functions, without running it: is it there, is it empty, what does it call?

    `known` are the keys of all blanks. Raises SyntaxError for what is no Python.
    """
    path = source_scan.PACKAGE / f"{room}.py"
    tree = ast.parse(path.read_bytes(), f"gptlab/{room}.py")
    found = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    imported = {
        alias.asname or alias.name: f"{node.module.removeprefix('gptlab.')}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    here = imported | {name: f"{room}.{name}" for name in found}
    return [_facts(found.get(name), here, known) for name in names]


def _facts(node: ast.FunctionDef | None, here: dict[str, str], known: list[str]) -> dict:
    if node is None:
        return {"there": False, "empty": False, "line": 0, "returns": True, "calls": []}
    inside = list(ast.walk(node))
    called = [here.get(one.id) for one in inside if isinstance(one, ast.Name)]
    returns = any(
        (isinstance(x, ast.Return) and x.value) or isinstance(x, ast.Yield) for x in inside
    )
    raises = isinstance(node.body[-1], ast.Raise)
    return {
        "there": True,
        "empty": source_scan.is_stub(node),
        "line": node.lineno,
        "returns": bool(returns or raises),
        "calls": sorted({key for key in called if key in known}),
    }
