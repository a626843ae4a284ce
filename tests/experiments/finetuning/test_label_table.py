"""The long table: what ships holds together, and a row can be made again."""

import hashlib
import math

import pytest

from dev.finetuning_log import plan
from gptlab.engine.model.shipped import FOLDER
from gptlab.experiments.finetuning import label_table
from gptlab.experiments.finetuning.label_table import SCRATCH, Row, by_setting, interval


def probability_within(t, freedom, n=20_000):
    """Student's density from −t to t, summed up."""
    scale = math.gamma((freedom + 1) / 2) / math.gamma(freedom / 2) / math.sqrt(freedom * math.pi)
    points = [-t + 2 * t * (i + 0.5) / n for i in range(n)]
    return sum(scale * (1 + x * x / freedom) ** (-(freedom + 1) / 2) for x in points) * 2 * t / n


def test_intervals_are_student_s():
    for n_seeds, t in label_table.T_95.items():
        assert probability_within(t, n_seeds - 1) == pytest.approx(0.95, abs=2e-4)
    mean, half = interval([0.2, 0.5, 0.8])
    assert (mean, half) == pytest.approx((0.5, 4.303 * 0.3 / math.sqrt(3)))
    assert interval([0.4]) == (0.4, 0.0)


def test_a_table_comes_back_as_it_was_saved(tmp_path):
    rows = [Row("mood", 8, None, 0.0, 1, 0.5), Row("mood", 8, SCRATCH, 0.0, 1, 0.25)]
    label_table.save(rows, {"commit": "abc"}, tmp_path / "logs" / "table.json")
    assert label_table.load(tmp_path / "logs" / "table.json") == (rows, {"commit": "abc"})


def test_seeds_of_one_setting_come_together():
    rows = [Row("mood", 8, seed=s, accuracy=s / 10) for s in (1, 2)]
    assert by_setting(rows) == {("mood", 8, None, 0.5): [0.1, 0.2]}


def test_the_shipped_table_is_whole_and_of_the_shipped_model():
    rows, made = label_table.load()
    assert len(made["seeds"]) >= 2
    planned = plan(len(made["seeds"]))
    assert [(*row.setting, row.seed) for row in rows] == [(*r.setting, r.seed) for r in planned]
    assert all(0 <= row.accuracy <= 1 and not math.isnan(row.accuracy) for row in rows)
    weights = (FOLDER / "base" / "model.safetensors").read_bytes()
    assert made["base_sha256"] == hashlib.sha256(weights).hexdigest(), (
        "the shipped model has changed: run `python -m dev.finetuning_log`"
    )


@pytest.mark.parametrize("task", ["mood", "multiple choice"])
def test_pretraining_is_worth_something_in_the_shipped_table(task):
    """GPT-1's finding (Table 5), where there are labels enough to learn the task at all."""
    rows, _ = label_table.load()
    table = by_setting(rows)
    most = max(row.n_labels for row in rows if row.task == task)
    pretrained, wide = interval(table[task, most, None, 0.0])
    scratch, wide_too = interval(table[task, most, SCRATCH, 0.0])
    assert pretrained - wide > scratch + wide_too
