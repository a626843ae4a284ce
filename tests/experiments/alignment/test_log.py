"""The log that ships: it holds together, and a stopped making of it goes on."""

import json
import math

import pytest

from dev import alignment_log
from gptlab.experiments.alignment import log as alignment_runs
from gptlab.experiments.alignment.log import (
    false_lines,
    gold_won,
    mean_tax,
    read_five_seeds,
    read_log,
    summed_facts,
)


@pytest.fixture(scope="module")
def log():
    return read_log()


def test_the_log_says_how_it_was_made(log):
    assert log["made"]["command"].startswith("python -m dev.alignment_log")
    assert log["made"]["commit"]
    assert set(log["made"]["seeds"]) == {row["seed"] for row in log["start"]}


def test_every_proxy_promises_more_with_every_n(log):
    assert {row["proxy_of"] for row in log["best_of_n"]} == {*alignment_log.RANKINGS, 12_000}
    for row in log["best_of_n"]:
        assert row["proxy"] == sorted(row["proxy"])
        for n, kl in zip(row["n"], row["kl"], strict=True):
            assert kl <= math.log(n) - (n - 1) / n + 0.3  # an estimate under its upper bound
        assert row["n"][-1] >= 256


def test_gold_turns(log):
    for row in log["best_of_n"]:
        assert max(row["gold"][1:-1]) > max(row["gold"][0], row["gold"][-1])


def test_the_settings_of_the_tax_are_all_there_for_the_first_seed(log):
    found = {(row["beta"], row["gamma"]) for row in log["tax"] if row["seed"] == 0}
    assert found == set(alignment_log.TAX)


def test_pages_pay_more_of_the_tax_than_any_beta(log):
    start = log["start"][0]["page_loss"]
    without = [mean_tax(log, beta, 0.0)["page_loss"] - start for beta in (0.1, 1.0, 10.0)]
    assert 0 < mean_tax(log, 0.1, 1.0)["page_loss"] - start < min(without)


def test_all_methods_were_measured_on_the_way(log):
    for row in log["methods"]:
        assert [point["round"] for point in row["points"]] == list(alignment_log.LOOK_AT)
        assert all(math.isfinite(point["kl"]) for point in row["points"])
    assert {row["method"] for row in log["methods"]} == set(alignment_log.METHODS)
    assert len(false_lines(log)) == 3 + 2 * len(alignment_log.METHODS)


def test_gold_on_the_way_to_a_kl():
    points = [{"kl": 1.0, "gold": 2.0}, {"kl": 3.0, "gold": 1.0}]
    assert gold_won(points, 1.0, [0.5, 2.0]) == pytest.approx([0.5, 0.5])
    assert math.isnan(gold_won(points, 1.0, [5.0])[0])


def test_tables_of_claims_are_added_up():
    assert summed_facts([{"facts": [[1, 0], [2, 1]]}, {"facts": [[3, 1], [0, 0]]}]) == [
        [4, 1],
        [2, 1],
    ]


def test_five_seeds_are_read_where_they_are(tmp_path):
    assert read_five_seeds(tmp_path / "five_seeds.json") is None
    runs = [{"seed": s, "stages": {"sft": {"gold": 1.0 + s}}} for s in (0, 1)]
    file = tmp_path / "five_seeds.json"
    file.write_text(json.dumps({"seeds": [0, 1], "runs": runs}), encoding="utf-8")
    assert read_five_seeds(file) == {"sft": [{"gold": 1.0}, {"gold": 2.0}]}


def test_what_is_finished_is_not_made_again(tmp_path, monkeypatch, capsys):
    work = alignment_log.Work(tmp_path)
    work.add({"part": "start", "seed": 0, "gold": 1.2})
    again = alignment_log.Work(tmp_path)
    assert again.has(part="start", seed=0)
    assert not again.has(part="start", seed=1)
    monkeypatch.setattr(alignment_runs, "LOG", tmp_path / "log.json")
    alignment_log.save(again, seeds=3)
    written = read_log(tmp_path / "log.json")
    assert written["start"] == [{"seed": 0, "gold": 1.2}]
    assert written["tax"] == []
    assert "start" in capsys.readouterr().out
