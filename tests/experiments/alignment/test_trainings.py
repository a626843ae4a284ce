"""The small trainers: what a token's advantage is, and one tiny step of each on the shipped models."""

import math

import pytest
import torch

from gptlab.experiments.alignment import group_policy, preferences
from gptlab.experiments.alignment.bench import Bench, rectangle, reply_mask
from gptlab.experiments.alignment.group_policy import GRPO, RLOO, token_advantages
from gptlab.experiments.alignment.group_weights import shares_by_spread
from gptlab.experiments.alignment.ppo_runs import train_short_ppo


@pytest.fixture(scope="module")
def bench():
    return Bench(3)


def test_grpo_gives_every_reply_the_same_weight_and_rloo_every_token():
    mask = torch.arange(6) < torch.tensor([[2], [6]])
    rewards = torch.tensor([[1.0, -1.0]])
    for method, expected in ((GRPO, 1.0), (RLOO, 3.0)):
        aims = token_advantages(method, rewards, mask)
        assert float(aims[1].sum() / -aims[0].sum()) == pytest.approx(expected)
        assert (aims[~mask] == 0).all()


def test_alike_groups_weigh_much_in_grpo_and_little_in_rloo():
    rewards = torch.tensor([[0.0, 0.01, 0.0, 0.02], [0.0, 3.0, -3.0, 1.0]])
    (_, grpo, rloo), (_, grpo_wide, rloo_wide) = shares_by_spread(rewards, parts=2)
    assert 0.4 < grpo < 0.6
    assert rloo < 0.01
    assert grpo + grpo_wide == pytest.approx(1)
    assert rloo + rloo_wide == pytest.approx(1)


def test_the_mask_covers_exactly_the_replies(bench):
    written = bench.write(bench.reference, bench.measured_questions(4), 0, 2)
    _ids, keep, starts = rectangle(written)
    mask = reply_mask(keep, starts)
    for row, sequence, start in zip(mask, written.sequences, written.starts, strict=True):
        assert int(row.sum()) == len(sequence) - start
    assert len(written.judged) == 8


@pytest.mark.slow
def test_one_step_of_each_changes_the_policy(bench):
    def moved(policy):
        return any(
            not torch.equal(a, b)
            for a, b in zip(policy.parameters(), bench.reference.parameters(), strict=True)
        )

    ranked = preferences.rankings(bench, 30)
    assert moved(preferences.train_dpo(bench, ranked, steps=1, lr=1e-4))
    proxy = preferences.train_proxy(bench, ranked)
    assert moved(group_policy.train_group_policy(bench, proxy, RLOO, 1, 1e-4))
    assert moved(train_short_ppo(bench, proxy, 1, 1e-4, gamma=1.0))
    assert not moved(bench.reference)
    found = preferences.moved(bench, bench.reference, ranked[:4])
    assert found["best"] == pytest.approx(0, abs=1e-4)
    measured = bench.measure(bench.reference, {"proxy": proxy})
    assert measured["kl"] == pytest.approx(0, abs=1e-3)
    assert math.isfinite(measured["proxy"])
