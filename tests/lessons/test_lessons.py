"""Every lesson: keeps the rules, prints what it printed when it was made, and waits where its blanks are empty."""

import json
import os
import re
import subprocess
import sys

import nbformat
import pytest

from dev import lesson_rules as rules
from dev import make_lessons as make
from gptlab.blanks.registry import by_lesson
from gptlab.grading.notebook_plugin import SANITIZE
from tests.support.lesson_tree import LESSONS, ROOT, empty_copy, learners_copy, run, said


def test_there_are_lessons():
    numbers = [int(path.name[:2]) for path in LESSONS]
    names = [path.name.partition("_")[0] for path in LESSONS]
    assert {0, 1} <= set(numbers) and len(set(names)) == len(names)
    assert not [name for name in names if name[:2] in names and name != name[:2]]  # one, or parts


# -- what was printed is still printed ----------------------------------------------------------------------------


def nbval(folder, home, *paths):
    """Run nbval over notebooks in a pytest of its own, with everything borrowed; -> the finished process."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval-lax",
        "--nbval-current-env",
        "--nbval-cell-timeout=300",
        f"--nbval-sanitize-with={SANITIZE}",
        "-p",
        "gptlab.grading.notebook_plugin",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "--color=no",
        f"--rootdir={folder}",
        "-c",
        os.devnull,
        *map(str, paths),
    ]
    env = make.environment(home, ROOT)
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, encoding="utf-8")


@pytest.mark.lesson
def test_nbval_sees_another_output_and_a_failing_cell(tmp_path):
    cells = [
        nbformat.v4.new_code_cell(
            f"# NBVAL_CHECK_OUTPUT\nprint({n})",
            execution_count=n,
            outputs=[
                nbformat.v4.new_output("stream", name="stdout", text=f"{n if n < 2 else 7}\n")
            ],
        )
        for n in (1, 2)
    ]
    tagged = {"tags": ["nbval-check-output"]}
    cells += [
        nbformat.from_dict(cells[1] | {"source": "print(2)", "metadata": tagged, "id": "tagged"})
    ]
    cells.append(nbformat.v4.new_code_cell("1 / 0", execution_count=3))
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "00_wrong.ipynb")
    done = nbval(tmp_path, tmp_path / "home", tmp_path / "00_wrong.ipynb")
    assert done.returncode == 1 and "3 failed, 1 passed" in done.stdout, done.stdout


# -- with empty blanks --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return empty_copy(tmp_path_factory.mktemp("course"))


IMPORT = """
import importlib, pathlib, sys
for path in sorted(pathlib.Path("gptlab").rglob("*.py")):
    if path.stem != "__main__":
        importlib.import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
import gptlab
print(pathlib.Path(gptlab.__file__).resolve().parent, set(gptlab.whose().values()))
"""


def test_everything_imports_with_empty_blanks(tree, tmp_path):
    env = make.environment(tmp_path, tree, borrow="")
    done = subprocess.run(
        [sys.executable, "-c", IMPORT], cwd=tree, env=env, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"{(tree / 'gptlab').resolve()} {{'empty'}}"


# A learner without solutions/ meets all that one with solutions/ meets, and more. So every lesson runs without them,
# and with them only two that differ: 01 asks the trained model, 05 looks inside it and trains models of its own.
# GPTLAB_ALL_KERNELS=1 runs all of them with solutions/ too.
ALSO_WITH_SOLUTIONS = (1, 5)


def runs_with_solutions(path):
    return bool(os.environ.get("GPTLAB_ALL_KERNELS")) or int(path.name[:2]) in ALSO_WITH_SOLUTIONS


def stops_at_its_check_cells_only(path, tree, home):
    """Run a lesson whose blanks are empty, and hold each cell to what it may say."""
    notebook = nbformat.read(path, as_version=4)
    run(tree, notebook, home)
    stopped = []
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        key, said_here = rules.checked_key(cell), said(cell)
        errors = [
            (kind, text) for kind, text in said_here if kind not in ("stdout", "stderr", "shown")
        ]
        if key is None:
            assert not errors, f"cell {place}:\n{cell.source}\n{errors}"
            continue
        assert [kind for kind, _ in said_here] == ["CheckFailed"], f"cell {place}: {said_here}"
        begin = re.escape(
            f"○ {key} (lesson {int(path.name[:2])}) is still empty: write it in gptlab/"
        )
        assert re.fullmatch(begin + ".{1,160}", errors[0][1])  # one line
        stopped.append(key)
    own = [entry.key for entry in by_lesson().get(int(path.name[:2]), ())]
    assert sorted(stopped) == sorted(rules.carded_keys(notebook))
    assert set(stopped) <= set(own) and (rules.place_of(path).part or len(stopped) == len(own))


class EveryLesson:
    """What holds for each lesson; a class for each (below), so that `pytest -n 2 --dist loadscope` spreads them."""

    def test_it_keeps_the_rules(self):
        assert rules.faults(self.path) == []

    @pytest.mark.lesson
    def test_nbval(self, tmp_path):
        done = nbval(self.path.parent, tmp_path, self.path)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        assert (
            f"{len(rules.code_cells(json.loads(self.path.read_text(encoding='utf-8'))))} passed"
            in done.stdout
        )

    @pytest.mark.lesson
    def test_without_solutions_it_stops_at_its_check_cells_only(self, tmp_path):
        tree = learners_copy(tmp_path / "tree", int(self.path.name[:2]))
        stops_at_its_check_cells_only(self.path, tree, tmp_path)


class WithSolutionsToo(EveryLesson):
    """What holds for a lesson that is also run with empty blanks beside solutions/."""

    @pytest.mark.lesson
    def test_with_empty_blanks_it_stops_at_its_check_cells_only(self, tree, tmp_path):
        stops_at_its_check_cells_only(self.path, tree, tmp_path)


for path in LESSONS:
    kind = WithSolutionsToo if runs_with_solutions(path) else EveryLesson
    globals()[f"Test_{path.stem}"] = type(f"Test_{path.stem}", (kind,), {"path": path})


def test_some_lessons_run_with_solutions_too():
    assert set(ALSO_WITH_SOLUTIONS) <= {int(path.name[:2]) for path in LESSONS}


# -- the rules themselves -----------------------------------------------------------------------------------------


def keeps_all():
    """A lesson 0 that keeps every rule, as it stands in its file."""
    text = [
        "# 00 · A title\n\nWords 文字接龍.",
        "from gptlab import start, check, hint\nlesson = start(0)",
        'lesson.card("sampling.append_token", "why")',
        'check("sampling.append_token")',
        "x = 1",
        "lesson.summary()",
    ]
    shown = [None, "s", "s", "s", None, "s"]
    cells, count = [], 0
    for place, (source, output) in enumerate(zip(text, shown)):
        cell = {
            "cell_type": "markdown" if place == 0 else "code",
            "id": f"c{place}",
            "metadata": {},
            "source": source,
        }
        if place:
            count += 1
            outputs = (
                [{"output_type": "stream", "name": "stdout", "text": output}] if output else []
            )
            cell |= {"execution_count": count, "outputs": outputs}
        cells.append(cell)
    cells[3]["metadata"] = {"tags": [rules.CHECK_TAG]}
    return {
        "cells": cells,
        "metadata": {"kernelspec": {"name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def output(**parts):
    return [{"output_type": "stream", "name": "stdout", "text": ""} | parts]


def broken(change):
    notebook = keeps_all()
    change(notebook, notebook["cells"])
    return notebook


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda nb, c: None, None),
        (lambda nb, c: c[1].update(id="c2"), "an id of its own"),
        (lambda nb, c: nb["metadata"].update(kernelspec={"name": "conda"}), "must be python3"),
        (lambda nb, c: c[0].update(source="## no title"), "begins with the title"),
        (
            lambda nb, c: c[1].update(source="from gptlab import start\nlesson = start(0)"),
            "first code cell must be",
        ),
        (lambda nb, c: c[5].update(source="lesson.summary()\n1"), "last code cell must be"),
        (lambda nb, c: c[0].update(source="# t\n" + "word " * 101), "102 words"),
        (lambda nb, c: c[0].update(source="# t\n" + "字" * 210), "106 words"),
        (
            lambda nb, c: c[0].update(
                source="# t\n" + "[w](http://a.b/c?d=e) **w** $a + b$ <br> " * 33
            ),
            None,
        ),
        (lambda nb, c: c[4].update(source="\n".join("abcdefghijklmnopqrstu")), "21 lines of code"),
        (
            lambda nb, c: c[4].update(source="def f():" + "\n    a = 1" * 15),
            "f is defined in more",
        ),
        (lambda nb, c: c[4].update(source="%time x = 1\n!ls"), None),
        (lambda nb, c: c[2].update(source="print()"), "one card (has 0)"),
        (lambda nb, c: c[3].update(source="print()"), "one check cell (has 0)"),
        (lambda nb, c: c[3].update(metadata={}), "alone and has the tag"),
        (
            lambda nb, c: c[4].update(source='check("ngram.perplexity")'),
            "belongs to another lesson",
        ),
        (lambda nb, c: c[4].update(source=f"x = '{'山' * 53}'"), "a line of 112 columns"),
        (lambda nb, c: c[4].update(execution_count=None), "one run from top to bottom"),
        (lambda nb, c: c[3].update(outputs=[]), "no output is kept"),
        (lambda nb, c: nb["metadata"].update(widgets={}), "state of widgets"),
        (
            lambda nb, c: c[4].update(
                outputs=[{"output_type": "error", "ename": "NameError", "traceback": []}]
            ),
            "an error: NameError",
        ),
        (
            lambda nb, c: c[4].update(outputs=output(name="stderr", text="warning")),
            "stderr: 'warning'",
        ),
        (
            lambda nb, c: c[4].update(outputs=output(text="in /home/me/gptlab/x.py")),
            "a path of this machine",
        ),
        (
            lambda nb, c: c[4].update(outputs=output(text=["in C:\\Users\\me"])),
            "a path of this machine",
        ),
        (
            lambda nb, c: c[4].update(
                outputs=output(text="see https://x.org/home/y and ../tmp/z, 1/tmp/2")
            ),
            None,
        ),
        (
            lambda nb, c: c[4].update(outputs=output(text="<Figure at 0x7f00aa11bb22>")),
            "raw object",
        ),
        (lambda nb, c: c[4].update(outputs=output(text="\x1b[31mred")), "terminal colours"),
        (
            lambda nb, c: c[4].update(
                outputs=output(
                    output_type="display_data", data={rules.WIDGET: {}, "text/html": "x"}
                )
            ),
            "view of a widget",
        ),
        (
            lambda nb, c: c[4].update(
                outputs=output(
                    output_type="display_data", data={"text/html": "base64,ab/tmp/cd /home/x"}
                )
            ),
            "'/home/x'",
        ),
        (lambda nb, c: c[4].update(outputs=output(text="x" * 1_000_000)), "at most 1 MB"),
    ],
)
def test_the_rules_see_what_breaks_them(tmp_path, change, why):
    path = tmp_path / "00_title.ipynb"
    path.write_text(json.dumps(broken(change), ensure_ascii=False), encoding="utf-8")
    found = rules.faults(path)
    assert (found == []) if why is None else any(why in fault for fault in found), found


def test_a_lesson_needs_a_name(tmp_path):
    assert "called like" in rules.faults(tmp_path / "1_title.ipynb")[0]
