"""A lock on a run's folder: one process writes there, and the next one is told its number.

The system holds the lock and takes it back when the process ends, however that ends: none is ever left over. The
number in the file is only there to be said.
"""

import contextlib
import os
from pathlib import Path

NAME = ".lock"
FAR = 1 << 20  # Windows locks bytes: one behind the number, so that the number can be read


class FolderInUse(OSError):
    """Another process writes in the folder; the message is its name, "process 4711"."""


class FolderLock:
    """Holds a folder until `release`.

    Raises FolderInUse where another process holds it, OSError where nothing can be written there.
    """

    def __init__(self, folder: Path) -> None:
        self.file = folder / NAME
        self._descriptor: int | None = self._taken()
        with contextlib.suppress(OSError):  # a full disk stops the run where it loses something
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, str(os.getpid()).encode())

    def release(self) -> None:
        """Let others in; a second call does nothing."""
        if self._descriptor is None:
            return
        if os.name == "posix":
            self.file.unlink(missing_ok=True)
        os.close(self._descriptor)
        self._descriptor = None
        if os.name != "posix":
            with contextlib.suppress(OSError):  # the next one has opened it already
                self.file.unlink()

    def _taken(self) -> int:
        """The open lock file, locked."""
        while True:
            descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT, 0o666)
            try:
                _lock(descriptor)
            except FolderInUse:
                number = os.read(descriptor, 20).decode(errors="replace") or "?"
                os.close(descriptor)
                raise FolderInUse(f"process {number}") from None
            if _is_same(descriptor, self.file):
                return descriptor
            os.close(descriptor)  # whoever held it has just deleted it


def _lock(descriptor: int) -> None:
    """Lock an open file without waiting; where the file system knows no locks, go on without."""
    if os.name == "posix":
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUse from None
        except OSError:
            return
    else:
        import msvcrt

        os.lseek(descriptor, FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            raise FolderInUse from None
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)


def _is_same(descriptor: int, file: Path) -> bool:
    """Whether the path still leads to the open file."""
    try:
        return os.path.samestat(os.fstat(descriptor), file.stat())
    except FileNotFoundError:
        return False
