"""Many agents at once: each runs in a thread of its own, and the model writes for all that wait in one batch.

An agent's loop is one call after the other, but a step of a batch costs little more than a step of one text.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")
MOST_AT_ONCE = 64


def run_together(
    jobs: Sequence[Callable[[Callable[[str], str]], Result]],
    write_many: Callable[[list[str]], list[str]],
) -> list[Result]:
    """job(model) of each job, in their order; every model(text) of theirs is answered by `write_many`."""
    results: list[Result] = []
    for first in range(0, len(jobs), MOST_AT_ONCE):
        results += _one_batch(jobs[first : first + MOST_AT_ONCE], write_many)
    return results


def _one_batch(
    jobs: Sequence[Callable[[Callable[[str], str]], Result]],
    write_many: Callable[[list[str]], list[str]],
) -> list[Result]:
    desk = _Desk(len(jobs))
    with ThreadPoolExecutor(max_workers=len(jobs)) as pool:
        try:
            running = [pool.submit(desk.attend, job, number) for number, job in enumerate(jobs)]
            desk.serve(write_many)
        except BaseException as error:  # Ctrl-C too, at whatever moment it comes
            desk.close(error)
            raise
    return [one.result() for one in running]


class _Desk:
    """Collects what the agents ask until every one of them waits or has ended."""

    def __init__(self, n: int):
        self.changed = threading.Condition()
        self.asked: dict[int, str] = {}
        self.written: dict[int, str] = {}
        self.n_running = n
        self.fault: BaseException | None = None

    def attend(self, job: Callable[[Callable[[str], str]], Result], number: int) -> Result:
        """Run one job, whose model waits at this desk."""

        def model(text: str) -> str:
            with self.changed:
                self.asked[number] = text
                self.changed.notify_all()
                self.changed.wait_for(lambda: number in self.written or self.fault is not None)
                if self.fault is not None:
                    raise self.fault
                return self.written.pop(number)

        try:
            return job(model)
        finally:
            with self.changed:
                self.n_running -= 1
                self.changed.notify_all()

    def serve(self, write_many: Callable[[list[str]], list[str]]) -> None:
        """Write for all that wait, until no job runs."""
        while texts := self._waiting():
            written = dict(zip(texts, write_many(list(texts.values())), strict=True))
            with self.changed:
                self.written |= written
                self.changed.notify_all()

    def close(self, fault: BaseException) -> None:
        """Nobody writes any more: whoever waits, or asks from now on, gets this fault."""
        with self.changed:
            self.fault = fault
            self.changed.notify_all()

    def _waiting(self) -> dict[int, str]:
        """What all jobs that run have asked, by their numbers; empty when none runs any more."""
        with self.changed:
            self.changed.wait_for(lambda: len(self.asked) == self.n_running and not self.written)
            texts, self.asked = dict(sorted(self.asked.items())), {}
            return texts
