"""Landlock: a process of Linux gives up all files but those that it names.

The source is the kernel's documentation, userspace-api/landlock. It needs no privilege, cannot be taken back, and holds
for all that the process starts later.
"""

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every architecture
PATH_BENEATH = 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
ON_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | 1 << 14 | 1 << 15  # truncate, ioctl
READ = EXECUTE | READ_FILE | READ_DIR
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # by version: how many rights there are
PR_SET_NO_NEW_PRIVS = 38


def version() -> int:
    """The kernel's version of Landlock; 0 where there is none."""
    return max(0, _libc().syscall(CREATE_RULESET, None, ctypes.c_size_t(0), 1))


def restrict(readable: Iterable[str | Path], writable: Iterable[str | Path]) -> int:
    """Leave this process these files and folders and no others; returns the version that enforces it, 0 for none.

    From version 4 on no TCP port is left either, from 6 on no signal reaches a process outside.
    """
    found = version()
    if not found:
        return 0
    rights = (1 << FILE_RIGHTS.get(found, 16)) - 1
    fields = [rights, *([3] if found >= 4 else []), *([3] if found >= 6 else [])]
    attribute = struct.pack(f"={len(fields)}Q", *fields)
    libc = _libc()
    ruleset = libc.syscall(CREATE_RULESET, attribute, ctypes.c_size_t(len(attribute)), 0)
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "landlock_create_ruleset")
    for paths, allowed in ((readable, READ), (writable, rights)):
        for path in paths:
            _allow(libc, ruleset, path, allowed & rights)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs")
    if libc.syscall(RESTRICT_SELF, ruleset, 0):
        raise OSError(ctypes.get_errno(), "landlock_restrict_self")
    os.close(ruleset)
    return found


def _allow(libc: ctypes.CDLL, ruleset: int, path: str | Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # what is not there needs no rule
        return
    try:
        if not os.path.isdir(f"/proc/self/fd/{place}"):  # noqa: PTH112 - of a descriptor
            rights &= ON_A_FILE
        rule = struct.pack("=Qi", rights, place)
        if libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, rule, 0):
            raise OSError(ctypes.get_errno(), "landlock_add_rule", str(path))
    finally:
        os.close(place)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
