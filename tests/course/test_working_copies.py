"""The learner's own copies of the lessons: clean at first, hers afterwards, brought up to date without loss."""

import json

import pytest

from gptlab.blanks import source_scan
from gptlab.cli import main
from gptlab.course import lesson_files, working_copies
from tests.support.paths import ROOT


def cell(name, text, kind="code", printed=None):
    found = {"id": name, "cell_type": kind, "metadata": {}, "source": [text]}
    if kind == "code":
        outputs = (
            [{"output_type": "stream", "name": "stdout", "text": [printed]}] if printed else []
        )
        found |= {"outputs": outputs, "execution_count": 7 if printed else None}
    return found


def notebook(*cells):
    return {"cells": list(cells), "metadata": {"widgets": {}}, "nbformat": 4, "nbformat_minor": 5}


FIRST = notebook(cell("a", "# 05", "markdown"), cell("b", "x = 1", printed="1"), cell("c", "y = 2"))


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A checkout of one lesson; -> (its notebook, the learner's copy)."""
    monkeypatch.setattr(source_scan, "CHECKOUT", tmp_path)
    original = tmp_path / "lessons" / "05_x.ipynb"
    original.parent.mkdir()
    original.write_text(json.dumps(FIRST))
    return original, tmp_path / "my_lessons" / "05_x.ipynb"


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def sources(path):
    return ["".join(one["source"]) for one in read(path)["cells"]]


def test_a_copy_has_no_outputs_and_is_then_left_alone(course):
    original, mine = course
    assert working_copies.bring_up_to_date([original]) == []
    assert sources(mine) == ["# 05", "x = 1", "y = 2"]
    assert not any(one.get("outputs") or one.get("execution_count") for one in read(mine)["cells"])
    assert "widgets" not in read(mine)["metadata"]
    hers = read(mine)
    hers["cells"][1]["source"] = ["x = 10"]
    mine.write_text(json.dumps(hers))
    assert working_copies.bring_up_to_date([original]) == [] and read(mine) == hers
    assert read(original) == FIRST


def test_a_new_edition_keeps_what_is_hers(course):
    original, mine = course
    working_copies.bring_up_to_date([original])
    hers = read(mine)
    hers["cells"][1] = cell("b", "x = 10", printed="10")  # changed by her, and by the new edition
    hers["cells"][2] = cell("c", "y = 2", printed="ran")  # only run
    hers["cells"] += [cell("d", "mine = 3")]  # added
    mine.write_text(json.dumps(hers))
    edition = notebook(
        cell("a", "# 05 again", "markdown"),
        cell("b", "x = 2"),
        cell("d", "new = 0"),
        cell("e", "y = 2"),
    )
    original.write_text(json.dumps(edition))
    (told,) = working_copies.bring_up_to_date([original])
    assert "my_lessons/05_x.ipynb" in told and "my_lessons/before/05_x-1.ipynb" in told
    assert sources(mine) == ["x = 10", "# 05 again", "x = 2", "new = 0", "y = 2", "mine = 3"]
    ran = [one["outputs"][0]["text"] for one in read(mine)["cells"] if one.get("outputs")]
    assert ran == [["10"], ["ran"]]
    names = [one["id"] for one in read(mine)["cells"]]
    assert len(set(names)) == len(names)
    assert read(mine.parent / "before" / "05_x-1.ipynb") == hers
    assert working_copies.bring_up_to_date([original]) == []


def test_a_changed_cell_stays_where_the_new_edition_did_not_touch_it(course):
    original, mine = course
    working_copies.bring_up_to_date([original])
    hers = read(mine)
    hers["cells"][1]["source"] = ["x = 10"]
    del hers["cells"][0]  # what she deleted stays deleted
    mine.write_text(json.dumps(hers))
    more = notebook(*FIRST["cells"][:2], cell("n", "new"), FIRST["cells"][2])
    original.write_text(json.dumps(more))
    working_copies.bring_up_to_date([original])
    assert sources(mine) == ["x = 10", "new", "y = 2"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"cells": []}', '{"cells": [], "metadata": {"gptlab": 3}}']
)
def test_what_is_no_copy_is_left_alone_and_can_be_begun_anew(course, text):
    original, mine = course
    mine.parent.mkdir()
    mine.write_text(text)
    (told,) = working_copies.bring_up_to_date([original])
    assert "left alone" in told and "gptlab lab 5 --fresh" in told and mine.read_text() == text
    assert "my_lessons/before/05_x-1.ipynb" in working_copies.start_anew(original)
    assert sources(mine) == ["# 05", "x = 1", "y = 2"]
    assert (mine.parent / "before" / "05_x-1.ipynb").read_text() == text


def test_every_lesson_can_be_copied():
    for path in lesson_files.notebooks().values():
        bare = working_copies.clean(read(path))
        names = [name for name, _ in bare["metadata"]["gptlab"]["cells"]]
        assert len(set(names)) == len(names) == len(bare["cells"])
        assert lesson_files.notebooks()[lesson_files.name_of(path)] == path


def test_fresh_wants_a_lesson(course, capsys):
    assert main.main(["lab", "--fresh"]) == 1
    assert capsys.readouterr().err == "gptlab: --fresh wants a lesson: gptlab lab 5 --fresh\n"
    assert main.main(["lab", "5", "--fresh", "--originals"]) == 2
    assert "--originals: not allowed with argument --fresh" in capsys.readouterr().err


def test_git_leaves_the_copies_alone():
    assert "my_lessons/" in (ROOT / ".gitignore").read_text().split()
