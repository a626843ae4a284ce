"""Calls what is to be judged so that it cannot go on for ever, end the program or leave torch otherwise than it was."""

import contextlib
import random
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import torch

LIMIT_S = 20  # of the clock; a call takes milliseconds
AGAIN_S = 0.05  # so soon a stop is repeated for a body that catches it


class NeverEnds(BaseException):
    """A call took so long that it will not come to an end; no Exception, which `except Exception` would catch."""


class Interrupted(KeyboardInterrupt):
    """Somebody pressed Ctrl-C, in contrast to a body that raises KeyboardInterrupt itself."""


def guarded(call: Callable[[], Any]) -> Any:
    """The result of call(), with torch as it is by default, and within the limit of time."""
    with torch_by_default(), _limited(), _told_apart():
        return _inside(call)


def _inside(call: Callable[[], Any]) -> Any:
    """Call; the stop is raised in what runs below this frame and nowhere else."""
    return call()


def _frames_inside(frame: Any) -> list:
    """The frames from this one down to `_inside`; [] where it runs elsewhere."""
    frames = []
    while frame is not None and frame.f_code is not _inside.__code__:
        frames.append(frame)
        frame = frame.f_back
    return [] if frame is None else frames


@contextlib.contextmanager
def torch_by_default() -> Iterator[None]:
    """Gradients on, float32, one thread, a fixed seed inside; afterwards these, and the dice, as they were."""
    dtype = torch.get_default_dtype()
    n_threads = torch.get_num_threads()
    dice = random.getstate()
    numpy = sys.modules.get("numpy")
    numpy_dice = None if numpy is None else numpy.random.get_state()
    with contextlib.ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        stack.enter_context(torch.random.fork_rng(devices=[]))
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        warnings.simplefilter("ignore")
        torch.set_default_dtype(torch.float32)
        torch.set_num_threads(1)  # the inputs are small
        torch.manual_seed(0)  # what draws without a generator draws the same each time
        try:
            yield
        finally:
            torch.set_default_dtype(dtype)
            if torch.get_num_threads() != n_threads:
                torch.set_num_threads(n_threads)
            random.setstate(dice)
            if numpy is not None:
                numpy.random.set_state(numpy_dice)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    """Stop what does not come to an end, where the system can: on Unix, in the main thread.

    A body that catches the stop is stopped again at its next line, which is the first of its `except`. What
    runs in C for ever cannot be stopped from inside; `gptlab check` ends the process then.
    """
    clock = _free_clock() if _in_main_thread() else None
    if clock is None:
        yield
        return
    timer, number = clock
    over = False

    def at_next_line(_, event: str, __) -> Callable:
        if event == "line" and not over:
            raise NeverEnds(f"no end within {LIMIT_S} seconds")
        return at_next_line

    def stop(_, frame) -> None:
        frames = [] if over else _frames_inside(frame)
        if frames:
            sys.settrace(at_next_line)
            for one in frames:
                one.f_trace = at_next_line
            raise NeverEnds(f"no end within {LIMIT_S} seconds")

    trace = sys.gettrace()
    handler = signal.signal(number, stop)
    signal.setitimer(timer, LIMIT_S, AGAIN_S)
    try:
        yield
    finally:
        over = True
        signal.setitimer(timer, 0)
        signal.signal(number, handler)
        sys.settrace(trace)


def _free_clock() -> tuple[int, int] | None:
    """A timer that nobody else uses, with its signal: the clock's, else that of computing; None without one."""
    if not hasattr(signal, "setitimer"):
        return None
    clocks = [(signal.ITIMER_REAL, signal.SIGALRM), (signal.ITIMER_PROF, signal.SIGPROF)]
    return next((one for one in clocks if not signal.getitimer(one[0])[0]), None)


@contextlib.contextmanager
def _told_apart() -> Iterator[None]:
    """Ctrl-C raises Interrupted, so that a body's own KeyboardInterrupt is its fault alone."""
    if not _in_main_thread() or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return

    def interrupt(*_) -> None:
        raise Interrupted

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
