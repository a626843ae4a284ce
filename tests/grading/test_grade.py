"""Grades of honest submissions: full, partial, wrong, empty; what is said of each blank; what the command writes."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from gptlab.blanks.registry import blanks
from gptlab.exercises.mistake import mistakes
from gptlab.grading import batch, reports
from gptlab.grading.child_tree import empty_rooms
from gptlab.grading.confined.limits import Limits
from gptlab.grading.confined_process import what_is_enforced
from gptlab.grading.grade import Plan, Result, Row
from gptlab.grading.submission import find, read
from tests.support.paths import ROOT
from tests.support.submissions import solved_rooms, with_body, write

KEY = "sampling.append_token"


def gptlab(*arguments, folder=ROOT):
    """Run the command; -> the finished process."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "gptlab", "grade", *map(str, arguments)]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=900
    )


# -- verdicts ----


@pytest.mark.slow
def test_all_references_have_full_marks(graded):
    result = graded(solved_rooms(), limits=Limits())
    wrong = [row.message for row in result.rows if row.state != "passes"]
    assert not wrong, "\n".join(wrong)
    assert result.percent == 100
    assert len(result.rows) == len(blanks())


def test_the_untouched_hand_out_has_none(graded):
    result = graded(empty_rooms())
    assert {row.state for row in result.rows} == {"empty"}
    assert (result.points, result.notes) == (0, ())
    assert all(row.hint for row in result.rows)


@pytest.mark.parametrize("lesson", [0, 3, 5])
def test_some_lessons_alone(graded, lesson):
    """Gradients, graphs of Values and functions as arguments go over the wire as if there were none."""
    rooms = solved_rooms()
    result = graded(rooms, lesson, limits=Limits())
    assert {row.lesson for row in result.rows} == {lesson}
    assert result.percent == 100, [row.message for row in result.rows if row.points == 0]


def test_a_known_mistake_is_named(graded):
    named = {known.name for known in mistakes(KEY)}
    row = graded(with_body(KEY, "ids.append(token)\nreturn ids"), 0).rows[0]
    assert row.state == "fails"
    assert row.diagnosis in named
    assert "likely" in row.message


def test_what_was_expected_and_what_came_are_told(graded):
    row = graded(with_body(KEY, "return [token, *ids, token, 77]"), 0).rows[0]
    lines = row.message.splitlines()
    assert len(lines) <= 12
    assert [line.split()[0] for line in lines[1:4]] == ["for", "expected", "got"]
    assert "77" in lines[3]


def test_a_missing_return_is_told(graded):
    row = graded(with_body("ngram.perplexity", "x = 1"), 1).rows
    row = next(one for one in row if one.key == "ngram.perplexity")
    assert "nothing is returned" in row.message


def test_the_line_of_an_error_is_told(graded):
    row = graded(with_body(KEY, "return [*ids, token] + 1 / 0"), 0).rows[0]
    assert "ZeroDivisionError" in row.message
    assert "(gptlab/sampling.py:" in row.message


def test_a_function_without_its_decorator_counts(graded):
    text = solved_rooms()["sampling"].decode()
    head = text[: text.index("def append_token")].rindex("@blank")
    end = text.index("\n", head) + 1
    assert graded({"sampling": (text[:head] + text[end:]).encode()}, 0).points == 1


def test_a_fault_costs_its_own_blank_alone(graded):
    """What calls an earlier lesson's wrong or missing function has the reference's answers instead."""
    rooms = {"attention": solved_rooms()["attention"]}
    rooms |= with_body("sampling.softmax", "return logits")
    rows = {row.key: row for row in graded(rooms, 1, 5, limits=Limits()).rows}
    assert rows["sampling.softmax"].state == "fails"
    row = rows["attention.scaled_dot_product_attention"]
    assert row.state == "passes", row.message
    assert row.stands_in == ("sampling.softmax",)


def test_an_empty_blank_of_the_same_lesson_is_waited_for(graded):
    text = solved_rooms()["attention"].decode()
    head = text.index("def split_heads(")
    body = text.index('"""', text.index('"""', head) + 3) + 3
    text = text[:body] + "\n    raise NotImplementedError\n" + text[body:]
    rows = {row.key: row for row in graded({"attention": text.encode()}, 5, limits=Limits()).rows}
    assert rows["attention.split_heads"].state == "empty"
    assert rows["attention.multi_head_attention"].state == "fails"
    assert "attention.split_heads" in rows["attention.multi_head_attention"].message


def test_twice_the_same(graded):
    rooms = solved_rooms() | with_body(KEY, "return ids")
    assert graded(rooms, 0, 1) == graded(rooms, 0, 1)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems enforce less")
def test_linux_enforces_everything():
    assert what_is_enforced().missing() == []


# -- reports ----

HOSTILE = "<script>\x1b[31m|`*_[x](y)\n✓ passes\x00"


def made(name="ada", message="✗ a\n  got       x", diagnosis=None):
    rows = (
        Row(KEY, 0, "fails", 0.0, 1, message, diagnosis, "look", ()),
        Row("ngram.perplexity", 1, "passes", 2.0, 2, "✓", None, "", ()),
    )
    return Result(name, "f", rows)


def test_json_and_back():
    result = made()
    assert reports.from_dict(json.loads(json.dumps(reports.as_dict(result)))) == result


def test_junit_holds_whatever_a_submission_says():
    text = reports.as_junit([made(HOSTILE, HOSTILE, HOSTILE)])
    suite = ElementTree.fromstring(text.encode())[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert suite[0][0].tag == "failure"


def test_markdown_holds_whatever_a_submission_says():
    text = reports.as_markdown([made(HOSTILE, HOSTILE, HOSTILE)])
    assert "<script>" not in text
    table = [line for line in text.splitlines() if line.startswith("| ✗")]
    assert len(table) == 1
    assert table[0].replace(r"\|", "").count("|") == 6


def test_csv_has_no_formulas():
    rows = list(csv.reader(io.StringIO(reports.as_csv([made("=cmd|' /C calc'!A0"), made("bob")]))))
    assert rows[1][0].startswith("'=")
    assert rows[2][:4] == ["bob", "66.7", "2", "3"]
    assert rows[0][7:9] == ["lesson 0", "lesson 1"]


# -- the command ----


def test_the_command_writes_all_it_is_asked_for(tmp_path):
    folder = write(tmp_path / "ada", {"sampling": solved_rooms()["sampling"]})
    (tmp_path / "class.toml").write_text('[points]\n"sampling.append_token" = 7\n')
    files = [tmp_path / name for name in ("g.json", "g.xml", "g.md")]
    ran = gptlab(
        *(folder, "--lesson", 0, "--class", tmp_path / "class.toml", "--no-notebooks"),
        *("--json", files[0], "--junitxml", files[1], "--markdown", files[2]),
    )
    assert ran.returncode == 0, ran.stderr
    assert "ada: 7 of 7 points (100%)" in ran.stdout
    assert json.loads(files[0].read_text())["submissions"][0]["points"] == 7
    assert ElementTree.parse(files[1]).getroot().tag == "testsuites"
    assert "### ada: 7 of 7" in files[2].read_text()


def test_the_pass_mark_decides_the_exit_status(tmp_path):
    folder = write(tmp_path / "ada", {"sampling": empty_rooms()["sampling"]})
    assert gptlab(folder, "--lesson", 0).returncode == 1
    assert gptlab(folder, "--lesson", 0, "--pass-mark", 0).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "there is no file or folder nowhere"),
        ([".", "--lesson", "77"], "lesson 77 has no functions"),
        ([".", "--class", "nowhere.toml"], "nowhere.toml: No such file"),
    ],
)
def test_one_clear_line_for_what_cannot_be_done(tmp_path, arguments, said):
    ran = gptlab(*arguments, folder=tmp_path)
    assert ran.returncode == 1
    assert said in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


# -- a class ----


def make_class(folder):
    """Four submissions: good, partial, none at all, hostile."""
    write(folder / "ada", {"sampling": solved_rooms()["sampling"]})
    write(folder / "bob", with_body(KEY, "return ids"))
    (folder / "cyd").mkdir()
    (folder / "cyd" / "essay.txt").write_text("the dog ate it")
    write(folder / "dan", with_body(KEY, "import os; os.kill(os.getppid(), 9)"))
    return folder


def test_a_class_is_graded_and_resumed(tmp_path):
    make_class(tmp_path / "class")
    command = (tmp_path / "class", "--lesson", 0, "--jobs", 2, "--cpu", 2, "--out")
    ran = gptlab(*command, tmp_path / "g")
    assert ran.returncode == 1
    table = (tmp_path / "g" / "grades.csv").read_text()
    rows = list(csv.reader(io.StringIO(table)))
    assert [row[:3] for row in rows[1:]] == [
        ["ada", "100.0", "1"],
        ["bob", "0.0", "0"],
        ["cyd", "0.0", "0"],
        ["dan", "0.0", "0"],
    ]
    assert "holds no gptlab/" in rows[3][-1]
    # a second run takes what is kept: another text is judged again, the others are not
    kept = tmp_path / "g" / "ada.json"
    kept.write_text(kept.read_text().replace('"points": 1', '"points": 0.5'))
    write(tmp_path / "class" / "eve", {"sampling": solved_rooms()["sampling"]})
    (tmp_path / "class" / "bob" / "gptlab" / "sampling.py").write_bytes(solved_rooms()["sampling"])
    assert gptlab(*command, tmp_path / "g").returncode == 1
    rows = list(csv.reader(io.StringIO((tmp_path / "g" / "grades.csv").read_text())))
    assert [(row[0], row[2]) for row in rows[1:]] == [
        ("ada", "0.5"),  # taken from the file
        ("bob", "1"),
        ("cyd", "0"),
        ("dan", "0"),
        ("eve", "1"),
    ]


def test_a_result_that_cannot_be_kept_is_said(tmp_path, monkeypatch):
    def work(todo, plan, finish):
        finish(todo.get(), Result("cyd", "", ()))

    monkeypatch.setattr(batch, "_work", work)
    (tmp_path / "g" / "cyd.json").mkdir(parents=True)
    (result,) = batch.grade_all([("cyd", tmp_path / "cyd")], Plan((0,)), 1, tmp_path / "g", print)
    assert result.notes[0].startswith(batch.NOT_KEPT)


def test_a_zip_beside_a_folder_of_its_name_keeps_a_name_of_its_own(tmp_path):
    write(tmp_path / "ada", solved_rooms())
    shutil.make_archive(str(tmp_path / "ada"), "zip", tmp_path / "ada")
    named = [read(path, name).name for name, path in find(tmp_path)]
    assert named == ["ada", "ada.zip"]


def test_a_judge_that_ends_costs_one_submission(tmp_path, monkeypatch):
    """However a judge ends, the submission that it had in hand is named, and another judge goes on."""
    make_class(tmp_path / "class")
    items = [(path.name, path) for path in sorted((tmp_path / "class").iterdir())]
    environment = tmp_path / "sitecustomize.py"
    environment.write_text(
        "import sys, os\n"
        "if 'gptlab.grading.worker' in ' '.join(sys.orig_argv):\n"
        "    import gptlab.grading.submission as one\n"
        "    real = one.read\n"
        "    one.read = lambda path, name='': os._exit(3) if name == 'bob' else real(path, name)\n"
    )
    monkeypatch.setattr(batch, "PACKAGE_PATHS", [str(tmp_path), str(ROOT)])
    results = batch.grade_all(items, Plan((0,), {}, Limits(2, 12, 512)), 1, tmp_path / "g", print)
    assert [one.error for one in results][1] == "the judge ended (exit status 3)"
    assert results[0].points == 1
    assert "holds no gptlab/" in results[2].error
