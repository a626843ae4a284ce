"""Confines this process, and becomes a notebook's kernel, which reads all, writes into one folder, has no network."""

import os
import resource
import sys

from gptlab.grading.confined import landlock, seccomp
from gptlab.grading.confined.limits import drop_capabilities

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
    os.execv(sys.executable, [sys.executable, "-m", "ipykernel_launcher", *sys.argv[1:]])
