"""PPO's parts against explicit sums, enumeration and autograd."""

import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gptlab import ppo

GARBAGE = (float("nan"), float("inf"), -float("inf"), 1e30)
MASK = torch.tensor([[1, 1, 1, 0, 0], [1, 0, 0, 0, 0], [1, 1, 1, 1, 1]]).bool()  # B = 3, R = 5


def draw(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def case(n, seed=0):
    return [draw(3, 5, seed=seed + i) for i in range(n)]


def unchanged(function, *args):
    """Call, and assert that no tensor among the arguments was written to."""
    before = [x.clone() if isinstance(x, torch.Tensor) else x for x in args]
    result = function(*args)
    for x, y in zip(args, before, strict=True):
        assert torch.equal(x, y) if isinstance(x, torch.Tensor) else x == y
    return result


def kept_positions(mask):
    return [(b, t) for b, t in itertools.product(*map(range, mask.shape)) if mask[b, t]]


# ---- token_log_probs


def test_token_log_probs_by_loops():
    logits, ids = draw(2, 4, 6), torch.tensor([[0, 5, 1, 1], [3, 2, 2, 4]])
    out = unchanged(ppo.token_log_probs, logits, ids)
    assert out.shape == (2, 3)
    for b, t in itertools.product(range(2), range(3)):
        scores = logits[b, t].tolist()
        expected = scores[ids[b, t + 1]] - math.log(sum(math.exp(z) for z in scores))
        assert out[b, t].item() == pytest.approx(expected, abs=1e-13)


def test_token_log_probs_are_stable_and_deaf_to_the_last_logits():
    logits, ids = draw(2, 4, 6), torch.tensor([[0, 5, 1, 1], [3, 2, 2, 4]])
    other = logits.clone()
    other[:, -1] = float("nan")
    assert torch.equal(ppo.token_log_probs(other, ids), ppo.token_log_probs(logits, ids))
    shifted = ppo.token_log_probs(logits + 1e4, ids)
    assert torch.allclose(
        shifted, ppo.token_log_probs(logits, ids), atol=1e-11
    )  # 1e4 costs four digits
    assert torch.isfinite(ppo.token_log_probs(logits.sign() * 1e4, ids)).all()


def test_token_log_probs_of_all_texts_sum_to_1():
    step = draw(3, 3)  # a bigram model: row = previous token
    total = 0.0
    for text in itertools.product(range(3), repeat=3):
        ids = torch.tensor([[0, *text]])
        total += ppo.token_log_probs(step[ids[0]][None], ids).sum().exp().item()
    assert total == pytest.approx(1, abs=1e-13)


def test_token_log_probs_gradient():
    ids = torch.tensor([[0, 5, 1], [3, 2, 2]])
    assert torch.autograd.gradcheck(
        lambda z: ppo.token_log_probs(z, ids), draw(2, 3, 6).requires_grad_()
    )


# ---- kl_estimates


def test_kl_estimates_by_enumeration():
    """Weighted by the policy, k1 and k3 give the KL exactly and k2 does not; k2, k3 are never negative."""
    policy, reference = draw(7, seed=1).log_softmax(0), draw(7, seed=2).log_softmax(0)
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


def test_kl_estimates_by_hand():
    k1, k2, k3 = ppo.kl_estimates(torch.tensor([[-1.0]]), torch.tensor([[-3.0]]))
    assert (k1.item(), k2.item()) == (2, 2)
    assert k3.item() == pytest.approx(math.exp(-2) + 1)
    assert all(
        k.item() == 0 for k in ppo.kl_estimates(torch.tensor([[-1.0]]), torch.tensor([[-1.0]]))
    )


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


# ---- token_rewards


def test_token_rewards_by_loops():
    (logprobs, ref), score = case(2), torch.tensor([1.5, -2.0, 0.25], dtype=torch.float64)
    out = unchanged(ppo.token_rewards, score, logprobs, ref, MASK, 0.3)
    last = [2, 0, 4]
    for b, t in itertools.product(range(3), range(5)):
        expected = 0.0
        if t <= last[b]:
            expected = -0.3 * (logprobs[b, t] - ref[b, t]).item() + (
                score[b].item() if t == last[b] else 0
            )
        assert out[b, t].item() == pytest.approx(expected, abs=1e-14)
    assert not out[~MASK].any()


def test_token_rewards_sum_to_score_minus_beta_times_sequence_kl():
    (logprobs, ref), score = case(2, seed=5), draw(3)
    total = ppo.token_rewards(score, logprobs, ref, MASK, 0.7).sum(1)
    k1 = torch.where(MASK, logprobs - ref, 0.0).sum(1)
    assert torch.allclose(total, score - 0.7 * k1, atol=1e-14)


def test_token_rewards_with_padding_in_front():
    mask = torch.tensor([[False, True, True, False]])
    zero = torch.zeros(1, 4)
    assert ppo.token_rewards(torch.tensor([3.0]), zero, zero, mask, 0.1).tolist() == [[0, 0, 3, 0]]


@pytest.mark.parametrize("bad", GARBAGE)
def test_token_rewards_are_deaf_to_padding(bad):
    (logprobs, ref), score = case(2), draw(3)
    dirty = [torch.where(MASK, x, bad) for x in (logprobs, ref)]
    clean = ppo.token_rewards(score, logprobs, ref, MASK, 0.3)
    assert torch.equal(ppo.token_rewards(score, *dirty, MASK, 0.3), clean)


# ---- gae


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


@pytest.mark.parametrize(
    "gamma, lam", [(1.0, 0.95), (0.9, 0.8), (1.0, 1.0), (0.5, 0.0), (0.0, 0.7)]
)
def test_gae_by_double_sums(gamma, lam):
    rewards, values = case(2)
    advantages, returns = unchanged(ppo.gae, rewards, values, MASK, gamma, lam)
    expected = gae_oracle(rewards, values, MASK, gamma, lam)
    assert torch.allclose(advantages, expected[0], atol=1e-13)
    assert torch.allclose(returns, expected[1], atol=1e-13)
    assert not advantages[~MASK].any() and not returns[~MASK].any()


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
    rewards, values = draw(len(lengths), 8, seed=seed), draw(len(lengths), 8, seed=seed + 1)
    expected_pair = gae_oracle(rewards, values, mask, gamma, lam)
    for out, expected in zip(
        ppo.gae(rewards, values, mask, gamma, lam), expected_pair, strict=True
    ):
        assert torch.allclose(out, expected, atol=1e-12)


def test_gae_defaults_and_limits():
    rewards, values = case(2, seed=3)
    expected_pair = gae_oracle(rewards, values, MASK, 1.0, 0.95)
    for out, expected in zip(ppo.gae(rewards, values, MASK), expected_pair, strict=True):
        assert torch.allclose(out, expected, atol=1e-13)
    # λ = 1: returns are the plain sums of what is still to come, whatever the values say
    _, returns = ppo.gae(rewards, values, MASK, 1.0, 1.0)
    to_come = torch.where(MASK, rewards, 0.0).flip(1).cumsum(1).flip(1)
    assert torch.allclose(returns, torch.where(MASK, to_come, 0.0), atol=1e-13)


@pytest.mark.parametrize("bad", GARBAGE)
def test_gae_is_deaf_to_padding(bad):
    rewards, values = case(2)
    dirty = [torch.where(MASK, x, bad) for x in (rewards, values)]
    for out, clean in zip(ppo.gae(*dirty, MASK), ppo.gae(rewards, values, MASK), strict=True):
        assert torch.equal(out, clean)


def test_gae_skips_a_gap_as_if_it_were_not_there():
    rewards, values = draw(1, 5, seed=1), draw(1, 5, seed=2)
    mask = torch.tensor([[True, False, True, True, False]])
    out = ppo.gae(rewards, values, mask, 0.9, 0.8)[0]
    closed = ppo.gae(rewards[mask][None], values[mask][None], torch.ones(1, 3).bool(), 0.9, 0.8)[0]
    assert torch.allclose(out[mask][None], closed, atol=1e-14)


# ---- whiten


def test_whiten_by_hand():
    x = torch.tensor([[1.0, 3.0, 777.0], [5.0, 555.0, 666.0]], dtype=torch.float64)
    mask = torch.tensor([[True, True, False], [True, False, False]])
    out = unchanged(ppo.whiten, x, mask)
    root = math.sqrt(8 / 3 + 1e-8)  # mean 3, squares 4 + 0 + 4 over 3
    assert out.flatten().tolist() == pytest.approx([-2 / root, 0, 0, 2 / root, 0, 0], abs=1e-15)
    kept = ppo.whiten(x, mask, shift_mean=False)
    assert kept.flatten().tolist() == pytest.approx(
        [3 - 2 / root, 3, 0, 3 + 2 / root, 0, 0], abs=1e-15
    )


def test_whiten_properties():
    x = draw(3, 5) * 4 + 7
    for shift_mean in (True, False):
        kept = ppo.whiten(x, MASK, shift_mean)[MASK]
        assert kept.mean().item() == pytest.approx(
            0 if shift_mean else x[MASK].mean().item(), abs=1e-12
        )
        assert kept.var(unbiased=False).item() == pytest.approx(
            1, abs=1e-8
        )  # the 1e-8 under the root
    assert not ppo.whiten(torch.full((3, 5), 2.5), MASK).any()


@pytest.mark.parametrize("bad", GARBAGE)
def test_whiten_is_deaf_to_padding(bad):
    x = draw(3, 5)
    clean, dirty = x.clone().requires_grad_(), torch.where(MASK, x, bad).requires_grad_()
    weights = draw(3, 5, seed=9)
    (weights * ppo.whiten(clean, MASK)).sum().backward()
    (weights * ppo.whiten(dirty, MASK)).sum().backward()
    assert torch.equal(ppo.whiten(dirty, MASK), ppo.whiten(clean, MASK))
    assert torch.allclose(dirty.grad, clean.grad, atol=1e-15)
    assert torch.autograd.gradcheck(lambda y: ppo.whiten(y, MASK), x.clone().requires_grad_())


# ---- policy_loss


def policy_oracle(logprobs, old, advantages, mask, clip):
    gains = []
    for b, t in kept_positions(mask):
        ratio, advantage = math.exp(logprobs[b, t] - old[b, t]), advantages[b, t].item()
        gains.append(min(ratio * advantage, min(max(ratio, 1 - clip), 1 + clip) * advantage))
    return -sum(gains) / len(gains)


@pytest.mark.parametrize("clip", [0.2, 0.05, 0.6])
def test_policy_loss_by_loops(clip):
    logprobs, old, advantages = case(3)
    loss = unchanged(ppo.policy_loss, logprobs, old, advantages, MASK, clip)
    assert loss.shape == ()
    assert loss.item() == pytest.approx(
        policy_oracle(logprobs, old, advantages, MASK, clip), abs=1e-13
    )


@pytest.mark.parametrize("ratio", [0.5, 0.9, 1.0, 1.1, 1.5])
@pytest.mark.parametrize("advantage", [-2.0, 3.0])
def test_policy_gradient_of_one_token(ratio, advantage):
    """∂L/∂log π = −ρ·Â, or 0 where the clip is active: above it for good tokens, below it for bad ones."""
    logprobs = torch.tensor([[math.log(ratio)]], dtype=torch.float64, requires_grad=True)
    zero, keep = torch.zeros(1, 1, dtype=torch.float64), torch.ones(1, 1).bool()
    ppo.policy_loss(logprobs, zero, torch.full_like(zero, advantage), keep).backward()
    clipped = (advantage > 0 and ratio > 1.2) or (advantage < 0 and ratio < 0.8)
    assert logprobs.grad.item() == pytest.approx(0 if clipped else -ratio * advantage, abs=1e-12)


def test_policy_gradient_by_enumeration():
    """Weighted by the old policy over all tokens, the first gradient is that of the expected reward."""
    scores, rewards = draw(4).requires_grad_(), draw(4, seed=1)
    (truth,) = torch.autograd.grad((scores.softmax(0) * rewards).sum(), scores)
    logprobs = scores.log_softmax(0)
    old, keep = logprobs.detach(), torch.ones(1, 1).bool()
    loss = 0.0
    for token in range(4):
        one = [x[token].reshape(1, 1) for x in (logprobs, old, rewards)]
        loss = loss + old[token].exp() * ppo.policy_loss(*one, keep)
    (gradient,) = torch.autograd.grad(loss, scores)
    assert torch.allclose(-gradient, truth, atol=1e-14)


@pytest.mark.parametrize("bad", GARBAGE)
def test_policy_loss_is_deaf_to_padding(bad):
    logprobs, old, advantages = case(3)
    clean = logprobs.clone().requires_grad_()
    dirty = [torch.where(MASK, x, bad) for x in (logprobs, old, advantages)]
    dirty[0].requires_grad_()
    losses = ppo.policy_loss(clean, old, advantages, MASK), ppo.policy_loss(*dirty, MASK)
    for loss in losses:
        loss.backward()
    assert losses[0] == losses[1]
    assert torch.equal(dirty[0].grad, clean.grad)
    assert not clean.grad[~MASK].any()


def test_policy_loss_gradient():
    logprobs, old, advantages = case(3, seed=4)
    function = lambda x: ppo.policy_loss(x, old, advantages, MASK, 0.3)  # noqa: E731
    assert torch.autograd.gradcheck(function, logprobs.requires_grad_())


# ---- value_loss


@pytest.mark.parametrize("clip", [0.2, 0.05, 5.0])
def test_value_loss_by_loops(clip):
    values, old, returns = case(3)
    errors = []
    for b, t in kept_positions(MASK):
        v, o, r = (x[b, t].item() for x in (values, old, returns))
        clipped = o + min(max(v - o, -clip), clip)
        errors.append(max((v - r) ** 2, (clipped - r) ** 2))
    loss = unchanged(ppo.value_loss, values, old, returns, MASK, clip)
    assert loss.shape == ()
    assert loss.item() == pytest.approx(sum(errors) / len(errors) / 2, abs=1e-13)


def test_value_loss_without_a_clip_in_reach_is_half_the_squared_error():
    values, old, returns = case(3)
    loss = ppo.value_loss(values, old, returns, MASK, clip=100.0)
    expected = torch.nn.functional.mse_loss(values[MASK], returns[MASK]) / 2
    assert torch.allclose(loss, expected, atol=1e-14)


def test_value_gradient_of_one_token():
    """No gradient where the estimate has gone further than the clip towards its return; full where away."""
    for value, goal, expected in (
        (0.5, 2.0, 0.0),
        (0.1, 2.0, -1.9),
        (-0.5, 2.0, -2.5),
        (-0.5, -2.0, 0.0),
    ):
        new = torch.tensor([[value]], dtype=torch.float64, requires_grad=True)
        old, keep = torch.zeros(1, 1, dtype=torch.float64), torch.ones(1, 1).bool()
        ppo.value_loss(new, old, torch.full_like(old, goal), keep).backward()
        assert new.grad.item() == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("bad", GARBAGE)
def test_value_loss_is_deaf_to_padding(bad):
    values, old, returns = case(3)
    clean = values.clone().requires_grad_()
    dirty = [torch.where(MASK, x, bad) for x in (values, old, returns)]
    dirty[0].requires_grad_()
    losses = ppo.value_loss(clean, old, returns, MASK), ppo.value_loss(*dirty, MASK)
    for loss in losses:
        loss.backward()
    assert losses[0] == losses[1]
    assert torch.equal(dirty[0].grad, clean.grad)


def test_value_loss_gradient():
    values, old, returns = case(3, seed=4)
    function = lambda x: ppo.value_loss(x, old, returns, MASK, 0.3)  # noqa: E731
    assert torch.autograd.gradcheck(function, values.requires_grad_())


# ---- adaptive_beta


ERRORS = [(6.0, 0.0), (6.6, 0.1), (5.4, -0.1), (60.0, 0.2), (0.0, -0.2), (-3.0, -0.2)]


@pytest.mark.parametrize("kl, error", ERRORS)
def test_adaptive_beta_by_hand(kl, error):
    expected = 0.15 * (1 + error * 512 / 10_000)
    assert ppo.adaptive_beta(0.15, kl, 6.0, 512, 10_000) == pytest.approx(expected, rel=1e-12)


def test_adaptive_beta_settles_where_the_kl_meets_its_target():
    beta = 0.02
    for _ in range(4000):
        beta = ppo.adaptive_beta(beta, 1 / beta, 4.0, 100, 10_000)  # a policy whose KL is 1/β
    assert 1 / beta == pytest.approx(4.0, rel=1e-6)
