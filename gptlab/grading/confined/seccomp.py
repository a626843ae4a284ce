"""seccomp: a process of Linux gives up system calls (kernel documentation, userspace-api/seccomp_filter).

Refused are the network, new processes and programs, signals and limits of other processes, looking into them, shared
memory that outlives a process, and what changes a file that Landlock does not look at, such as its permissions, or has
others wait who open it.
It needs no privilege and cannot be taken back.
"""

import ctypes
import errno
import os
import platform
import struct

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32 = 0x40000000  # the numbers of a second way in, on x86_64
NEWEST = 462  # calls that are newer are refused: nobody has looked at them
# (on x86_64, on aarch64); None where a call is not there
REFUSED: dict[str, tuple[int | None, int | None]] = {
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "setrlimit": (160, 164),
    # a named socket of another program, such as the one that starts programs for a desktop
    "connect": (42, 203),
    # more of the kernel than a function needs, and ways round this filter
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
}
# refused to one that is to stay alone; for a notebook's kernel they only seem to be done
SEEMS_DONE: dict[str, tuple[int | None, int | None]] = {
    # when a process runs
    "setpriority": (141, 140),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
    # what a file is, apart from its content
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
}
ALONE: dict[str, tuple[int | None, int | None]] = {  # refused besides to one that is to stay alone
    "socket": (41, 198),
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "shmget": (29, 194),
    "semget": (64, 190),
    "socketpair": (53, 199),  # a datagram socket of a pair reaches any named socket
    "bind": (49, 200),
    "truncate": (76, 45),  # before version 3 Landlock lets pass what shortens a file
    "ftruncate": (77, 46),
    "creat": (85, None),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "sync": (162, 81),
    "syncfs": (306, 267),
    "io_setup": (206, 0),  # of which the whole system has so many
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
}
KILL, TGKILL, CLONE, CLONE3 = (62, 129), (234, 131), (56, 220), (435, 435)
PRLIMIT, SOCKET, SOCKETPAIR = (302, 261), (41, 198), (53, 199)
OPEN, OPENAT, OPENAT2, PRCTL = (2, None), (257, 56), (437, 437), (157, 167)
FCNTL, IOCTL = (72, 25), (16, 29)
F_SETOWN, F_SETSIG, F_SETOWN_EX = 8, 10, 15  # a descriptor sends any signal to any process
F_SETLEASE, F_NOTIFY = 1024, 1026  # who opens a file with a lease waits for its holder
# to copy a descriptor, to ask what it is, and to have reading wait or not; as F_DUPFD to F_GETLK, F_DUPFD_CLOEXEC
FCNTL_ALONE = 0, 1, 2, 3, 4, 5, 1030
FIOSETOWN, SIOCSPGRP = 0x8901, 0x8902
# a file's flags, its project, its encryption: for its owner a descriptor that only reads is enough
SET_FLAGS = 0x40086602, 0x40046602, 0x401C5820, 0x800C6613, 0x40806685
# is this a terminal, how wide, how much is there to read, wait or not, closed by a new program or not
IOCTL_ALONE = 0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451
PR_SET_PDEATHSIG = 1
CLONE_THREAD = 0x10000
AF_UNIX = 1
TYPE_BITS = 0xF  # of a socket's kind
DATAGRAMS = 2, 3  # SOCK_DGRAM, and SOCK_RAW, which is the same to AF_UNIX

ALU_AND = 0x54
LOAD, EQUAL, GREATER, ANY_BIT, RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
NUMBER, ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, FILTER = 38, 22, 2


def restrict(alone: bool = True) -> bool:
    """Install the filter in this process and all that it starts; False where the system knows none.

    `alone` refuses new processes and programs, all sockets, and signals to others. Without it, as for a notebook's
    kernel, sockets inside this machine's files (AF_UNIX) are left, to wait for others that connect, and a change of a
    file's permissions or of a thread's priority seems to be done: libraries ask for it where nothing depends on it.
    """
    machine = platform.machine()
    if platform.system() != "Linux" or machine not in AUDIT_ARCH:
        return False
    program = _program(machine, alone)
    libc = ctypes.CDLL(None, use_errno=True)
    code = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return libc.prctl(PR_SET_SECCOMP, FILTER, head, 0, 0) == 0


def _program(machine: str, alone: bool) -> bytes:
    """The filter in the kernel's form: eight bytes a step."""
    column = 0 if machine == "x86_64" else 1
    no, unknown = _refuse(errno.EPERM), _refuse(errno.ENOSYS)
    steps = [
        _step(LOAD, ARCHITECTURE),
        _step(EQUAL, AUDIT_ARCH[machine], 1, 0),
        unknown,
        _step(LOAD, NUMBER),
        _step(GREATER, NEWEST, 0, 1),  # those of X32 are greater
        unknown,
    ]
    for table, answer in (
        (REFUSED, no),
        (ALONE if alone else {}, no),
        (SEEMS_DONE, no if alone else _refuse(0)),
    ):
        for numbers in table.values():
            if numbers[column] is not None:
                steps += [_step(EQUAL, numbers[column], 0, 1), answer]
    if alone:
        own = os.getpid()
        steps += [_step(EQUAL, CLONE3[column], 0, 1), unknown]  # libc then takes clone
        steps += [_step(EQUAL, OPENAT2[column], 0, 1), unknown]  # its flags cannot be looked at
        for numbers, flags in ((OPEN, 1), (OPENAT, 2)):
            if numbers[column] is not None:
                steps += _only(numbers[column], flags, [_step(ANY_BIT, os.O_TRUNC, 0, 1)], no)
        steps += _only(PRCTL[column], 0, _none_of(PR_SET_PDEATHSIG), no)
        steps += _only(CLONE[column], 0, [_step(ANY_BIT, CLONE_THREAD, 1, 0)], no)
        steps += _only(KILL[column], 0, [_step(EQUAL, own, 1, 0)], no)
        steps += _only(TGKILL[column], 0, [_step(EQUAL, own, 1, 0)], no)
    else:
        steps += _only(SOCKET[column], 0, [_step(EQUAL, AF_UNIX, 1, 0)], no, last=False)
        for numbers in (SOCKET, SOCKETPAIR):  # a datagram needs no connection
            kind = _step(ALU_AND, TYPE_BITS), *_none_of(*DATAGRAMS)
            steps += _only(numbers[column], 1, [*kind], no)
    fcntl = _none_of(F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY)
    ioctl = _none_of(FIOSETOWN, SIOCSPGRP, *SET_FLAGS)
    steps += _only(FCNTL[column], 1, _one_of(*FCNTL_ALONE) if alone else fcntl, no)
    steps += _only(IOCTL[column], 1, _one_of(*IOCTL_ALONE) if alone else ioctl, no)
    # a limit may be read, not set: the third argument is no address
    steps += _only(PRLIMIT[column], 2, [_step(EQUAL, 0, 1, 0)], no)
    return b"".join([*steps, _step(RETURN, ALLOW)])


def _only(
    number: int, argument: int, test: list[bytes], no: bytes, last: bool = True
) -> list[bytes]:
    """Let a call through only where a test of one argument's lower half skips the refusal.

    Where this is not the `last` test of that call, what passes goes on to the others.
    """
    end = _step(RETURN, ALLOW) if last else _step(LOAD, NUMBER)
    inner = [_step(LOAD, 16 + 8 * argument), *test, no, end]
    return [_step(EQUAL, number, 0, len(inner)), *inner]


def _none_of(*values: int) -> list[bytes]:
    """A test that skips the refusal where the argument is none of these."""
    last = len(values) - 1
    return [_step(EQUAL, x, last - i, int(i == last)) for i, x in enumerate(values)]


def _one_of(*values: int) -> list[bytes]:
    """A test that skips the refusal where the argument is one of these."""
    return [_step(EQUAL, x, len(values) - i, 0) for i, x in enumerate(values)]


def _refuse(error: int) -> bytes:
    return _step(RETURN, REFUSE | error)


def _step(code: int, value: int, if_so: int = 0, if_not: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_so, if_not, value)
