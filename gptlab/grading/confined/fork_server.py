"""Starts a process for each blank by a fork: torch and the pristine part of gptlab are imported once, before any
submission is near. The judge asks for a process over a socket and gets one back at its end, whatever it has become.
"""

import contextlib
import json
import os
import signal
import socket
import sys
import time

import torch

from gptlab.grading.confined import candidate
from gptlab.grading.confined.limits import Limits
from gptlab.grading.confined.strays import die_with_parent, end_children, take_orphans

MOST_BYTES = 1 << 16


def main() -> None:
    """Serve until the judge is gone."""
    control = socket.socket(fileno=int(sys.argv[1]))
    _warm_up()
    take_orphans()  # what a submission leaves running comes back here
    while True:
        text, descriptors, _, _ = socket.recv_fds(control, MOST_BYTES, 1)
        if not text:
            return
        request = json.loads(text)
        if "end" in request:
            reply = _ended(request["end"], request["patience_s"])
        else:
            reply = {"pid": _started(request, descriptors[0])}
        for one in descriptors:
            os.close(one)
        control.sendall(json.dumps(reply).encode())


def _warm_up() -> None:
    """Have torch load what it loads late, and look at the processor, as long as all files can be read."""
    x = torch.ones(2, 2, requires_grad=True)
    y = torch.softmax(x @ x, dim=-1)
    torch.autograd.grad(y, x, torch.ones_like(y))


def _started(request: dict, descriptor: int) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()
        die_with_parent()
        if os.getppid() != parent:
            os._exit(0)
        channel = socket.socket(fileno=descriptor)
        candidate.main(channel, request["rooms"], Limits(**request["limits"]))
    finally:
        os._exit(1)


def _ended(pid: int, patience_s: float) -> dict:
    """Kill a process with all that it started, and say how it had ended and what it used.

    One whose socket has closed may be about to end by itself, which patience waits for.
    """
    until = time.monotonic() + patience_s
    gone, status, usage = os.wait4(pid, os.WNOHANG)
    while not gone and time.monotonic() < until:
        time.sleep(0.01)
        gone, status, usage = os.wait4(pid, os.WNOHANG)
    was_running = not gone
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    if not gone:
        _, status, usage = os.wait4(pid, 0)
    end_children()
    return {
        "running": was_running,
        "status": os.waitstatus_to_exitcode(status),
        "cpu_s": usage.ru_utime + usage.ru_stime,
    }


if __name__ == "__main__":
    main()
