"""`gptlab town`: a diary and a summary, the same for a program, and one clear line for what it cannot do."""

import json

import pytest

from gptlab.cli import main


def run(capsys, *words):
    status = main.main(["town", *words])
    found = capsys.readouterr()
    return status, found.out, found.err


def test_a_day_as_a_diary_and_a_file(capsys, tmp_path):
    file = tmp_path / "town.json"
    status, out, err = run(capsys, "--days", "1", "--seed", "3", "--out", str(file))
    assert status == 0 and not err
    assert out.startswith("day 1, ") and "of 25 know it" in out
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept["seed"] == 3 and kept["days"] == 1 and len(kept["memories"]) == 25


def test_the_summary_for_a_program(capsys):
    status, out, _ = run(capsys, "--days", "1", "--seed", "3", "--json")
    found = json.loads(out)
    assert status == 0 and set(found["news"]) == {"party", "mayor"}
    for news in found["news"].values():
        assert news["known_by"] == len(news["learnt"])


@pytest.mark.parametrize("words", [["--days", "0"], ["--days", "many"], ["--seed", "-1"]])
def test_a_wrong_number_is_refused_in_one_line(capsys, words):
    status, out, err = run(capsys, *words)
    assert status == 2 and not out and len(err.strip().splitlines()) == 1


def test_a_folder_that_is_not_there_is_named_before_anything_runs(capsys, tmp_path):
    status, out, err = run(capsys, "--out", str(tmp_path / "nowhere" / "town.json"))
    assert status == 1 and not out and "there is no such folder" in err
