"""`Report`: the result of a check, as text and as a notebook shows it."""

import sys
from dataclasses import dataclass, field

from gptlab.blanks.errors import CourseError


class CheckFailed(CourseError):
    """A check found something wrong; the message says what, for which input."""

    def _render_traceback_(self) -> list[str]:
        """Give IPython the message's lines to print instead of a traceback."""
        return str(self).splitlines()


class NoCheck(CourseError, ValueError):
    """A check was asked for that does not exist."""


@dataclass(frozen=True)
class Report:
    """The verdict of one check."""

    key: str
    passed: bool
    cases: int  # how many inputs were tried
    message: str  # at most 12 lines
    misconception: str | None = None  # the name of the known mistake that gives the same results
    waits_for: str | None = None  # the empty blank that the function called
    shown: bool = field(default=False, repr=False, compare=False)  # printed already
    beside: str = field(default="", repr=False, compare=False)  # HTML: hers and the reference

    def __str__(self) -> str:
        return self.message

    def _ipython_display_(self) -> None:
        """Print the message, unless `check` has just done so; offer the reference beside what is right."""
        if not self.shown:
            print(self.message)
        if self.beside:
            from IPython.display import display

            display({"text/html": self.beside}, raw=True)


def in_notebook() -> bool:
    """True inside IPython, and so in every notebook."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None
