"""Atomic writes: a file is replaced as a whole, so that a kill or a full disk leaves the old content or the new."""

import os
import shutil
from pathlib import Path


def write_atomically(file: str | Path, content: str | bytes) -> None:
    """Write a file aside and rename it; text is written as UTF-8, permissions stay as they were.

    A kill may leave `.NAME.PID.tmp` beside it, which nothing reads.
    Raises OSError when that cannot be done; the file is then as it was before.
    """
    file = Path(file)
    aside = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        write_durably(aside, content.encode() if isinstance(content, str) else content)
        if file.exists():
            shutil.copymode(file, aside)
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)


def write_durably(file: Path, content: bytes) -> None:
    """Write a file and wait until the disk has it."""
    with file.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder, where the system lets a folder be opened."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
