"""Best-of-n by counting, its KL exactly and from samples, and the hump that is fitted to it."""

import itertools
import math

import pytest
import torch

from gptlab.blanks.registry import reference
from gptlab.experiments.alignment import best_of_n as bon
from gptlab.experiments.alignment.log import at_kl, false_share, fit_hump, five_seed_lines
from gptlab.experiments.alignment.toy_goodhart import toy_curves

SCORES = torch.tensor([0.3, -1.0, 2.0, 0.3, 1.5], dtype=torch.float64)
GOLD = torch.tensor([1.0, 5.0, -2.0, 3.0, 0.5], dtype=torch.float64)


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_the_curve_is_the_mean_over_all_ways_to_choose(n):
    found = bon.best_of_curve(SCORES, [SCORES, GOLD], [n])[:, 0].tolist()
    choices = list(itertools.combinations(range(5), n))
    proxy = sum(max(float(SCORES[i]) for i in chosen) for chosen in choices) / len(choices)
    gold = 0.0
    for chosen in choices:
        top = max(float(SCORES[i]) for i in chosen)
        gold += sum(float(GOLD[i]) for i in chosen if SCORES[i] == top) / sum(
            float(SCORES[i]) == top for i in chosen
        )
    assert found[0] == pytest.approx(proxy)
    if n in (1, 5):  # where two replies of one score are shared evenly by both ways of counting
        assert found[1] == pytest.approx(gold / len(choices))


def test_the_best_of_more_than_there_are_is_refused():
    with pytest.raises(ValueError, match="best of 6"):
        bon.chosen_shares(5, 6)


def test_the_exact_kl_by_hand_and_under_its_bound():
    four = torch.full((4,), 0.25)
    by_hand = sum(k / 16 * math.log(k / 4) for k in (1, 3, 5, 7))
    assert bon.exact_kl(four, torch.arange(4.0), 2) == pytest.approx(by_hand)
    assert bon.exact_kl(torch.full((16,), 1 / 16), torch.arange(16.0), 1024) == pytest.approx(
        math.log(16), abs=1e-4
    )
    many = torch.full((4000,), 1 / 4000)
    for n in (1, 2, 16):
        bound = reference("alignment.best_of_n_kl")(n)
        exact = bon.exact_kl(many, torch.randperm(4000).float(), n)
        assert exact <= bound + 1e-9
        assert exact == pytest.approx(bound, abs=0.01)


def test_the_sampled_kl_finds_the_exact_one():
    generator = torch.Generator().manual_seed(0)
    p = torch.softmax(2 * torch.randn(200, generator=generator), 0).double()
    scores = torch.randn(200, generator=generator)
    drawn = torch.multinomial(p, 4096, replacement=True, generator=generator)
    counts = torch.bincount(drawn, minlength=200)
    seen = counts > 0
    for n in (1, 4, 32):
        found = bon.sampled_kl(counts[seen], p[seen].log(), scores[seen], n)
        assert found == pytest.approx(bon.exact_kl(p, scores, n), abs=0.05)


def test_replies_rarer_than_the_last_digit_do_not_spoil_the_sampled_kl():
    counts, logs = torch.tensor([1, 1023]), torch.tensor([-60.0, 0.0], dtype=torch.float64)
    assert abs(bon.sampled_kl(counts, logs, torch.tensor([0.0, 1.0]), 1)) < 0.1


def test_a_hump_is_found_again():
    kl = [0.0, 0.25, 1.0, 4.0, 9.0]
    gold = [2 + math.sqrt(x) * (1.5 - 0.5 * math.sqrt(x)) for x in kl]
    assert fit_hump(kl, gold) == pytest.approx((1.5, 0.5))


def test_noise_only_dilutes_and_blindness_ruins():
    found = toy_curves(ns=(1, 8, 1024))
    noisy, blind = found["noisy"], found["blind"]
    assert noisy.correlation == pytest.approx(blind.correlation, abs=0.01)
    assert noisy.gold[0] < noisy.gold[1] < noisy.gold[2]
    assert blind.gold[2] < blind.gold[0] < blind.gold[1]


def test_a_point_between_two_and_none_outside():
    points = [{"kl": 1.0, "gold": 2.0}, {"kl": 3.0, "gold": 4.0}]
    assert at_kl(points, 2.0, "gold") == pytest.approx(3.0)
    assert math.isnan(at_kl(points, 4.0, "gold"))


def test_false_replies_at_the_lengths_of_others():
    curt = [[90.0, 9.0], [10.0, 5.0]]
    assert false_share(curt) == pytest.approx(0.14)
    assert false_share(curt, like=[[10.0, 0.0], [90.0, 0.0]]) == pytest.approx(0.46)
    assert false_share([[4.0, 1.0], [0.0, 0.0]], like=[[1.0, 0.0], [9.0, 0.0]]) == pytest.approx(
        0.25
    )


def test_lines_of_whole_runs():
    found = {"sft": [{"gold": 1.0}, {"gold": 3.0}], "ppo": [{"gold": 2.0}, {"gold": 2.0}]}
    lines = five_seed_lines(found)
    assert lines[1].split() == ["gold", "2.000", "±", "1.414", "2.000", "±", "0.000"]
