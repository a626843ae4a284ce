"""What somebody types, message by message: arrow keys, a history that is kept, messages of several lines."""

import contextlib
import os
import sys
from pathlib import Path

from gptlab.blanks.choices import state_folder

PROMPT, MORE = "> ", ". "
QUOTES = '"""'
LONGEST_HISTORY = 1000  # lines


def at_terminal() -> bool:
    """Whether a person types and reads; else lines come from a pipe or a file, or replies go into one."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def history_file() -> Path:
    """Where the lines of earlier conversations are kept, for the arrow keys."""
    return state_folder() / "chat_history"


def prepare_history() -> None:
    """Give `input` arrow keys, and the lines of earlier conversations; nothing where there is no readline."""
    with contextlib.suppress(ImportError):
        import readline

        readline.set_history_length(LONGEST_HISTORY)
        with contextlib.suppress(OSError):
            readline.read_history_file(history_file())


def keep_history() -> None:
    """Write the history, readable by its owner alone; where that cannot be, the conversation goes on without."""
    with contextlib.suppress(ImportError, OSError):
        import readline

        file = history_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        readline.write_history_file(file)
        file.chmod(0o600)


def read_message(typed: bool) -> str:
    """The next message: of a pipe, a line; of a person, also several.

    A line that ends in a backslash goes on in the next one, and so does all that stands between two triple quotes.

    typed  whether a person types it, who sees a prompt

    Raises EOFError at the end of the input, KeyboardInterrupt on Ctrl-C.
    """
    if not typed:
        return input().strip()
    line = input(prompt(PROMPT))
    if line.lstrip().startswith(QUOTES):
        return _block(line.lstrip().removeprefix(QUOTES))
    while line.endswith("\\"):
        line = line[:-1] + "\n" + _next_line()
    return line.strip()


def _block(text: str) -> str:
    """All lines up to the closing quotes, or to the end of the input."""
    lines = [text]
    while QUOTES not in lines[-1]:
        try:
            lines.append(input(prompt(MORE)))
        except EOFError:
            break
    return "\n".join(lines).partition(QUOTES)[0].strip()


def _next_line() -> str:
    """A further line; the empty one at the end of the input."""
    try:
        return input(prompt(MORE))
    except EOFError:
        return ""


def prompt(text: str) -> str:
    """A prompt, in bold where the terminal can; the marks 1 and 2 tell readline that what they enclose has no width."""
    if (
        "readline" not in sys.modules
        or os.environ.get("NO_COLOR")
        or os.environ.get("TERM") == "dumb"
    ):
        return text
    return f"\x01\x1b[1m\x02{text}\x01\x1b[0m\x02"
