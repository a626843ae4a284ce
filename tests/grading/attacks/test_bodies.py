"""Bodies that would have a point without the work, or harm the grading: each costs its own blank and nothing else."""

import textwrap
from pathlib import Path

import pytest

from tests.support.submissions import solved_rooms, with_body

pytestmark = pytest.mark.slow
KEY = "sampling.append_token"

# What each body would reach for; all stand in a room whose other functions are empty. `right` is never written down
# here: a body that could compute it would deserve the point.
ENDS = {
    "os._exit": "import os; os._exit(0)",
    "sys.exit": "import sys; sys.exit(0)",
    "KeyboardInterrupt": "raise KeyboardInterrupt",
    "GeneratorExit": "raise GeneratorExit",
    "SIGKILL to itself": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "SIGKILL to its group": "import os, signal; os.killpg(0, signal.SIGKILL)",
    "abort": "import os; os.abort()",
    "a crash in C": "import ctypes; ctypes.string_at(0)",
    "a stack without end": """
        import sys
        sys.setrecursionlimit(10**9)
        def deeper(n): return deeper(n + 1)
        deeper(0)
    """,
    "recursion": "return append_token(ids, token)",
    "a loop": "while True: pass",
    "a loop that catches everything": """
        while True:
            try:
                while True: pass
            except BaseException:
                pass
    """,
    "a loop that ignores signals": """
        import signal
        for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_IGN)
        while True: pass
    """,
    "a call in C without end": "return list(iter(int, 1))",
    "a huge allocation": "import torch; return torch.ones(10**11)",
    "a list that grows": "x = [0]\nwhile True: x += x",
    "memory outside the heap": """
        import mmap
        keep = []
        while True:
            keep.append(mmap.mmap(-1, 1 << 28))
            keep[-1].write(b"x" * (1 << 28))
    """,
    "many threads": """
        import threading, time
        while True: threading.Thread(target=time.sleep, args=(1000,)).start()
    """,
    "a flood of output": """
        import os
        while True: os.write(1, b"x" * 65536); os.write(2, b"passed" * 9999)
    """,
}
REACHES_OUT = {
    "a fork": "import os\nif os.fork() == 0: os._exit(0)\nreturn 'forked'",
    "a fork bomb": "import os\nwhile True: os.fork()",
    "a process of its own session": """
        import os
        if os.fork() == 0:
            os.setsid()
            while True: pass
    """,
    "multiprocessing": """
        import multiprocessing
        p = multiprocessing.Process(target=print); p.start(); p.join()
    """,
    "a program": "import subprocess; return subprocess.check_output(['echo', 'x'])",
    "os.system": "import os\nif os.system('true'): raise OSError('refused')",
    "exec": "import os; os.execv('/bin/true', ['true'])",
    "the network": "import socket; socket.create_connection(('127.0.0.1', 80))",
    "a datagram": "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "a local socket": "import socket; socket.socket(socket.AF_UNIX)",
    "SIGKILL to its parent": "import os; os.kill(os.getppid(), 9)",
    "SIGKILL to all": "import os; os.kill(-1, 9)",
    "a limit of its parent": """
        import os, resource
        resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (0, 0))
    """,
    "more for itself": """
        import resource
        resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    """,
    "the parent's memory": "import os; return open(f'/proc/{os.getppid()}/mem', 'rb').read(1)",
    "the parent's arguments": "import os; return open(f'/proc/{os.getppid()}/cmdline').read()",
    "ptrace": """
        import ctypes, os
        if ctypes.CDLL(None, use_errno=True).ptrace(16, os.getppid(), 0, 0):
            raise OSError(ctypes.get_errno(), 'ptrace')
    """,
    "the parent's nice value": "import os; os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
    "shared memory": """
        import ctypes
        if ctypes.CDLL(None, use_errno=True).shmget(1234, 4096, 0o1666) < 0:
            raise OSError(ctypes.get_errno(), 'shmget')
    """,
    "a file in memory": "import os; os.memfd_create('x')",
    "a file here": "open('kept', 'w').write('x')",
    "a file in /tmp": "open('/tmp/gptlab-attack', 'w').write('x')",
    "a file in /dev/shm": "open('/dev/shm/gptlab-attack', 'w').write('x')",
    "its own module": "open(__file__, 'a').write('x')",
    "a file's permissions": "import os; os.chmod(__file__, 0)",
    "a file's times": "import os; os.utime(__file__, (0, 0))",
    "its own module's flags": "import fcntl; fcntl.ioctl(open(__file__), 0x40086602, bytes(8))",
    "a lease, for which others wait": """
        import fcntl, signal
        signal.signal(signal.SIGIO, signal.SIG_IGN)
        fcntl.fcntl(open(__file__), fcntl.F_SETLEASE, fcntl.F_WRLCK)
    """,
    "the whole system's disks": """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.syncfs(0):
            raise OSError(ctypes.get_errno(), 'syncfs')
    """,
    "a file deleted": "import os; os.remove(__file__)",
    "a link": "import os; os.symlink('/', 'root')",
    "the disk's first folder": "import os; return os.listdir('/')",
    "the passwords": "return open('/etc/passwd').read()",
    "a mount": """
        import ctypes
        if ctypes.CDLL(None, use_errno=True).mount(b'x', b'/', b'tmpfs', 0, 0):
            raise OSError(ctypes.get_errno(), 'mount')
    """,
}


@pytest.mark.parametrize("name", ENDS)
def test_what_ends_or_never_ends_costs_its_own_blank(name, graded, honest):
    row = graded(with_body(KEY, ENDS[name]), 0).rows[0]
    assert (row.state, row.points) == ("fails", 0)
    assert len(row.message.splitlines()) <= 12
    honest()


@pytest.mark.parametrize("name", REACHES_OUT)
def test_what_reaches_out_is_refused(name, graded, honest):
    body = textwrap.dedent(REACHES_OUT[name]).strip()
    told = "try:\n" + textwrap.indent(body, "    ")
    told += "\nexcept (OSError, ValueError) as error: raise PermissionError('it was refused') from error"
    row = graded(with_body(KEY, told), 0).rows[0]
    assert (row.state, row.points) == ("fails", 0)
    assert "it was refused" in row.message
    honest()


def test_what_a_body_writes_is_nowhere(graded):
    place = Path("/tmp/gptlab-attack")
    place.unlink(missing_ok=True)
    graded(with_body(KEY, "open('/tmp/gptlab-attack', 'w').write('x')"), 0)
    assert not place.exists()


def test_a_thread_that_outlives_its_call_ends_with_the_process(graded, honest):
    body = """
        import threading
        def go_on():
            while True: pass
        threading.Thread(target=go_on, daemon=True).start()
    """
    assert graded(with_body(KEY, body), 0).points == 0
    honest()


def test_sleeping_is_stopped_by_the_clock(graded):
    row = graded(with_body(KEY, "import time; time.sleep(10**6)"), 0).rows[0]
    assert row.state == "fails"
    assert "no end within" in row.message
    assert row.diagnosis == "a loop that never ends"


def test_one_blank_that_kills_its_process_leaves_the_others_of_its_room(graded):
    text = solved_rooms()["sampling"].decode()
    head = "def softmax("
    place = text.index("    ", text.index('"""', text.index('"""', text.index(head)) + 3))
    broken = text[:place] + "    import os; os._exit(0)\n" + text[place:]
    states = {row.key: row.state for row in graded({"sampling": broken.encode()}, 0, 1).rows}
    assert states["sampling.append_token"] == states["sampling.top_k_filter"] == "passes"
    assert states["sampling.softmax"] == "fails"
