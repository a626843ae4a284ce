"""This machine: settings that make torch fast on a small CPU, and facts that reports name."""

import ctypes
import os
import platform
import subprocess
from pathlib import Path

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # glibc's mallopt
KEEP_BYTES = 1 << 30


def tune_allocator(n_threads: int | None = None) -> None:
    """Keep freed memory for the next step instead of giving it back to the kernel each time.

    Training allocates the same large tensors at every step; glibc maps and unmaps them anew, and the page faults
    took a tenth to a fifth of the time (book/log.md). Other C libraries are left as they are.
    """
    import torch

    if n_threads:
        torch.set_num_threads(n_threads)
    if platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_THRESHOLD, KEEP_BYTES)
        libc.mallopt(M_TRIM_THRESHOLD, KEEP_BYTES)


def processor() -> str:
    """The processor's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(
            line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")
        )
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


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
    }


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_gb() -> float:
    """Physical memory, 0.0 where it cannot be told."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (ValueError, OSError, AttributeError):
        return 0.0


def peak_memory_gb() -> float:
    """The most memory that this process held so far, 0.0 where it cannot be told."""
    try:
        import resource
    except ImportError:
        return 0.0
    scale = 1 if platform.system() == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 1e9


def commit() -> str:
    """The commit of the checkout that runs, with + where files have changed since; "unknown" without git."""
    folder = Path(__file__).resolve().parents[2]
    head, changed = (
        _git(folder, *words)
        for words in (
            ("rev-parse", "--short=12", "HEAD"),
            ("status", "--porcelain", "--untracked-files=no"),
        )
    )
    return "unknown" if not head else head + ("+" if changed else "")


def _git(folder: Path, *words: str) -> str:
    """What a git command prints, "" where it fails."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
