"""A submission that lies where the command is given, beside those of others."""

import os
import subprocess
import sys

import pytest

from tests.support.paths import ROOT
from tests.support.submissions import solved_rooms, with_body, write

pytestmark = pytest.mark.slow
KEY = "sampling.append_token"


@pytest.mark.parametrize("here", [".", "class"])
def test_a_classmates_functions_cannot_be_read_and_no_module_is_taken_from_here(here, tmp_path):
    """`python -m` and a started worker search the working folder for modules: it is neither read nor imported."""
    folder, there = tmp_path / "class", tmp_path / "class" / "bob" / "gptlab" / "sampling.py"
    write(folder / "bob", {"sampling": solved_rooms()["sampling"]})
    steal = f"""
        text = open({str(there)!r}).read()
        return eval(text[text.index('def append_token'):].split('return ', 1)[1].splitlines()[0])
    """
    write(folder / "thief", with_body(KEY, steal))
    for name in ("torch", "regex", "numpy"):  # as a clone may be named
        write(folder / name, {"sampling": solved_rooms()["sampling"]})
        (folder / name / "__init__.py").write_text(f"open({str(tmp_path / 'taken')!r}, 'w')\n")
    command = [sys.executable, "-m", "gptlab", "grade", str(folder), "--lesson", "0", "--jobs", "1"]
    run = subprocess.run(
        [*command, "--no-notebooks", "--out", str(tmp_path / "grades")],
        cwd=tmp_path / here,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    lines = (tmp_path / "grades" / "grades.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert {line.split(",")[0]: line.split(",")[2] for line in lines} == {
        "bob": "1",
        "numpy": "1",
        "regex": "1",
        "thief": "0",
        "torch": "1",
    }, run.stdout + run.stderr
    assert not (tmp_path / "taken").exists()
