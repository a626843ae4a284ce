"""The judge's side of the confined processes: one fork server, and a process for each blank."""

import contextlib
import json
import os
import signal
import site
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import torch

from gptlab.blanks.errors import CourseError
from gptlab.blanks.source_scan import CHECKOUT
from gptlab.exercises.guard import NeverEnds
from gptlab.grading.child_tree import make_pristine
from gptlab.grading.confined.channel import Channel
from gptlab.grading.confined.limits import Enforced, Limits
from gptlab.grading.confined.peer import Gone, Peer
from gptlab.grading.own_limits import limited_computing

START = (
    "import sys; sys.path[:] = {!r}; from gptlab.grading.confined.fork_server import main; main()"
)
START_S = 120
PATIENCE_S = 1.0


class CannotConfine(CourseError):
    """The system has no way to run a submission apart."""


class Servant:
    """One confined process: the peer that speaks with it, and how it ended."""

    def __init__(self, peer: Peer, pid: int, limits: Limits) -> None:
        self.peer = peer
        self.pid = pid
        self.limits = limits
        self.enforced = Enforced(False, False, False, False)


class ForkServer:
    """Starts confined processes; a context manager whose end ends all of them."""

    def __init__(self, folder: Path) -> None:
        """folder: an empty one, for what the processes see."""
        if not hasattr(os, "fork"):
            raise CannotConfine(
                "grading needs Linux or macOS; on Windows run it in WSL, or let the workflow do it"
            )
        self._folder = folder
        make_pristine(folder)
        ours, theirs = socket.socketpair()
        self._control = ours
        with theirs, tempfile.TemporaryFile() as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", START.format(_path(folder)), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                cwd=folder,
                env=_environment(folder),
                start_new_session=True,
            )

    def __enter__(self) -> "ForkServer":
        return self

    def __exit__(self, *_: object) -> None:
        self._control.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    @contextlib.contextmanager
    def process(self, rooms: Path, limits: Limits) -> Iterator[Servant]:
        """A confined process that sees one submission's rooms; it is dead afterwards."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            reply = self._ask({"rooms": str(rooms), "limits": asdict(limits)}, [theirs.fileno()])
            theirs.close()
            channel = Channel(ours)
            peer = Peer(channel, trusted=False, catch=Exception)
            servant = Servant(peer, reply["pid"], limits)
            channel.deadline = time.monotonic() + START_S
            peer.why_gone = lambda: self._why_gone(servant)
            peer.why_late = lambda: NeverEnds(f"no end within {limits.wall_s:g} seconds")
            try:
                servant.enforced = Enforced(**peer.function("enforced")())
                channel.deadline = time.monotonic() + limits.wall_s
                with limited_computing():
                    yield servant
            finally:
                self._end(servant)

    def _end(self, servant: Servant, patience_s: float = 0.0) -> dict:
        if servant.pid == 0:
            return {}
        pid, servant.pid = servant.pid, 0
        return self._ask({"end": pid, "patience_s": patience_s}, [])

    def _why_gone(self, servant: Servant) -> BaseException:
        """What the end of a process says about the function that ran in it."""
        ended = self._end(servant, PATIENCE_S)
        limit = servant.limits.cpu_s
        if not ended or ended["running"]:
            return Gone("it closed the way to its answers, or wrote into it")
        if ended["cpu_s"] >= limit - 0.5 and ended["status"] in (-signal.SIGXCPU, -signal.SIGKILL):
            return NeverEnds(f"no end within {limit} seconds of computing")
        if ended["status"] < 0:
            name = signal.Signals(-ended["status"]).name
            return Gone(f"it ended its process, by the signal {name}")
        return Gone(f"it ended its process (exit status {ended['status']})")

    def _ask(self, request: dict, descriptors: list[int]) -> dict:
        self._control.settimeout(START_S)
        socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)
        text = self._control.recv(1 << 16)
        if not text:
            raise CannotConfine("the process that starts the confined ones has ended")
        return json.loads(text)


def what_is_enforced() -> Enforced:
    """What this system enforces, tried out with no submission in it."""
    with tempfile.TemporaryDirectory(prefix="gptlab-try-") as name:
        folder = Path(name).resolve()
        (folder / "rooms" / "gptlab").mkdir(parents=True)
        (folder / "pristine").mkdir()
        with (
            ForkServer(folder / "pristine") as server,
            server.process(folder / "rooms", Limits()) as servant,
        ):
            return servant.enforced


def _path(folder: Path) -> list[str]:
    """Where a confined process finds modules, and may read: its own part of gptlab, then Python's libraries."""
    return [str(folder), *(entry for entry in sys.path if entry and _of_libraries(Path(entry)))]


def _of_libraries(folder: Path) -> bool:
    """False for the folder in which the command was given: other submissions may lie there, or the references."""
    place = folder.resolve()
    torch_is_in = Path(torch.__file__).resolve().parents[1]
    if place == torch_is_in:
        return True
    if place in (CHECKOUT, Path.cwd()):
        return False
    roots = sys.prefix, sys.base_prefix, *site.getsitepackages(), site.getusersitepackages()
    return any(place.is_relative_to(Path(root).resolve()) for root in roots)


def _environment(folder: Path) -> dict[str, str]:
    """An environment with nothing in it that is not needed."""
    return {
        "PATH": os.defpath,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
    }
