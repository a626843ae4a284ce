"""Whole runs with several seeds are gathered into one log."""

import json

import pytest

from dev import five_seeds

CHAT = {"gold": 1.5, "right": 0.6, "polite": 0.5, "rude": 0.1, "answers": 0.9}


def report(seed, preset="small"):
    by_stage = dict.fromkeys(five_seeds.TALKING, CHAT)
    return {
        "seed": seed,
        "preset": preset,
        "commit": "abc",
        "machine": {"processor": "x"},
        "seconds": 600.0,
        "ratio_to_floor": 1.1,
        "win_rate": {"ppo_ptx_vs_sft": {"mean": 0.7, "low": 0.6, "high": 0.8, "n": 1000}},
        "hallucination": {"sft": 0.4},
        "chat": by_stage,
        "recall_by_stage": {key: {"en": 0.9, "zh": 0.7} for key in five_seeds.TALKING},
        "pretraining_loss": dict.fromkeys(five_seeds.TALKING, 0.9),
    }


def test_reports_become_a_log_in_the_order_of_seeds(tmp_path, capsys):
    for seed in (1, 0):
        (tmp_path / str(seed)).mkdir()
        (tmp_path / str(seed) / "report.json").write_text(json.dumps(report(seed)))
    log = tmp_path / "log.json"
    assert five_seeds.main([str(tmp_path / "1"), str(tmp_path / "0"), "--log", str(log)]) == 0
    found = json.loads(log.read_text())
    assert found["seeds"] == [0, 1] and [run["seed"] for run in found["runs"]] == [0, 1]
    assert found["runs"][0]["wins"] == {"ppo_ptx_vs_sft": 0.7}
    assert found["runs"][0]["stages"]["sft"]["recall"] == 0.8
    assert list(found["runs"][0]["stages"]) == ["base", "sft", "ppo", "ppo_ptx"]
    assert "2 runs of small" in capsys.readouterr().out
    (tmp_path / "2").mkdir()
    (tmp_path / "2" / "report.json").write_text(json.dumps(report(2)))
    assert five_seeds.main([str(tmp_path / "2"), "--log", str(log), "--add"]) == 0
    more = json.loads(log.read_text())
    assert more["seeds"] == [0, 1, 2] and more["runs"][:2] == found["runs"]


@pytest.mark.parametrize("others", [[report(0)], [report(1, "tiny")]])
def test_runs_that_do_not_belong_together_are_refused(others):
    with pytest.raises(ValueError, match="of one preset"):
        five_seeds.gathered([report(0), *others])
    with pytest.raises(ValueError, match="of one preset"):
        five_seeds.gathered(others, five_seeds.gathered([report(0)]))
