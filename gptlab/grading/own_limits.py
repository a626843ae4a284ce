"""What one blank may cost the judge itself: a submission chooses what comes back to be compared, and what the
references that stand in are asked."""

import contextlib
import signal
import threading
from collections.abc import Iterator

from gptlab.exercises.guard import NeverEnds

COMPUTING_S = 120  # of the judge's own computing for one blank; an honest one takes a few


@contextlib.contextmanager
def limited_computing() -> Iterator[None]:
    """Raise NeverEnds inside after so much computing of this process.

    What does not come back from C by then ends the process after as much again. Only in the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise NeverEnds(f"it kept the judge computing for {COMPUTING_S} seconds")

    handler = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, COMPUTING_S, COMPUTING_S)
    try:
        with _ended_after(2 * COMPUTING_S):
            yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, handler)


@contextlib.contextmanager
def _ended_after(seconds: int) -> Iterator[None]:
    """Have the system end this process when it computes for so long from now on."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + seconds
    known = [one for one in (until, soft, hard) if one != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_CPU, (min(known), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
