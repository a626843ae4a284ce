"""Running mutants: in a process of their own, with a limit on the time and the memory of each."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

from gptlab.exercises.guard import Interrupted

from .mutate import Mutant

SECONDS = 2.0  # of computing time for one mutant; a check of a right answer needs less than one
PATIENCE = (
    600.0 if hasattr(signal, "setitimer") else 60.0
)  # seconds by the clock, for a process that does nothing at all
MEMORY = 2 << 30  # bytes that one mutant may take


class OutOfTime(Interrupted):
    """A mutant runs for ever; stopped from outside, or a check would take it for an answer."""


def _stop(*_) -> None:
    raise OutOfTime


def _limit_memory() -> None:
    """Let this process take MEMORY more than it has, where the system can say so."""
    try:
        import resource

        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
        taken = int(pages) * resource.getpagesize()
    except (ImportError, OSError):
        return
    resource.setrlimit(
        resource.RLIMIT_AS, (taken + MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1])
    )


def verdict(mutant: Mutant) -> str:
    """Run the checks of one mutant: "alive" when all pass, else "killed"."""
    from gptlab.exercises.check import check

    module = ModuleType("_mutant_of_" + mutant.function.replace(".", "_"))
    try:
        exec(compile(mutant.text, f"<mutant of {mutant.function}>", "exec"), vars(module))
        reports = (
            check(key, getattr(module, key.rpartition(".")[2]), raise_=False) for key in mutant.keys
        )
        return "alive" if all(report.passed for report in reports) else "killed"
    except OutOfTime:
        raise
    except BaseException:  # it does not compile, or wants to end the process
        return "killed"


def _timed(mutant: Mutant) -> str:
    """The same, stopped when the limit is reached; where no system clock counts computing time, the parent stops it."""
    if not hasattr(signal, "setitimer"):
        return verdict(mutant)
    signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        return verdict(mutant)
    except OutOfTime:
        return "out of time"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _work(connection) -> None:
    """Judge what comes through the connection until None comes."""
    os.environ["GPTLAB_BORROW"] = "all"
    # A mutant may print; this stays open as long as the process.
    sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    import torch

    torch.set_num_threads(1)
    import gptlab.exercises.judge  # noqa: F401 - so that its memory is not a mutant's

    _limit_memory()
    for mutant in iter(connection.recv, None):
        connection.send(_timed(mutant))


class Judge:
    """A process that judges; it is replaced when a mutant hangs or takes it down."""

    def __init__(self) -> None:
        self.process = None

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, other = context.Pipe()
        self.process = context.Process(target=_work, args=(other,), daemon=True)
        self.process.start()
        other.close()

    def one(self, mutant: Mutant) -> str:
        """The verdict on one mutant."""
        if self.process is None:
            self._start()
        try:
            self.connection.send(mutant)
            if self.connection.poll(PATIENCE):
                return self.connection.recv()
        except (EOFError, OSError):
            pass
        self.close()
        return "out of time"

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None


def judged(mutants: Iterable[Mutant]) -> Iterator[tuple[Mutant, str]]:
    """Each mutant with its verdict: "killed", "out of time" or "alive"."""
    judge = Judge()
    try:
        for mutant in mutants:
            yield mutant, judge.one(mutant)
    finally:
        judge.close()
