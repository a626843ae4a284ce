"""A run from end to end, and lessons from top to bottom: the longest that anybody waits for."""

import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from gptlab.blanks import source_scan
from gptlab.course import lesson_files
from gptlab.experiments.bench.pairs import Row, seconds_of
from gptlab.experiments.bench.training import Settings

RUN = ("-m", "gptlab", "run", "--preset", "tiny", "--seed", "0", "--quiet")
LESSONS = ("1a", "3b", "5a")
EXECUTE = ("nbconvert", "--execute", "--to", "notebook", "--ExecutePreprocessor.timeout=600")


def pipeline(_: Settings) -> Iterator[Row]:
    """All stages of the smallest preset, once, from the command to its report."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        seconds = seconds_of(lambda: _done([sys.executable, *RUN, "--out", str(out)]))
        yield Row("pipeline", "gptlab run --preset tiny", "s", seconds, note=_quality(out))


def lessons(_: Settings) -> Iterator[Row]:
    """Run All of some lessons, once each, in a kernel of their own with every blank borrowed."""
    found = lesson_files.notebooks()
    for name in LESSONS:
        if name not in found:
            yield Row(
                "lessons", name, "s", math.nan, note="left out: there is no such notebook here"
            )
            continue
        yield Row("lessons", f"Run All of {name}", "s", _seconds_of_lesson(found[name]))


def _seconds_of_lesson(notebook: Path) -> float:
    """The start of the kernel counts; what is written goes with the folder, and nothing of the learner's is touched."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", *EXECUTE, "--output-dir", folder, str(notebook)]
        path = [str(source_scan.CHECKOUT), *filter(None, [os.environ.get("PYTHONPATH")])]
        own = {"GPTLAB_BORROW": "all", "GPTLAB_HOME": folder, "PYTHONPATH": os.pathsep.join(path)}
        return seconds_of(lambda: _done(command, os.environ | own))


def _done(command: list[str], environment: dict[str, str] | None = None) -> None:
    """Let a command run to its end.

    Raises RuntimeError with the last line that it said where it fails.
    """
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines() or ["it said nothing"]
        raise RuntimeError(f"{' '.join(command)} failed: {said[-1]}")


def _quality(out: Path) -> str:
    """What the run's model is worth, so that a fast run that learns nothing is seen."""
    report = out / "report.json"
    if not report.exists():
        return ""
    ratio = json.loads(report.read_text(encoding="utf-8")).get("ratio_to_floor", math.nan)
    return f"{ratio:.3f} times the floor"
