"""Ends all that a process has started, also what has left its group and its parent, where the system lets us find it.

On Linux a process can be made the one that orphans come back to. As a program, this runs a command within a time and
leaves nothing of it: `python -m gptlab.grading.confined.strays SECONDS COMMAND…`.
"""

import contextlib
import ctypes
import os
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
OVERTIME = 124  # the exit status, as of timeout(1)


def take_orphans() -> None:
    """Have orphans below this process come back to it."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent() -> None:
    """Have this process killed when its parent ends."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def end_children() -> None:
    """Kill and bury all children of this process, with the orphans that come back."""
    while True:
        for path in Path("/proc/self/task").glob("*/children"):
            for child in path.read_text(encoding="ascii").split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(child), signal.SIGKILL)
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.001)
        except ChildProcessError:
            return


def _prctl(what: int, value: int) -> None:
    if platform.system() == "Linux":
        ctypes.CDLL(None).prctl(what, value, 0, 0, 0)


def main() -> int:
    """Run a command; its exit status, or OVERTIME."""
    take_orphans()
    die_with_parent()
    process = subprocess.Popen(sys.argv[2:], start_new_session=True)
    try:
        return process.wait(timeout=float(sys.argv[1]))
    except subprocess.TimeoutExpired:
        return OVERTIME
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        end_children()


if __name__ == "__main__":
    sys.exit(main())
