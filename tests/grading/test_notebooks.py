"""The pristine notebooks with a submission's functions, in a kernel that is confined."""

import socket
import subprocess
import sys
import time

import psutil
import pytest

from gptlab.grading import notebooks
from gptlab.grading.confined.strays import OVERTIME
from tests.support.submissions import solved_rooms

REACHES_OUT = """
import socket as _socket
try:
    open({outside!r}, "w").write("x")
except OSError:
    pass
try:
    _socket.create_connection(("127.0.0.1", {port}), timeout=1)
except OSError:
    pass
for _act in (
    lambda: _socket.socket(_socket.AF_UNIX).connect({local!r} + "stream"),
    lambda: _socket.socket(_socket.AF_UNIX, _socket.SOCK_DGRAM).sendto(b"x", {local!r} + "datagram"),
    lambda: _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_DGRAM)[0].sendto(b"x", {local!r} + "datagram"),
):
    try:
        _act()
    except OSError:
        pass
open("../s/inside", "w").write("x")
"""


@pytest.mark.slow
@pytest.mark.lesson
def test_a_lesson_comes_to_its_end_and_reaches_nothing_outside(tmp_path):
    outside = tmp_path / "outside"
    local = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    with socket.create_server(("127.0.0.1", 0)) as server, local[0], local[1]:
        for one, name in zip(local, ("stream", "datagram"), strict=True):
            one.bind(str(tmp_path / name))
            one.settimeout(0.2)
        local[0].listen()
        server.settimeout(0.2)
        text = REACHES_OUT.format(
            outside=str(outside), port=server.getsockname()[1], local=f"{tmp_path}/"
        )
        rooms = {"sampling": solved_rooms()["sampling"] + text.encode()}
        said = []
        found = notebooks.run(rooms, [0], 300, said.append)
        for arrives in (server.accept, local[0].accept, lambda: local[1].recv(1)):
            with pytest.raises(TimeoutError):
                arrives()
    assert said == [found[0]["notebook"]]
    n, _, total, *_ = found[0]["said"].split()
    assert (n, found[0]["first"]) == (total, ""), found
    assert int(total) > 10
    assert not outside.exists()


@pytest.mark.slow
@pytest.mark.lesson
def test_a_cell_that_fails_is_named_without_its_text(tmp_path):
    rooms = {"sampling": b"raise RuntimeError('text of a file that nobody should see')\n"}
    found = notebooks.run(rooms, [0], 300, str)[0]
    assert found["first"]
    assert "nobody should see" not in str(found)


def test_nothing_is_left_of_a_command():
    """A process with a session of its own, whose parent has ended, ends with the command all the same."""
    program = (
        "import os, sys, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        print(os.getpid(), flush=True)\n"
        "        time.sleep(600)\n"
        "    os._exit(0)\n"
        "time.sleep(600)\n"
    )
    module = "gptlab.grading.confined.strays"
    ran = subprocess.run(
        [sys.executable, "-m", module, "2", sys.executable, "-c", program],
        capture_output=True,
        encoding="utf-8",
    )
    assert ran.returncode == OVERTIME
    time.sleep(0.1)
    assert not psutil.pid_exists(int(ran.stdout))


def test_why_notebooks_cannot_be_run(monkeypatch, tmp_path):
    assert notebooks.why_not() is None
    monkeypatch.setattr(notebooks, "LESSONS", tmp_path / "none")
    assert "no folder lessons/" in notebooks.why_not()
