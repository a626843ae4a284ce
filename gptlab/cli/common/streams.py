"""Standard input and output that take any text: UTF-8 in files and pipes, and a place to go where they are closed."""

import contextlib
import io
import os
import sys
from pathlib import Path

MODES = {"stdin": "r", "stdout": "w", "stderr": "w"}


def prepare() -> None:
    """Make the three streams fit for both languages on every system.

    A terminal keeps its encoding and shows ? for what it lacks. Files and pipes are UTF-8, also where the
    system's encoding is one that knows no Chinese. What the caller has closed leads to nowhere.
    """
    for name, mode in MODES.items():
        if getattr(sys, name) is None:
            nowhere = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - open to the end
            setattr(sys, name, nowhere)
        stream = getattr(sys, name)
        with contextlib.suppress(AttributeError, io.UnsupportedOperation):  # a test's own stream
            utf8 = "utf-8-sig" if mode == "r" else "utf-8"  # Windows puts a mark in front
            stream.reconfigure(encoding=None if stream.isatty() else utf8, errors="replace")


def discard_stdout() -> None:
    """Send to nowhere what is still to be printed: nobody can take it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def flush_stdout() -> None:
    """Write what was printed; where that fails it is discarded, or Python would complain once more at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        discard_stdout()


def complain(text: str) -> None:
    """Say on stderr what is wrong, where somebody reads it."""
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)
