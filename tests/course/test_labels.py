"""The learner's labels in their file: kept, resumed, taken back, and never lost."""

import json

import pytest

from gptlab.course import labels
from gptlab.course.labels import RANKED, SKIPPED, TIE, Label

ONE = Label("Capital of Peru?", ("Lima.", "Quito."), RANKED, (0, 1))
TWO = Label("秘鲁的首都？", ("利马。", "基多。", "库斯科。"), RANKED, (2, 0, 1))
THREE = Label("2 + 2?", ("4.", "Four."), TIE)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "state" / "labels.jsonl"


def test_labels_come_back_in_their_order_one_a_line(file):
    assert labels.of_file(file) == {}
    for label in (ONE, TWO, THREE):
        labels.keep(file, label)
    assert list(labels.of_file(file).values()) == [ONE, TWO, THREE]
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [row["order"] for row in rows] == [[0, 1], [2, 0, 1], []]
    assert "秘鲁" in file.read_text(encoding="utf-8")


def test_a_second_label_of_the_same_replies_takes_the_place_of_the_first(file):
    labels.keep(file, ONE)
    labels.keep(file, THREE)
    changed = Label(ONE.question, ONE.replies, SKIPPED)
    labels.keep(file, changed)
    assert list(labels.of_file(file).values()) == [THREE, changed]


def test_take_back(file):
    labels.keep(file, ONE)
    labels.keep(file, TWO)
    assert labels.take_back(file, TWO.key) == TWO
    assert labels.take_back(file, TWO.key) is None
    assert list(labels.of_file(file).values()) == [ONE]


def test_two_notebooks_do_not_lose_each_other_s_labels(file):
    labels.keep(file, ONE)
    before = labels.of_file(file)  # what another notebook read
    labels.keep(file, TWO)
    assert before != labels.of_file(file)
    labels.keep(file, THREE)
    assert len(labels.of_file(file)) == 3


def test_the_order_of_replies_is_part_of_the_key():
    turned = Label(ONE.question, ONE.replies[::-1], RANKED, (1, 0))
    assert turned.key != ONE.key


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        "[1, 2]",
        '{"question": "?", "replies": ["a", "b"], "kind": "ranked", "order": [0]}',
        '{"question": "?", "replies": ["a"], "kind": "tie", "order": []}',
        '{"question": "?", "replies": ["a", 7], "kind": "tie", "order": []}',
        '{"question": "?", "replies": ["a", "b"], "kind": "liked", "order": [0, 1]}',
        '{"question": "?"}',
    ],
)
def test_a_line_that_is_no_label_is_laid_aside_and_the_others_stay(file, capsys, line):
    labels.keep(file, ONE)
    with file.open("a", encoding="utf-8") as handle:
        handle.write(line + "\n")
    labels.keep(file, TWO)
    assert list(labels.of_file(file).values()) == [ONE, TWO]
    aside = file.with_name("labels-damaged-1.jsonl")
    assert aside.read_text(encoding="utf-8") == line + "\n"
    assert "1 line of" in capsys.readouterr().out


def test_bytes_that_are_no_text_are_laid_aside_as_they_are(file):
    labels.keep(file, ONE)
    with file.open("ab") as handle:
        handle.write(b"\xff\xfe\n")
    assert list(labels.of_file(file).values()) == [ONE]
    assert file.with_name("labels-damaged-1.jsonl").read_bytes() == b"\xff\xfe\n"


@pytest.mark.parametrize(("kind", "order"), [("ranked", (0, 0)), ("tie", (0, 1)), ("best", ())])
def test_a_label_that_means_nothing_is_refused(kind, order):
    with pytest.raises(ValueError, match="a label of kind"):
        Label("?", ("a", "b"), kind, order)


def test_the_file_lies_in_the_state_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("GPTLAB_HOME", str(tmp_path))
    assert labels.labels_file() == tmp_path / "labels.jsonl"
    assert labels.labels_file("rankings") == tmp_path / "rankings.jsonl"
