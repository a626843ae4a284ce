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
open("../s/inside", "w").write("x")
"""


@pytest.mark.slow
@pytest.mark.lesson
def test_a_lesson_comes_to_its_end_and_reaches_nothing_outside(tmp_path):
    outside = tmp_path / "outside"
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        text = REACHES_OUT.format(outside=str(outside), port=server.getsockname()[1])
        rooms = {"sampling": solved_rooms()["sampling"] + text.encode()}
        said = []
        found = notebooks.run(rooms, [0], 300, said.append)
        with pytest.raises(TimeoutError):
            server.accept()
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
