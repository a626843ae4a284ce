"""PPO's parts by enumeration, by quadrature, and as properties."""

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gptlab import ppo
from tests.support.tensors import normal


def test_token_log_probs_of_all_texts_sum_to_1():
    step = normal(3, 3)  # a bigram model: row = previous token
    total = 0.0
    for text in itertools.product(range(3), repeat=3):
        ids = torch.tensor([[0, *text]])
        total += ppo.token_log_probs(step[ids[0]][None], ids).sum().exp().item()
    assert total == pytest.approx(1, abs=1e-13)


def unchanged(function, *args):
    """Call, and assert that no tensor among the arguments was written to."""
    before = [x.clone() if isinstance(x, torch.Tensor) else x for x in args]
    result = function(*args)
    for x, y in zip(args, before, strict=True):
        assert torch.equal(x, y) if isinstance(x, torch.Tensor) else x == y
    return result


def test_kl_estimates_by_enumeration():
    """Weighted by the policy, k1 and k3 give the KL exactly and k2 does not; k2, k3 are never negative."""
    policy, reference = normal(7, seed=1).log_softmax(0), normal(7, seed=2).log_softmax(0)
    truth = torch.distributions.kl_divergence(
        torch.distributions.Categorical(logits=policy),
        torch.distributions.Categorical(logits=reference),
    )
    k1, k2, k3 = unchanged(ppo.kl_estimates, policy, reference)
    weights = policy.exp()
    assert torch.allclose((weights * k1).sum(), truth, atol=1e-14)
    assert torch.allclose((weights * k3).sum(), truth, atol=1e-14)
    assert torch.allclose(
        (weights * k2).sum(), (weights * (policy - reference) ** 2).sum() / 2, atol=1e-14
    )
    assert (k2 >= 0).all() and (k3 >= 0).all() and (k1 < 0).any()


def test_k3_between_two_gaussians_has_the_published_spread():
    """x ~ N(0, 1) against N(1, 1): KL is ½; relative spreads 2.0, 1.73, 1.70 (by quadrature)."""
    x = torch.linspace(-12, 12, 200_001, dtype=torch.float64)
    weights = torch.exp(-(x**2) / 2)
    weights = weights / weights.sum()
    estimates = ppo.kl_estimates(-(x**2) / 2, -((x - 1) ** 2) / 2)
    for k, bias, spread in zip(estimates, (0, 0.25, 0), (2.0, 1.73, 1.70), strict=True):
        mean = (weights * k).sum()
        std = ((weights * (k - mean) ** 2).sum()).sqrt()
        assert mean.item() / 0.5 - 1 == pytest.approx(bias, abs=1e-6)
        assert std.item() / 0.5 == pytest.approx(spread, abs=0.005)  # printed with two decimals


def case(n, seed=0):
    return [normal(3, 5, seed=seed + i) for i in range(n)]


MASK = torch.tensor([[1, 1, 1, 0, 0], [1, 0, 0, 0, 0], [1, 1, 1, 1, 1]]).bool()  # B = 3, R = 5


def test_token_rewards_sum_to_score_minus_beta_times_sequence_kl():
    (logprobs, ref), score = case(2, seed=5), normal(3)
    total = ppo.token_rewards(score, logprobs, ref, MASK, 0.7).sum(1)
    k1 = torch.where(MASK, logprobs - ref, 0.0).sum(1)
    assert torch.allclose(total, score - 0.7 * k1, atol=1e-14)


def gae_oracle(rewards, values, mask, gamma, lam):
    """Â_t = Σ_{l≥0} (γλ)^l δ_{t+l} as an explicit double sum over the kept tokens of a row."""
    advantages, returns = torch.zeros_like(values), torch.zeros_like(values)
    for b in range(mask.shape[0]):
        times = [t for t in range(mask.shape[1]) if mask[b, t]]
        r, v = [rewards[b, t].item() for t in times], [values[b, t].item() for t in times] + [0.0]
        for i, t in enumerate(times):
            total = 0.0
            for j in range(i, len(times)):
                total += (gamma * lam) ** (j - i) * (r[j] + gamma * v[j + 1] - v[j])
            advantages[b, t], returns[b, t] = total, total + v[i]
    return advantages, returns


@given(
    lengths=st.lists(st.integers(1, 6), min_size=1, max_size=4),
    front=st.integers(0, 2),
    gamma=st.floats(0, 1),
    lam=st.floats(0, 1),
    seed=st.integers(0, 1000),
)
@settings(max_examples=60, deadline=None)
def test_gae_property(lengths, front, gamma, lam, seed):
    t = torch.arange(8)
    mask = (t >= front) & (t < front + torch.tensor(lengths)[:, None])
    rewards, values = normal(len(lengths), 8, seed=seed), normal(len(lengths), 8, seed=seed + 1)
    expected_pair = gae_oracle(rewards, values, mask, gamma, lam)
    for out, expected in zip(
        ppo.gae(rewards, values, mask, gamma, lam), expected_pair, strict=True
    ):
        assert torch.allclose(out, expected, atol=1e-12)


def test_policy_gradient_by_enumeration():
    """Weighted by the old policy over all tokens, the first gradient is that of the expected reward."""
    scores, rewards = normal(4).requires_grad_(), normal(4, seed=1)
    (truth,) = torch.autograd.grad((scores.softmax(0) * rewards).sum(), scores)
    logprobs = scores.log_softmax(0)
    old, keep = logprobs.detach(), torch.ones(1, 1).bool()
    loss = 0.0
    for token in range(4):
        one = [x[token].reshape(1, 1) for x in (logprobs, old, rewards)]
        loss = loss + old[token].exp() * ppo.policy_loss(*one, keep)
    (gradient,) = torch.autograd.grad(loss, scores)
    assert torch.allclose(-gradient, truth, atol=1e-14)


def test_adaptive_beta_settles_where_the_kl_meets_its_target():
    beta = 0.02
    for _ in range(4000):
        beta = ppo.adaptive_beta(beta, 1 / beta, 4.0, 100, 10_000)  # a policy whose KL is 1/β
    assert 1 / beta == pytest.approx(4.0, rel=1e-6)
