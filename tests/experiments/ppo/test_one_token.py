"""The policy gradient on one token: against nudging, and what a baseline does to its noise."""

import pytest
import torch

from gptlab.experiments.ppo.one_token import (
    PROBS,
    REWARDS,
    estimates,
    learning_curves,
    logits_of,
    pushed,
    sampled_gradient,
)

GENEROUS = (7.0, 4.0, 5.0)


def test_the_sampled_gradient_weighted_by_the_policy_is_the_slope_of_the_expected_reward():
    z, rewards = logits_of(), torch.tensor(REWARDS, dtype=torch.float64)
    mean = sum(
        p * sampled_gradient(z, rewards[[i]], torch.tensor([i])) for i, p in enumerate(PROBS)
    )
    for i in range(3):
        up, down = z.clone(), z.clone()
        up[i] += 1e-5
        down[i] -= 1e-5
        j_up, j_down = ((x.softmax(0) * rewards).sum() for x in (up, down))
        assert float(mean[i]) == pytest.approx(float(j_up - j_down) / 2e-5, abs=1e-8)


def test_exact_pushes_do_not_see_a_constant():
    assert pushed(REWARDS, 10) == pytest.approx(pushed(GENEROUS, 10))
    assert pushed((1.0, 1.0, 1.0), 10) == pytest.approx(PROBS)
    assert pushed(REWARDS, 0) == pytest.approx(PROBS)
    assert pushed(REWARDS, 40)[0] > 0.9


def test_a_baseline_takes_the_noise_of_a_constant_away():
    plain, generous = estimates(REWARDS), estimates(GENEROUS)
    less = estimates(GENEROUS, baseline=5.0)
    assert torch.allclose(plain, less)
    assert float(generous.std(0)[0]) > 4 * float(plain.std(0)[0])
    assert torch.allclose(plain.mean(0), generous.mean(0), atol=0.2)


def test_without_a_baseline_some_policies_get_stuck():
    ends = {
        baseline: [curve[-1] for curve in learning_curves(GENEROUS, baseline, n_samples=1)]
        for baseline in (False, True)
    }
    assert min(ends[True]) > 0.9
    assert min(ends[False]) < 0.1
