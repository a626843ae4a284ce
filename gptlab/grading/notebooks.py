"""Runs the pristine notebooks by nbval against a submission's functions.

A notebook's kernel holds the submission's code and the checks in one process, so no point rests on what it says: it
tells a reader whether a lesson comes to its end. The kernel writes into one folder and has no network where the
system can keep it from that.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.etree import ElementTree

from gptlab.blanks.solutions import solutions_folder
from gptlab.blanks.source_scan import CHECKOUT, PACKAGE
from gptlab.grading.child_tree import make_rooms
from gptlab.grading.confined.strays import OVERTIME
from gptlab.grading.notebook_plugin import SANITIZE

LESSONS = CHECKOUT / "lessons"
CELL_S = 300


def why_not() -> str | None:
    """Why notebooks cannot be run here; None where they can."""
    if not LESSONS.is_dir():
        return "there is no folder lessons/ beside this gptlab"
    missing = [name for name in ("pytest", "nbval") if importlib.util.find_spec(name) is None]
    return f"{missing[0]} is not installed: pip install 'gptlab[test]'" if missing else None


def of_lesson(number: int) -> list[Path]:
    """A lesson's notebooks, in order."""
    return sorted(LESSONS.glob(f"{number:02}*_*.ipynb"))


def run(
    rooms: Mapping[str, bytes], lessons: list[int], limit_s: float, say: Callable[[str], None]
) -> list[dict]:
    """What nbval says of each notebook of these lessons, within a time for each."""
    with tempfile.TemporaryDirectory(prefix="gptlab-nb-") as name:
        folder = Path(name).resolve()
        _make_course(folder, rooms)
        found = []
        for path in [path for number in lessons for path in of_lesson(number)]:
            say(path.stem)
            found.append(_run_one(folder, path, limit_s))
        return found


def _make_course(folder: Path, rooms: Mapping[str, bytes]) -> None:
    """A copy of the course with a submission's rooms in it; the trained models are linked to."""
    ignored = shutil.ignore_patterns("__pycache__", "assets", ".ipynb_checkpoints")
    shutil.copytree(PACKAGE, folder / "gptlab", ignore=ignored)
    shutil.copytree(LESSONS, folder / "lessons", ignore=ignored)
    (folder / "gptlab" / "assets").symlink_to(PACKAGE / "assets")
    make_rooms(folder, dict(rooms))
    (folder / "s").mkdir()


def _run_one(folder: Path, path: Path, limit_s: float) -> dict:
    report = folder / "report.xml"
    report.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval-lax",
        "--nbval-current-env",
        f"--nbval-cell-timeout={CELL_S}",
        f"--nbval-sanitize-with={SANITIZE}",
        f"--junitxml={report}",
        *("-p", "gptlab.grading.notebook_plugin", "-p", "no:cacheprovider", "-p", "no:xdist"),
        *("-c", os.devnull, f"--rootdir={folder}", str(folder / "lessons" / path.name)),
    ]
    within = [sys.executable, "-m", "gptlab.grading.confined.strays", str(limit_s), *command]
    status = subprocess.run(
        within,
        cwd=folder / "s",
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ).returncode
    if status == OVERTIME:
        return {"notebook": path.stem, "said": f"no end within {limit_s:g} seconds", "first": ""}
    return {"notebook": path.stem} | _said(report)


def _environment(folder: Path) -> dict[str, str]:
    scratch = folder / "s"
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "JUPYTER_RUNTIME_DIR": str(scratch),
        "IPYTHONDIR": str(scratch / "ipython"),
        "MPLCONFIGDIR": str(scratch / "mpl"),
        "GPTLAB_HOME": str(scratch / "home"),
        "GPTLAB_SCRATCH": str(scratch),
        "GPTLAB_SOLUTIONS": str(solutions_folder()),
        "PYTHONPATH": str(PACKAGE.parent),  # the submission's modules are the kernel's alone
        "GPTLAB_COURSE": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "OMP_NUM_THREADS": "1",
    }


def _said(report: Path) -> dict:
    """How many cells did what they should, and which was the first that did not.

    No text of a cell is shown: a kernel reads all files, and could have anything in it.
    """
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return {"said": "it was not run to its end", "first": ""}
    failed = [case for case in cases if any(case.find(x) is not None for x in ("failure", "error"))]
    said = f"{len(cases) - len(failed)} of {len(cases)} cells as they should be"
    return {"said": said, "first": failed[0].get("name", "") if failed else ""}
