"""Workers: several cores, each of which computes whole parts of a job, by one thread.

A product that two threads share ends when the slower one does, some sixty times a step, and each waits for the other by
spinning; beside one busy program that costs a factor of six (book/log.md). So nothing is shared inside a product.
A batch is cut into parts; every part is computed by one thread, in the same way wherever that is, and results
are put together in the order of the parts: what comes out does not depend on how many workers there are.
"""

import contextlib
import ctypes
import mmap
import multiprocessing
import os
import pickle
import signal
import sys
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from multiprocessing.connection import Connection
from typing import Any, Self

import torch
from torch import Tensor

from gptlab.engine import hardware

WAYS = ("processes", "threads")
START_S = 60.0  # a worker that has not answered by then never will
PR_SET_PDEATHSIG = 1  # of Linux's prctl

Jobs = dict[str, Callable[[Any], Any]]


def usual_way() -> str:
    """How workers run here: processes where a process can be copied safely, which is on Linux, else threads."""
    return "processes" if sys.platform == "linux" else "threads"


def shared_tensor(like: Tensor) -> Tensor:
    """An empty tensor in memory that this process and its workers share; it goes when the last of them ends.

    like  (...) float, on the CPU
    ->    (...) float, not set
    """
    memory = mmap.mmap(-1, max(1, like.numel()) * like.element_size())
    return torch.frombuffer(memory, dtype=like.dtype, count=like.numel()).view(like.shape)


class Workers:
    """Runs a job's parts side by side; part i is worker i mod n's, and worker 0 is the caller.

    jobs  functions of one part, by name. A worker process sees everything as it was when the first job began;
          later changes only in what `shared_tensor` made. Parts and results travel as pickles.
    n     workers, the caller among them; None = `hardware.workers()`
    way   one of WAYS; None = `usual_way()`

    A worker that fails or dies loses nothing: its parts are done by the caller, with the same result, or the
    same exception.
    """

    def __init__(self, jobs: Jobs, n: int | None = None, way: str | None = None) -> None:
        self.jobs = jobs
        self.n = hardware.workers() if n is None else n
        self.way = way or usual_way()
        self._team: list[_Process] | ThreadPoolExecutor | None = None
        self._owner = os.getpid()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def __del__(self) -> None:
        with contextlib.suppress(Exception):  # at the very end even modules may be gone
            self.close()

    def map(self, job: str, parts: Sequence) -> list:
        """The job's result for each part, in their order.

        Raises what the job raises; every worker is then ended.
        """
        try:
            with hardware.one_thread():
                return self._map(job, parts)
        except BaseException:
            self.close()  # the others are still at work on what nobody waits for any more
            raise

    def close(self) -> None:
        """End all workers; a later job begins new ones."""
        team, self._team = self._team, None
        if (
            self._owner != os.getpid()
        ):  # a copy of ours has this object too, but none of its workers
            return
        if isinstance(team, ThreadPoolExecutor):
            team.shutdown(cancel_futures=True)
        for process in team if isinstance(team, list) else []:
            process.end()

    def _map(self, job: str, parts: Sequence) -> list:
        work = self.jobs[job]
        n = max(1, min(self.n, len(parts)))
        if n > 1 and self._team is None:
            self._start()
        if isinstance(self._team, ThreadPoolExecutor):
            others = [self._team.submit(_each, work, parts[i::n]) for i in range(1, n)]
            shares = [_each(work, parts[::n]), *(other.result() for other in others)]
        else:
            team = self._team or []
            n = min(n, 1 + len(team))
            at_work = [
                process.begin(job, parts[i::n]) for i, process in enumerate(team[: n - 1], 1)
            ]
            shares = [_each(work, parts[::n])]
            for i, process in enumerate(team[: n - 1], 1):
                done = process.results() if at_work[i - 1] else None
                shares.append(_each(work, parts[i::n]) if done is None else done)
            self._team = [process for process in team if process.alive] if team else self._team
        return [shares[i % n][i // n] for i in range(len(parts))]

    def _start(self) -> None:
        """Begin the others: processes that are copies of this one, or threads; fewer where the system gives fewer."""
        if self.way == "threads":
            alone = partial(torch.set_num_threads, 1)
            self._team = ThreadPoolExecutor(self.n - 1, initializer=alone)
            return
        self._team = []
        if multiprocessing.current_process().daemon:  # a worker, whose siblings are at work
            return
        for _ in range(self.n - 1):
            try:
                self._team.append(_Process(self.jobs, self._team))
            except OSError:  # the system gives no more
                break
        ready = [process for process in self._team if process.is_ready()]
        for process in set(self._team) - set(ready):
            process.end()
        self._team = ready
        if len(ready) < self.n - 1:
            _say_once(
                "no more worker processes can begin here; what they would do is done by fewer"
            )


def side_by_side(tasks: dict[str, Callable[[], Any]]) -> dict[str, Any]:
    """What each of some tasks gives, by its name; neighbours are done at the same time, so let them be alike."""
    with Workers({"do": lambda name: tasks[name]()}) as team:
        return dict(zip(tasks, team.map("do", list(tasks))))


@cache
def _say_once(text: str) -> None:
    print(f"gptlab: {text}", file=sys.stderr)


def _each(work: Callable, parts: Sequence) -> list:
    return [work(part) for part in parts]


class _Process:
    """One worker that is a process: a copy of the caller, which waits at a pipe for parts."""

    def __init__(self, jobs: Jobs, siblings: Sequence["_Process"]) -> None:
        context = multiprocessing.get_context("fork")
        self.pipe, theirs = context.Pipe()
        ours = [self.pipe, *(sibling.pipe for sibling in siblings)]
        self.process = context.Process(
            target=_serve, args=(jobs, theirs, ours, os.getpid()), daemon=True
        )
        with warnings.catch_warnings():  # a copy keeps none of our threads: it computes on its own
            warnings.simplefilter("ignore", DeprecationWarning)
            self.process.start()
        theirs.close()
        self.alive = True

    def is_ready(self) -> bool:
        """Whether it answers."""
        with contextlib.suppress(OSError, EOFError):
            return self.pipe.poll(START_S) and self.pipe.recv_bytes() == b"ready"
        return False

    def begin(self, job: str, parts: Sequence) -> bool:
        """Hand it its parts; False where it is gone."""
        message = pickle.dumps((job, list(parts)))
        try:
            self.pipe.send_bytes(message)
        except OSError:
            self._mourn()
            return False
        return True

    def results(self) -> list | None:
        """What it made of them; None where it failed or is gone."""
        try:
            return pickle.loads(self.pipe.recv_bytes())
        except (OSError, EOFError):
            self._mourn()
            return None

    def end(self) -> None:
        """It holds nothing that anybody needs."""
        self.alive = False
        self.process.kill()
        self.process.join()
        self.pipe.close()

    def _mourn(self) -> None:
        self.end()
        code = self.process.exitcode or 0
        how = signal.Signals(-code).name if code < 0 else f"status {code}"
        with contextlib.suppress(OSError):
            print(
                f"gptlab: a worker process ended ({how}); nothing is lost, the others do its part",
                file=sys.stderr,
            )


def _serve(jobs: Jobs, pipe: Connection, not_ours: Sequence[Connection], parent: int) -> None:
    """The life of a worker process, which ends with its parent, however that one ends."""
    try:
        _die_with(parent)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for other in not_ours:  # else a sibling would hold our pipe open
            other.close()
        torch.set_num_threads(1)
        _use_what_forking_breaks()
        pipe.send_bytes(b"ready")
        while True:
            job, parts = pickle.loads(pipe.recv_bytes())
            try:
                answer = pickle.dumps(_each(jobs[job], parts))
            except (
                BaseException
            ):  # the parent does the same part again, and meets the same error itself
                answer = pickle.dumps(None)
            pipe.send_bytes(answer)
    finally:
        os._exit(0)  # no clean-up of the parent's things: they are not ours


def _die_with(parent: int) -> None:
    """Ask the system to kill this process when its parent ends, whatever it is doing then."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:  # it has ended already
        os._exit(0)


def _use_what_forking_breaks() -> None:
    """A product and its gradient: where a copied process cannot compute, it shows before there is work."""
    with (
        torch.inference_mode(False),
        torch.enable_grad(),
    ):  # whatever the copied process was about to do
        x = torch.ones(64, 64, requires_grad=True)
        (x @ x).sum().backward()
