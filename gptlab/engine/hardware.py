"""Settings that make torch fast on a small CPU, and what reports say about the machine."""

import ctypes
import os
import platform
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

M_TRIM_THRESHOLD = -1  # of glibc's mallopt
M_MMAP_THRESHOLD = -3
KEEP_BYTES = 1 << 30
DEVICES = ("cpu", "cuda", "mps")


def prepare_torch() -> None:
    """One thread for this process, whose work is shared out to others (workers.py), and an allocator that keeps memory.

    Training allocates the same large tensors at every step; glibc maps and unmaps them anew, and the page faults
    took a tenth to a fifth of the time (book/log.md). Other C libraries are left as they are.
    """
    import torch

    torch.set_num_threads(1)
    if platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_THRESHOLD, KEEP_BYTES)
        libc.mallopt(M_TRIM_THRESHOLD, KEEP_BYTES)


def device(name: str):
    """The torch.device of that name, where torch finds one: "cpu", "cuda" (with torchrun, the process's own), "mps".

    Raises ValueError in one line where there is none.
    """
    import torch

    if name == "cuda":
        if not torch.cuda.is_available():
            why = "" if torch.version.cuda else ", and this torch was built without CUDA"
            raise ValueError(
                f"--device cuda: torch finds no GPU here{why}; leave it out for the CPU"
            )
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    if name == "mps":
        if not torch.backends.mps.is_available():
            raise ValueError(
                "--device mps: torch finds no Apple GPU here; leave it out for the CPU"
            )
        return torch.device("mps")
    if name != "cpu":
        raise ValueError(f"--device {name}: it is one of {', '.join(DEVICES)}")
    return torch.device("cpu")


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one core for a while: the products of one small step are not worth sharing."""
    import torch

    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(n_threads)


def fine_clock() -> Callable[[], float]:
    """A clock that stands still while other programs run, where the system has one that is fine enough."""
    fine = time.get_clock_info("thread_time").resolution < 1e-5
    return time.thread_time if fine else time.perf_counter


def gigaflops(size: int = 1024, repeats: int = 5) -> float:
    """Billions of operations a second in products of float32 matrices on one core, by that core's own clock."""
    import torch

    clock = fine_clock()
    x = torch.ones(size, size)
    times = []
    with one_thread():
        for _ in range(repeats):
            begin = clock()
            torch.mm(x, x)
            times.append(clock() - begin)
    return 2 * size**3 / min(times) / 1e9


def processor() -> str:
    """The processor's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(
            line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")
        )
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def seconds_since_start() -> float:
    """Since this process was started, imports and all."""
    import psutil

    return time.time() - psutil.Process().create_time()


def describe() -> dict:
    """Processor, cores, memory in GB, operating system, Python and torch: what a measured figure depends on."""
    import torch

    return {
        "processor": processor(),
        "cores": cores(),
        "memory_gb": round(memory_gb(), 1),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "workers": workers(),
    }


def cores() -> int:
    """Cores that this process may use."""
    import psutil

    process = psutil.Process()
    if hasattr(process, "cpu_affinity"):  # macOS binds no process to cores
        return len(process.cpu_affinity())
    return psutil.cpu_count() or 1


def workers() -> int:
    """How many cores to compute on: all that there are, fewer where GPTLAB_WORKERS or OMP_NUM_THREADS says so."""
    most = cores()
    for name in ("GPTLAB_WORKERS", "OMP_NUM_THREADS"):
        wish = os.environ.get(name, "")
        if wish.isdecimal() and int(wish) > 0:
            return int(wish) if name == "GPTLAB_WORKERS" else min(most, int(wish))
    return most


def memory_gb() -> float:
    """Physical memory."""
    import psutil

    return psutil.virtual_memory().total / 1e9


def peak_memory_gb() -> float:
    """The most memory that this process held so far."""
    import psutil

    if platform.system() == "Windows":
        usage = psutil.Process().memory_info()
        return usage.peak_wset / 1e9  # pyright: ignore[reportAttributeAccessIssue]: there is one on Windows
    import resource  # only where there is Unix; psutil knows no peak there

    scale = 1 if platform.system() == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 1e9


def commit() -> str:
    """The commit of the checkout that runs, with + where files have changed since; "unknown" without git."""
    folder = Path(__file__).resolve().parents[2]
    head = _git(folder, "rev-parse", "--short=12", "HEAD")
    changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    if not head:
        return "unknown"
    return f"{head}+" if changed else head


def _git(folder: Path, *words: str) -> str:
    """What a git command prints, "" where it fails."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
