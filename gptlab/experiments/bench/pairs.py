"""Two ways of doing the same work, in turns, so that whatever else the machine does falls on both."""

import importlib.util
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

BUSY = """
import os, sys
while os.getppid() == int(sys.argv[1]):  # it ends with the bench, also where that was killed
    for _ in range(100_000):
        pass
"""
LEAST_PAIRS = 3

Work = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """One line of the table: ours, the peer's, and how many times as fast ours is."""

    bench: str
    what: str
    unit: str  # of ours and peer
    ours: float  # medians
    peer_name: str = ""  # "" = there is none
    peer: float | None = None
    ratio: float | None = None  # median of the pairs' ratios; above 1 ours is faster
    low: float | None = None  # the pairs' quartiles
    high: float | None = None
    n: int = 1  # pairs, or calls where there is no peer
    target: float | None = None  # of the ratio
    note: str = ""


def compare(
    bench: str,
    what: str,
    unit: str,
    units: float,
    ours: Work,
    theirs: Work,
    peer_name: str,
    seconds: float,
    target: float | None = None,
) -> Row:
    """Do both in turns for so many seconds, once each to warm up; `units` are done by one call of either."""
    ours()
    theirs()
    times: list[tuple[float, float]] = []
    begin = time.perf_counter()
    while len(times) < LEAST_PAIRS or time.perf_counter() - begin < seconds:
        times.append((seconds_of(ours), seconds_of(theirs)))
    ratios = sorted(their_s / our_s for our_s, their_s in times)
    low, _, high = statistics.quantiles(ratios, n=4)
    our_median, their_median = (statistics.median(column) for column in zip(*times))
    return Row(
        bench,
        what,
        unit,
        units / our_median,
        peer_name,
        units / their_median,
        statistics.median(ratios),
        low,
        high,
        len(times),
        target,
    )


def alone(bench: str, what: str, unit: str, units: float, work: Work, seconds: float) -> Row:
    """The same where there is no peer."""
    work()
    times: list[float] = []
    begin = time.perf_counter()
    while len(times) < LEAST_PAIRS or time.perf_counter() - begin < seconds:
        times.append(seconds_of(work))
    return Row(bench, what, unit, units / statistics.median(times), n=len(times))


def seconds_of(work: Work) -> float:
    """By the clock on the wall: people wait by it."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def on_all_cores(work: Work, n: int) -> Work:
    """A peer's work with the threads that torch would give it."""

    def run() -> None:
        before = torch.get_num_threads()
        torch.set_num_threads(n)
        try:
            work()
        finally:
            torch.set_num_threads(before)

    return run


@contextmanager
def busy_process() -> Iterator[None]:
    """One other program that computes all the time."""
    other = subprocess.Popen([sys.executable, "-c", BUSY, str(os.getpid())])
    try:
        yield
    finally:
        other.kill()
        other.wait()


def installed(package: str) -> bool:
    """Whether a peer is there."""
    return importlib.util.find_spec(package) is not None
