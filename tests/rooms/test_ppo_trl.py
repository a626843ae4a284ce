"""PPO's functions against TRL 0.11.4, an independent implementation, wherever that version is installed."""

import importlib.metadata
from types import SimpleNamespace

import pytest
import torch

from gptlab import ppo
from tests.support.tensors import normal

pytest.importorskip("trl", reason="TRL 0.11.4 is not installed")
if importlib.metadata.version("trl") != "0.11.4":
    pytest.skip("another version of TRL", allow_module_level=True)
trainer = pytest.importorskip("trl.trainer.ppo_trainer")
AdaptiveKLController = trainer.AdaptiveKLController

LENGTHS = torch.tensor([4, 1, 7, 6])
MASK = torch.arange(7) < LENGTHS[:, None]  # padding on the right, as TRL has it
SETTINGS = SimpleNamespace(
    cliprange=0.2,
    cliprange_value=0.3,
    vf_coef=1.0,
    ratio_threshold=1e9,
    gamma=0.97,
    lam=0.9,
    whiten_rewards=False,
    kl_penalty="kl",
)


def tables(n, seed):
    return [normal(4, 7, seed=100 * seed + i) for i in range(n)]


@pytest.mark.parametrize("seed", range(5))
def test_both_losses(seed):
    old, new, old_values, values, advantages, returns = tables(6, seed)
    owner = SimpleNamespace(config=SETTINGS)
    theirs = trainer.PPOTrainer.loss(
        owner, old, old_values, normal(4, 7, 11), values, new, MASK.double(), advantages, returns
    )
    policy = ppo.policy_loss(new, old, advantages, MASK, 0.2)
    value = ppo.value_loss(values, old_values, returns, MASK, 0.3)
    assert [float(policy), float(value)] == pytest.approx([float(x) for x in theirs[:2]], rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_returns_and_whitened_advantages(seed):
    rewards, values = tables(2, seed)
    owner = SimpleNamespace(config=SETTINGS)
    mask = MASK.double()
    _, advantages, returns = trainer.PPOTrainer.compute_advantages(
        owner, values.clone(), rewards.clone(), mask
    )
    ours, our_returns = ppo.gae(rewards, values, MASK, SETTINGS.gamma, SETTINGS.lam)
    torch.testing.assert_close(our_returns[MASK], returns[MASK])
    # TRL divides by n − 1 in the variance, this course by n
    n = int(MASK.sum())
    scale = ((n - 1) / n) ** 0.5
    torch.testing.assert_close(
        scale * ppo.whiten(ours, MASK)[MASK], advantages[MASK], rtol=1e-6, atol=1e-6
    )


def test_rewards():
    logprobs, ref = tables(2, 9)
    score = normal(4, seed=3)
    owner = SimpleNamespace(config=SETTINGS, kl_ctl=SimpleNamespace(value=0.3))
    owner._kl_penalty = lambda a, b: trainer.PPOTrainer._kl_penalty(owner, a, b)
    theirs = trainer.PPOTrainer.compute_rewards(owner, score, logprobs, ref, MASK)[0]
    ours = ppo.token_rewards(score, logprobs, ref, MASK, 0.3)
    torch.testing.assert_close(ours[MASK], theirs[MASK])


@pytest.mark.parametrize("kl", [0.5, 5.7, 6.0, 6.5, 40.0])
def test_the_controller(kl):
    theirs = AdaptiveKLController(0.2, 6.0, 10_000)
    theirs.update(kl, 256)
    assert ppo.adaptive_beta(0.2, kl, 6.0, 256, 10_000) == pytest.approx(theirs.value, rel=1e-12)
