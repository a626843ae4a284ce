"""Run lessons from top to bottom in a fresh kernel, with borrowed functions, and keep what they print.

    python -m dev.make_lessons            all lessons
    python -m dev.make_lessons 0 1        these
    python -m dev.make_lessons 10 11b     all parts of lesson 10, one of lesson 11
    python -m dev.make_lessons --cards    run nothing: only lay the cards out again, after a docstring has changed
    python -m dev.make_lessons --check    run nothing: only hold the notebooks as they are against the rules

A notebook is written only when all its cells ran and it is at most 1 MB; other broken rules are listed and make
the exit status 1. What is kept is the same from run to run: cells are counted from 1, times and the state of
widgets are left out (a widget's picture stands in for it, see gptlab/view/kit/show.py).
"""

import argparse
import ast
import os
import re
import string
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from dev.lesson_rules import MOST_BYTES, WIDGET, faults
from gptlab.blanks.files import write_atomically
from gptlab.blanks.registry import find
from gptlab.course.exercise_card import card

ROOT = Path(__file__).resolve().parents[1]
LESSONS = ROOT / "lessons"
PATTERN, LETTERS = "[0-9][0-9]*_*.ipynb", string.ascii_lowercase
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}
PROFILE = "c.InteractiveShell.colors = 'nocolor'\nc.IPKernelApp.log_level = 'ERROR'\n"
PEAK = """
import resource, sys
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1))
"""
CELL_SECONDS = 600


class Refused(Exception):
    """A lesson that was not written, and why."""


class ThisPython(KernelSpecManager):
    """Every kernel is this interpreter's, whatever kernels are installed on the machine."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(
            argv=argv, name=kernel_name, display_name="Python 3 (ipykernel)", language="python"
        )


@dataclass(frozen=True)
class NotebookRun:
    """What running one notebook took."""

    seconds: float
    peak_mb: float  # of the kernel; 0 where it cannot be told


def environment(home: Path, root: Path = ROOT, borrow: str = "all") -> dict[str, str]:
    """What a kernel gets: gptlab from `root`, borrowing as said, nothing of the person who runs it."""
    profile = home / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text(PROFILE, encoding="utf-8")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("GPTLAB_SOLUTIONS", "PYTHONPATH")
    }
    return kept | {
        "GPTLAB_BORROW": borrow,
        "GPTLAB_HOME": str(home / "gptlab"),
        "IPYTHONDIR": str(home / "ipython"),
        "PYTHONPATH": str(root),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
    }


def run(
    notebook: nbformat.NotebookNode,
    folder: Path,
    env: dict[str, str],
    allow_errors: bool = False,
    each=lambda place, cell: None,
) -> NotebookRun:
    """Run all cells in a fresh kernel of this Python, in `folder`; the outputs are left in the notebook.

    Raises CellExecutionError (unless errors are allowed), CellTimeoutError, DeadKernelError.
    """
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=ThisPython())
    client = NotebookClient(
        notebook,
        km=manager,
        timeout=CELL_SECONDS,
        allow_errors=allow_errors,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    began = time.monotonic()
    with client.setup_kernel(cleanup_kc=True, env=env):
        for place, cell in enumerate(notebook.cells):
            each(place, cell)
            client.execute_cell(cell, place)
        seconds = time.monotonic() - began
        client.allow_errors = True
        notebook.cells.append(nbformat.v4.new_code_cell(PEAK))
        client.execute_cell(notebook.cells[-1], len(notebook.cells) - 1)
        last = notebook.cells.pop()
    text = "".join(output.get("text", "") for output in last.outputs).strip()
    return NotebookRun(seconds, int(text) / 1024 if text.isdecimal() else 0.0)


def tidy(notebook: nbformat.NotebookNode) -> None:
    """Leave out what differs from run to run or from machine to machine.

    Raises Refused for a widget that brings no picture.
    """
    notebook.metadata = nbformat.from_dict(METADATA)
    count = 0
    for place, cell in enumerate(notebook.cells):
        cell.metadata.pop("execution", None)
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
            if WIDGET in output.get("data", {}):
                del output.data[WIDGET]
                if not {"text/html", "image/svg+xml", "image/png"} & set(output.data):
                    raise Refused(
                        f"cell {place}: a widget without a picture; show it with gptlab.view.kit.show.show"
                    )


def make(path: Path) -> NotebookRun:
    """Run one lesson and write it.

    Raises Refused when a cell fails or the result is too large; the file is then left as it was.
    """
    notebook = nbformat.read(path, as_version=4)

    def each(place: int, cell: nbformat.NotebookNode) -> None:
        if sys.stdout.isatty():
            print(
                f"\r\x1b[K{path.name}: cell {place + 1} of {len(notebook.cells)}",
                end="",
                flush=True,
            )

    with tempfile.TemporaryDirectory() as home:
        try:
            took = run(notebook, path.parent, environment(Path(home)), each=each)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise Refused(str(error).strip()) from None
        finally:
            if sys.stdout.isatty():
                print("\r\x1b[K", end="")
    tidy(notebook)
    text = nbformat.writes(notebook, version=4).rstrip("\n") + "\n"
    if len(text.encode()) > MOST_BYTES:
        largest = max(
            range(len(notebook.cells)), key=lambda i: len(str(notebook.cells[i].get("outputs", "")))
        )
        size = f"{len(text.encode()) / 1e6:.2f} MB, but at most 1 MB"
        raise Refused(f"{size}; the largest output is that of cell {largest}")
    write_atomically(path, text)
    return took


def lay_out_cards(path: Path) -> None:
    """Write the exercise cards of one lesson anew from their docstrings and the sentences in its cells."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.startswith("lesson.card("):
            key, why = (
                ast.literal_eval(word) for word in ast.parse(cell.source).body[0].value.args
            )
            cell.outputs[0].data.update(card(find(key), why)._repr_mimebundle_())
    write_atomically(path, nbformat.writes(notebook, version=4).rstrip("\n") + "\n")


def chosen(names: list[str]) -> list[Path]:
    """The notebooks of these lessons ("10": all its parts) and parts ("10b"), or all."""
    have = {f"{path.name[:3].rstrip('_')}": path for path in sorted(LESSONS.glob(PATTERN))}
    wanted = [f"{int(name.rstrip(LETTERS)):02d}{name.lstrip('0123456789')}" for name in names]
    for name, asked in zip(wanted, names, strict=True):
        if not any(one.startswith(name) for one in have):
            there = ", ".join(one.lstrip("0") or "0" for one in have) or "none yet"
            sys.exit(f"make_lessons: there is no lesson {asked}; there are {there}")
    return [path for name, path in have.items() if not wanted or name.startswith(tuple(wanted))]


def lesson_name(text: str) -> str:
    """The argument 5 or 10b."""
    if not re.fullmatch(r"\d{1,2}[a-z]?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no lesson such as 5 or 10b")
    return text


def main() -> int:
    """-> 0 when every lesson ran and keeps the rules, else 1."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "names",
        nargs="*",
        type=lesson_name,
        metavar="LESSON",
        help="a lesson such as 5, a part such as 10b; all where none is given",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="run nothing, only hold the notebooks against the rules",
    )
    parser.add_argument(
        "--cards",
        action="store_true",
        help="run nothing, only lay the cards out again from their docstrings",
    )
    options, status = parser.parse_args(), 0
    for path in chosen(options.names):
        line = path.name
        try:
            if options.cards:
                lay_out_cards(path)
            elif not options.check:
                took = make(path)
                size = path.stat().st_size / 1000
                line += f"  {took.seconds:.0f} s, {took.peak_mb:.0f} MB of memory, {size:.0f} KB"
            broken = faults(path)
        except Refused as refusal:
            broken, line = [str(refusal)], f"{path.name} was not written"
        print("\n  ".join([line, *broken]), flush=True)
        status = status or (1 if broken else 0)
    return status


if __name__ == "__main__":
    sys.exit(main())
