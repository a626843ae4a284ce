"""Reads the command line, runs one command, and turns what goes wrong into one clear line and an exit status.

0 all is well, 1 it failed, 2 the command line was wrong, 130 stopped by Ctrl-C. Commands import torch only when
they compute; nothing here does.
"""

import argparse
import os
import sys
import traceback
from pathlib import Path
from typing import NoReturn

from gptlab import __version__
from gptlab.blanks.errors import CourseError
from gptlab.blanks.source_scan import PACKAGE, short_path
from gptlab.cli import (
    bench,
    blanks,
    chat,
    data,
    doctor,
    exchange,
    grade,
    lessons,
    plan,
    run,
    serve,
    teaching,
    town,
    world,
)
from gptlab.cli.common import streams
from gptlab.engine.run.presets import duration

COMMANDS = (
    run,
    chat,
    serve,
    lessons,
    blanks,
    grade,
    teaching,
    exchange,
    data,
    plan,
    town,
    world,
    doctor,
    bench,
)
DESCRIPTION = "Build a small ChatGPT yourself, every stage of it, on one small computer."
EXAMPLES = f"""\
begin here:
  gptlab doctor                 what this machine has, and what is missing
  gptlab run                    build a small ChatGPT: {duration("small")} on 2 cores
  gptlab chat                   talk to it
  gptlab serve                  let other programs talk to it
  gptlab lab                    the lessons, in JupyterLab
  gptlab progress               how far you are

exit status: 0 all is well, 1 it failed, 2 the command line was wrong, 130 stopped by Ctrl-C
`gptlab COMMAND --help` says more about each command.
"""


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors take one line."""

    def __init__(self, **settings) -> None:
        super().__init__(
            formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **settings
        )

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is; exit status 2."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def parser() -> Parser:
    """The whole command line."""
    top = Parser(prog="gptlab", description=DESCRIPTION, epilog=EXAMPLES)
    top.add_argument("--version", action="version", version=f"gptlab {__version__}")
    commands = top.add_subparsers(
        title="commands", metavar="COMMAND", required=True, parser_class=Parser
    )
    for module in COMMANDS:
        module.register(commands)
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    streams.prepare()
    try:
        options = parser().parse_args(arguments)
    except SystemExit as stop:  # argparse has said why
        streams.flush_stdout()
        return stop.code if isinstance(stop.code, int) else 1
    try:
        status = options.command(options)
        sys.stdout.flush()
        return status or 0
    except KeyboardInterrupt:
        streams.complain("\ngptlab: stopped")
        return 130
    except BrokenPipeError:  # whoever read our output (head, less) has had enough
        streams.discard_stdout()
        return 0
    except (
        Exception,
        SystemExit,
    ) as error:  # no command of ours ends the program: a learner's code may
        if os.environ.get("GPTLAB_TRACEBACK"):
            traceback.print_exc()
        streams.complain(f"gptlab: {explain(error)}")
        return 1
    finally:
        streams.flush_stdout()


def explain(error: BaseException) -> str:
    """One line about what went wrong: the message where it was written for a person, else also the place."""
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or text}"
    if isinstance(error, SyntaxError):
        place = f":{error.lineno}" if error.lineno else ""
        return f"{short_path(error.filename)}{place}: {error.msg}" if error.filename else error.msg
    if isinstance(error, MemoryError):
        return "out of memory: close other programs, or choose a smaller --preset"
    place = _learners_place(error)
    if isinstance(error, SystemExit):
        return f"{place}the program was ended (SystemExit)"
    if isinstance(error, CourseError) or (
        isinstance(error, (ValueError, RuntimeError)) and not place
    ):
        return text
    more = "GPTLAB_TRACEBACK=1 shows the whole way there"
    return f"{place or 'unexpected '}{type(error).__name__}: {text} ({more})"


def _learners_place(error: BaseException) -> str:
    """Where in the learner's own code the error was raised: file, line, function; "" where it was not hers."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if Path(frame.filename).parent == PACKAGE and frame.name != "call_body":
            return f"{short_path(frame.filename)}:{frame.lineno} ({frame.name}): "
        if Path(frame.filename).is_relative_to(PACKAGE / "engine"):
            return ""
    return ""
