"""Progress of a long loop: a bar on a terminal, a line now and then elsewhere, nothing when quiet."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

from tqdm import tqdm

LINE_EVERY_S = 10.0
SHOWN = {"loss": ".3f", "reward": "+.3f", "kl": ".3f", "accuracy": ".3f"}  # worth a place, and how


def bar(
    label: str = "train",
    quiet: bool = False,
    every_s: float = LINE_EVERY_S,
    stream: TextIO | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> "Progress":
    """Make the `report` of a loop: call it with the loop's dicts, close it when the loop ends early.

    A dict holds step (counted from 0) and total, and may hold loss, tokens_per_s, seconds_left, reward, kl.
    """
    if quiet:
        return Progress()
    out: TextIO = sys.stderr if stream is None else stream
    return TerminalBar(label, out) if out.isatty() else PlainLines(label, every_s, out, clock)


def follow(reports: Iterable[dict], **settings) -> Iterator[dict]:
    """Show a stream of reports as it passes through; settings as in `bar`."""
    with bar(**settings) as show:
        for report in reports:
            show(report)
            yield report


class Progress:
    """The quiet one, and what all have in common."""

    def __call__(self, report: dict) -> None:
        """Take in one report."""

    def close(self) -> None:
        """Finish what is on the screen."""

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_) -> None:
        self.close()


class TerminalBar(Progress):
    """A tqdm bar that keeps to one line."""

    def __init__(self, label: str, stream: TextIO) -> None:
        self.label = label
        self.stream = stream
        self.tqdm = None

    def __call__(self, report: dict) -> None:
        """Move the bar to the report's step."""
        if self.tqdm is None:
            form = "{desc} {percentage:3.0f}% |{bar}| {n_fmt}/{total_fmt} {postfix}"
            self.tqdm = tqdm(
                total=report["total"],
                desc=self.label,
                file=self.stream,
                bar_format=form,
                dynamic_ncols=True,
                mininterval=0,
            )
        self.tqdm.set_postfix_str(metrics(report), refresh=False)
        self.tqdm.update(report["step"] + 1 - self.tqdm.n)
        self.tqdm.refresh()
        if report["step"] + 1 >= report["total"]:
            self.close()

    def close(self) -> None:
        """Leave the bar as it stands and go to the next line."""
        if self.tqdm is not None:
            self.tqdm.close()
            self.tqdm = None


class PlainLines(Progress):
    """One line at most every `every_s` seconds, and one for the first and the last step."""

    def __init__(
        self, label: str, every_s: float, stream: TextIO, clock: Callable[[], float]
    ) -> None:
        self.label = label
        self.every_s = every_s
        self.stream = stream
        self.clock = clock
        self.last = None
        self.pending = None

    def __call__(self, report: dict) -> None:
        """Print the report if it is time, and keep it in mind if not."""
        self.pending = report
        now = self.clock()
        finished = report["step"] + 1 >= report["total"]
        if finished or self.last is None or now - self.last >= self.every_s:
            self.last = now
            self.close()

    def close(self) -> None:
        """Print the last report that has not been printed yet."""
        if self.pending is not None:
            step, total = self.pending["step"] + 1, self.pending["total"]
            line = f"{self.label} {step}/{total} {metrics(self.pending)}".rstrip()
            with contextlib.suppress(OSError):  # nobody reads it any more; the loop goes on
                print(line, file=self.stream, flush=True)
            self.pending = None


def metrics(report: dict) -> str:
    """Put what a person wants to see into a few words.

    Example: {"loss": 2.5, "tokens_per_s": 20321, "seconds_left": 75}
    -> "loss 2.500, 20.3k tokens/s, 1:15 left"
    """
    parts = [f"{name} {report[name]:{form}}" for name, form in SHOWN.items() if name in report]
    if "tokens_per_s" in report:
        rate = report["tokens_per_s"]
        parts.append(f"{rate / 1000:.1f}k tokens/s" if rate >= 1000 else f"{rate:.0f} tokens/s")
    if "seconds_left" in report:
        parts.append(f"{clock_time(report['seconds_left'])} left")
    return ", ".join(parts)


def clock_time(seconds: float) -> str:
    """Write seconds as m:ss or h:mm:ss.

    Example: 75 -> "1:15", 3661 -> "1:01:01"
    """
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
