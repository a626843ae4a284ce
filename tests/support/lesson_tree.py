"""A copy of the course in which every blank is empty, whatever the learner has written, and the tools of dev/."""

import ast
import shutil
from pathlib import Path

import nbformat

from dev import make_lessons as make
from gptlab.blanks.source_scan import scan
from gptlab.course.reset import with_stub
from tests.support.paths import ROOT

LESSONS = sorted((ROOT / "lessons").glob("[0-9][0-9]*_*.ipynb"))


def empty_copy(folder):
    """gptlab with empty blanks, solutions/ and lessons/ in `folder`; the trained models are the checkout's own."""
    ignored = shutil.ignore_patterns("__pycache__", "assets", ".ipynb_checkpoints")
    for name in ("gptlab", "solutions", "lessons"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    (folder / "gptlab" / "assets").symlink_to(ROOT / "gptlab" / "assets")
    for entry in scan(folder / "gptlab")[0].values():
        path = Path(entry.file)
        after, _ = with_stub(path.read_bytes(), entry.name, path.name)
        path.write_bytes(after)
    assert all(entry.empty for entry in scan(folder / "gptlab")[0].values())
    return folder


def learners_copy(folder, number):
    """The same as it is for a learner at a lesson who has no solutions/: all earlier blanks are written, by herself."""
    empty_copy(folder)
    (folder / "solutions").rename(folder / "written")  # her bodies, under another name
    for entry in scan(folder / "gptlab")[0].values():
        if entry.lesson >= number:
            continue
        path = Path(entry.file)
        room, lines = path.stem, path.read_text(encoding="utf-8").split("\n")
        stub = next(
            node
            for node in ast.parse("\n".join(lines)).body
            if getattr(node, "name", "") == entry.name
        )
        names = ", ".join(argument.arg for argument in stub.args.args)
        body = f"from written import {room} as own\n    return own.{entry.name}({names})"
        assert lines[stub.end_lineno - 1].strip() == "raise NotImplementedError"
        lines[stub.end_lineno - 1] = f"    {body}"
        path.write_text("\n".join(lines), encoding="utf-8")
    return folder


def run(tree, notebook, home, borrow="", **options):
    """Run a notebook on the copy; errors stay in its outputs."""
    return make.run(
        notebook,
        tree / "lessons",
        make.environment(home, tree, borrow),
        allow_errors=True,
        **options,
    )


def notebook_of(*sources):
    """A notebook of code cells."""
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])


def said(cell):
    """What a cell printed, showed as text, or failed with; its parts in order, (kind, text)."""
    found = []
    for output in cell.outputs:
        if output.output_type == "stream":
            found.append((output.name, output.text))
        elif output.output_type == "error":
            found.append((output.ename, "\n".join(output.traceback)))
        else:
            found.append(("shown", output.data.get("text/plain", output.data.get("text/html"))))
    return found
