"""Confines this process, and becomes a notebook's kernel, which reads all, writes into one folder, has no network."""

import os
import resource
import sys

from gptlab.grading.confined import landlock, seccomp
from gptlab.grading.confined.limits import drop_capabilities

# ipykernel opens a local TCP port for what processes started by a cell print; nothing here may open one
KERNEL = """
from ipykernel import kernelapp
thread = kernelapp.IOPubThread
kernelapp.IOPubThread = lambda socket, pipe=False, **more: thread(socket, **more)
kernelapp.launch_new_instance()
"""
CPU_S = 900
FILE_MB = 256
MEMORY_MB = 16384  # of address space


def main(scratch: str) -> None:
    """Confine, and run ipykernel with the rest of the command line. Does not return."""
    drop_capabilities()
    for name, amount in (
        ("RLIMIT_CPU", CPU_S),
        ("RLIMIT_FSIZE", FILE_MB << 20),
        ("RLIMIT_AS", MEMORY_MB << 20),
        ("RLIMIT_CORE", 0),
    ):
        resource.setrlimit(getattr(resource, name), (amount, amount))
    landlock.restrict(["/"], [scratch, os.devnull])
    seccomp.restrict(alone=False)
    os.environ["PYTHONPATH"] = os.environ["GPTLAB_COURSE"]
    os.execv(sys.executable, [sys.executable, "-c", KERNEL, *sys.argv[1:]])
