"""β against pages at equal gold: by hand, and what lesson 14a says of the shipped log."""

import math

import pytest

from gptlab.experiments.alignment import equal_gold
from gptlab.experiments.alignment.log import read_five_seeds, read_log


def test_between_two_points_the_tax_lies_on_their_line():
    path = [(0.0, 0.08), (0.2, 0.04), (0.1, 0.02)]
    assert equal_gold.tax_at_gold(path, 0.05) == pytest.approx(0.07)
    assert equal_gold.tax_at_gold(path, 0.15) == pytest.approx(0.03)  # the cheaper of two ways
    assert math.isnan(equal_gold.tax_at_gold(path, 0.3))
    assert equal_gold.tax_at_gold([(0.1, 0.05), (0.1, 0.03)], 0.1) == 0.05


def test_in_every_seed_pages_cost_less_than_any_beta():
    by_seed = equal_gold.paths(read_log())
    assert by_seed
    for without, mixed in by_seed.values():
        gold, tax = mixed[1.0]
        assert tax < min(paid for _, paid in without)
        at_equal_gold = equal_gold.tax_at_gold(without, gold)
        assert math.isnan(at_equal_gold) or tax < at_equal_gold


def test_a_line_for_each_seed():
    log = read_log()
    lines = equal_gold.equal_gold_lines(log)
    assert len(lines) == len({row["seed"] for row in log["tax"]})
    assert all("β alone" in line and len(line) < 110 for line in lines)


def test_what_the_lesson_says_of_whole_runs():
    """In every seed: more loss on pages after PPO; with pages, as much as after SFT, and more gold than it."""
    runs = read_five_seeds()
    if runs is None:
        pytest.skip("whole runs are not measured yet")
    for sft, ppo, ptx in zip(runs["sft"], runs["ppo"], runs["ppo_ptx"], strict=True):
        assert ppo["page_loss"] - sft["page_loss"] > 0.05
        assert abs(ptx["page_loss"] - sft["page_loss"]) < 0.03
        assert ptx["gold"] > sft["gold"]


def test_one_method_is_first_in_every_seed():
    log = read_log()
    firsts = equal_gold.first_at_kl(log, 4)
    assert len(firsts) == len(log["made"]["seeds"]) and set(firsts) == {"DPO"}
