"""What `start` sets up inside IPython: edited functions are picked up, and cells wait for what they need
(`waiting_cells.py`).
"""

import importlib
import sys
from pathlib import Path

from gptlab.blanks.registry import note_not_executed
from gptlab.blanks.room_import import in_words, where
from gptlab.blanks.source_scan import PACKAGE, short_path
from gptlab.course import waiting_cells


def set_up() -> bool:
    """Switch on autoreload and the waiting cells; -> False where there is no IPython. Doing it again is fine."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return False
    if "IPython.extensions.autoreload" not in shell.extension_manager.loaded:
        shell.run_line_magic("load_ext", "autoreload")
    shell.run_line_magic(
        "autoreload", "2 --hide-errors"
    )  # `say_failures` says them, in one line each
    for callback in [
        one for one in shell.events.callbacks["pre_run_cell"] if _is(one, say_failures)
    ]:
        shell.events.unregister("pre_run_cell", callback)
    shell.events.register("pre_run_cell", say_failures)  # behind autoreload's own
    waiting_cells.set_up(shell)
    return True


def _is(one, function) -> bool:
    """True for this function and for what it was before its module was read again."""
    return getattr(one, "__qualname__", "") == function.__qualname__


_said: dict[
    str, tuple[float, str | None]
] = {}  # files that failed: when they were written, and why


def say_failures(info) -> None:
    """Say in one line why an edited file could not be executed again, and let the checks know."""
    magics = sys.modules["IPython"].get_ipython().magics_manager.registry.get("AutoreloadMagics")
    failed = dict(magics._reloader.failed) if magics is not None else {}
    for file, changed in failed.items():
        _execute_whole(magics._reloader, file)
        if file not in _said or _said[file][0] != changed:
            _said[file] = (changed, why_it_fails(file))
            print(in_one_line(file, _said[file][1]))
    note_not_executed(
        {Path(file).stem: _said[file][1] for file in failed if _is_room(file) and _said[file][1]}
    )


def _execute_whole(reloader, file: str) -> None:
    """Have a file executed as a whole once it is mended.

    Else autoreload patches what has changed since the text that failed, of which nothing was executed.
    """
    texts = getattr(getattr(reloader, "deduper_reloader", None), "source_by_modname", {})
    for name, module in list(sys.modules.items()):
        if name in texts and getattr(module, "__file__", "") == file:
            texts[name] = ""


def _is_room(file: str) -> bool:
    return Path(file).parent == PACKAGE


def in_one_line(file: str, reason: str | None) -> str:
    """What is said of a file that autoreload could not execute."""
    if reason is None:
        return f"{short_path(file)} could not be read a moment ago; now it can"
    return f"{reason}; until that is mended, what you had before runs"


def why_it_fails(file: str) -> str | None:
    """File, line and error of a module that autoreload could not execute; None when now it can."""
    try:
        compile(Path(file).read_bytes(), file, "exec")
        name = next(
            n for n, module in list(sys.modules.items()) if getattr(module, "__file__", "") == file
        )
        importlib.reload(sys.modules[name])
    except SyntaxError as error:
        return f"{where(error, file)}: {error.msg}"
    except (Exception, SystemExit) as error:
        return f"{where(error, file)}: {in_words(error)}"
    return None
