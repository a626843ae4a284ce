"""Confines this process before a submission's code runs in it, and says what of that the system enforces."""

import contextlib
import ctypes
import os
import platform
import resource
import site
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from gptlab.grading.confined import landlock, seccomp

CAPABILITY_VERSION_3 = 0x20080522
LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")
DEVICES = ("/dev/null", "/dev/urandom", "/dev/random", "/dev/zero", "/etc/ld.so.cache")


@dataclass(frozen=True)
class Limits:
    """What one blank's process may use."""

    cpu_s: int = 10
    wall_s: float = 60.0
    memory_mb: int = 2048  # of address space, above what the process has when it begins
    file_mb: int = 1
    open_files: int = 64


@dataclass(frozen=True)
class Enforced:
    """What the system keeps a submission's code from, whatever it does."""

    files: bool  # reads its own modules and Python's libraries, writes nothing
    network: bool
    processes: bool  # starts none, sends no signal
    resources: bool  # CPU time, memory, size of files

    def missing(self) -> list[str]:
        """What is not enforced, in words."""
        words = {
            "files": "reading and writing files",
            "network": "the network",
            "processes": "starting processes",
            "resources": "CPU time and memory",
        }
        return [words[name] for name, done in asdict(self).items() if not done]


def confine(own: list[str], limits: Limits) -> Enforced:
    """Leave this process the folders `own` and Python's libraries to read, nothing to write, and these limits."""
    drop_capabilities()
    set_resources(limits)
    files = landlock.restrict([*own, *library_paths()], [])
    alone = seccomp.restrict(alone=True)
    return Enforced(bool(files), alone, alone, True)


def set_resources(limits: Limits) -> None:
    """The limits that a Unix knows."""
    _limit("RLIMIT_CPU", limits.cpu_s, limits.cpu_s + 1)
    _limit("RLIMIT_AS", _address_space() + (limits.memory_mb << 20))
    _limit("RLIMIT_FSIZE", limits.file_mb << 20)
    _limit("RLIMIT_NOFILE", limits.open_files)
    _limit("RLIMIT_CORE", 0)
    if platform.system() != "Linux":  # there seccomp refuses new processes; threads are left
        _limit("RLIMIT_NPROC", 0)


def _limit(name: str, soft: int, hard: int | None = None) -> None:
    with contextlib.suppress(AttributeError, OSError, ValueError):  # one that this system lacks
        resource.setrlimit(getattr(resource, name), (soft, soft if hard is None else hard))


def _address_space() -> int:
    """Bytes of address space that this process has now."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        return pages * resource.getpagesize()
    except OSError:
        return 4 << 30


def drop_capabilities() -> None:
    """Give up what root may do on Linux beyond its files; for others nothing changes."""
    if platform.system() == "Linux":
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        ctypes.CDLL(None).capset(header, (ctypes.c_uint32 * 6)())


def library_paths() -> list[str]:
    """What Python needs to import its libraries, without any installed gptlab."""
    return [*DEVICES, *_entries_of_libraries(), *_entries_of_python()]


def _entries_of_libraries() -> Iterator[str]:
    """The system's libraries, without those of other Pythons."""
    for folder in LIBRARIES:
        with contextlib.suppress(OSError):
            yield from (
                entry.path for entry in os.scandir(folder) if not entry.name.startswith("python")
            )


def _entries_of_python() -> Iterator[str]:
    """The standard library and the installed packages, one by one."""
    folders = {Path(entry) for entry in sys.path if entry and Path(entry).is_dir()}
    folders |= {Path(folder) for folder in site.getsitepackages()}
    for base in {sys.base_prefix, sys.prefix}:
        yield from (str(path) for path in Path(base, "lib").glob("*.so*"))
    for folder in folders:
        if (folder / "gptlab").exists() and not (folder / "torch").exists():
            continue  # a checkout, or this process's own part of gptlab
        for entry in os.scandir(folder):
            if "gptlab" not in entry.name and not entry.name.endswith("-packages"):
                yield entry.path
