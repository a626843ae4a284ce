"""Ways around PPO: where they end, what they estimate, and what is refused."""

import itertools
import math

import pytest
import torch

from gptlab import alignment
from tests.support.tensors import normal


@pytest.mark.parametrize("n", [1, 2, 3, 8, 64])
def test_best_of_n_kl_by_integration(n):
    """The best of n draws from a continuous law has density n·uⁿ⁻¹ over the quantile u."""
    u = (torch.arange(2_000_000, dtype=torch.float64) + 0.5) / 2_000_000
    density = n * u ** (n - 1)
    kl = torch.xlogy(density, density).mean().item()
    assert alignment.best_of_n_kl(n) == pytest.approx(kl, abs=1e-5)  # the midpoint rule's own error


def test_best_of_n_kl_bounds_the_truth_over_few_replies():
    m, n = 16, 1024  # equally likely replies
    wins = [(j / m) ** n - ((j - 1) / m) ** n for j in range(1, m + 1)]
    kl = sum(p * math.log(p * m) for p in wins if p > 0)
    assert kl == pytest.approx(math.log(m), abs=1e-3)
    assert (
        alignment.best_of_n_kl(n) == pytest.approx(5.93, abs=0.005)
        and alignment.best_of_n_kl(n) > kl
    )
    assert alignment.best_of_n_kl(1) == 0
    with pytest.raises(ValueError, match="0"):
        alignment.best_of_n_kl(0)


def test_dpo_finds_the_closed_form_policy():
    """Trained on preferences of a known reward, DPO ends at π ∝ π_ref · e^(r/β)."""
    beta, replies = 0.5, torch.tensor([0.2, -0.4, 0.9], dtype=torch.float64)
    reference = torch.tensor([0.1, 0.3, -0.2], dtype=torch.float64).log_softmax(0)
    scores = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [scores], max_iter=100, tolerance_grad=1e-12, line_search_fn="strong_wolfe"
    )

    def expected_loss():
        optimizer.zero_grad()
        policy, total = scores.log_softmax(0), 0.0
        for w, l in itertools.permutations(range(3), 2):
            wins = torch.sigmoid(replies[w] - replies[l])
            pair = (
                policy[w : w + 1],
                policy[l : l + 1],
                reference[w : w + 1],
                reference[l : l + 1],
            )
            total = total + wins * alignment.dpo_loss(*pair, beta)
        total.backward()
        return total

    optimizer.step(expected_loss)
    optimum = (reference + replies / beta).softmax(0)
    assert torch.allclose(scores.softmax(0), optimum, atol=1e-7)  # the optimiser's own tolerance


def test_leave_one_out_gives_an_unbiased_gradient_by_enumeration():
    """Over all pairs of draws, E[Σ_i A_i ∇log π(y_i)] / K is the gradient of the expected reward."""
    scores, rewards, k = (
        normal(3).requires_grad_(),
        torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64),
        2,
    )
    (truth,) = torch.autograd.grad((scores.softmax(0) * rewards).sum(), scores)
    logprobs = scores.log_softmax(0)
    surrogate = 0.0
    for draws in itertools.product(range(3), repeat=k):
        index = torch.tensor(draws)
        advantages = alignment.leave_one_out_advantages(rewards[index])
        chance = logprobs.detach()[index].sum().exp()
        surrogate = surrogate + chance * (advantages * logprobs[index]).sum() / k
    (estimate,) = torch.autograd.grad(surrogate, scores)
    assert torch.allclose(estimate, truth, atol=1e-14)


@pytest.mark.parametrize("of", [alignment.group_advantages, alignment.leave_one_out_advantages])
def test_advantages_of_a_single_reply_are_refused(of):
    with pytest.raises(ValueError, match="1.*2"):
        of(torch.zeros(2, 1))
