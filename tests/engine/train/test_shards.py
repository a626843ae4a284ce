"""The same seed gives the same losses and weights, bit for bit, on one worker or many, processes or threads."""

import copy
import os
import signal
import sys
from dataclasses import replace

import pytest
import torch
from torch import nn

from gptlab.engine.config import GPTConfig, PPOConfig, RewardConfig, SFTConfig, TrainConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.heads import RewardModel
from gptlab.engine.train.pace import Pace
from gptlab.engine.train.ppo import PPOTrainer, make_value_model, train_ppo
from gptlab.engine.train.pretrain import PretrainingRun, pretrain
from gptlab.engine.train.reward_model import train_reward_model
from gptlab.engine.train.rollout import PPOModels
from gptlab.engine.train.sft import finetune
from gptlab.engine.train.shards import ShardedGradient, shards_of

pytestmark = pytest.mark.slow  # it trains; `make check` does not

SHAPE = GPTConfig(vocab_size=11, context=9, n_layers=2, n_heads=2, d_model=24)
STREAM = (torch.arange(500) * 3 + torch.arange(500) // 7) % 11
TRAIN = TrainConfig(steps=6, batch_size=5, lr=5e-3, min_lr=5e-4, warmup=2, muon_lr=0.02)
COUNTS = [1, 2, 3, 4]


@pytest.fixture(params=["processes", "threads"], autouse=True)
def way(request, monkeypatch):
    if request.param == "processes" and sys.platform != "linux":
        pytest.skip("processes are copied on Linux only")
    monkeypatch.setattr("gptlab.engine.workers.usual_way", lambda: request.param)
    return request.param


def on(monkeypatch, n, train):
    """What a training gives on n workers: its history and the weights after it."""
    monkeypatch.setenv("GPTLAB_WORKERS", str(n))
    history, models = train()
    return history, [p.detach().clone() for model in models for p in model.parameters()]


def assert_the_same(monkeypatch, train):
    expected, weights = on(monkeypatch, 1, train)
    for n in COUNTS[1:]:
        history, others = on(monkeypatch, n, train)
        assert history == expected
        assert all(torch.equal(a, b) for a, b in zip(weights, others, strict=True))
    return expected


@pytest.mark.parametrize("functions", ["plain", "fused", "bf16"])
def test_pretraining(monkeypatch, functions):
    def train():
        model = GPT(SHAPE).run_on(functions)
        precision = "bf16" if functions == "bf16" else "fp32"
        return pretrain(model, STREAM, TRAIN, precision=precision), [model]

    assert len(assert_the_same(monkeypatch, train)) == 6


def test_pretraining_goes_on_with_another_number_of_workers(monkeypatch, tmp_path):
    monkeypatch.setenv("GPTLAB_WORKERS", "1")
    whole = GPT(SHAPE, fused=True)
    expected = pretrain(whole, STREAM, TRAIN)
    for n, stops in ((3, [False, True]), (1, [True]), (2, [False, False, False])):
        monkeypatch.setenv("GPTLAB_WORKERS", str(n))
        model = GPT(SHAPE, fused=True, seed=0 if n == 3 else n)
        left = iter(stops)
        history = pretrain(
            model, STREAM, TRAIN, tmp_path / "run", resume=True, stop=lambda left=left: next(left)
        )
    assert history == expected
    for name, tensor in whole.state_dict().items():
        assert torch.equal(model.state_dict()[name], tensor)


def test_a_run_in_other_shards_is_refused(monkeypatch, tmp_path):
    pretrain(GPT(SHAPE), STREAM, TRAIN, tmp_path / "run", stop=lambda: True)
    monkeypatch.setattr("gptlab.engine.train.pretrain.SHARDS", 8)
    with pytest.raises(ValueError, match="in 4 shards a batch, but now it would be 8"):
        pretrain(GPT(SHAPE), STREAM, TRAIN, tmp_path / "run", resume=True)


def test_sft(monkeypatch):
    examples = [
        ([1] * (1 + i % 4) + [i % 11, 2], [False] * (1 + i % 4) + [True] * 2) for i in range(14)
    ]
    config = SFTConfig(epochs=1, batch_size=6, lr=1e-3, pretraining_mix=0.3, muon_ratio=5.0)

    def train():
        model = GPT(SHAPE, fused=True)
        return finetune(model, examples, config, STREAM), [model]

    rows = assert_the_same(monkeypatch, train)
    assert all(row["pretraining_loss"] > 0 for row in rows)


def test_reward_model(monkeypatch):
    rankings = [[[i % 11, 1, 2], [i % 11, 3], [4, 5, 6, i % 7]][: 2 + i % 2] for i in range(13)]

    def train():
        model = RewardModel(GPT(SHAPE, fused=True))
        return train_reward_model(model, rankings, RewardConfig(prompts_per_batch=5)), [model]

    assert_the_same(monkeypatch, train)


@pytest.mark.parametrize("gamma", [0.0, 1.0])
def test_ppo(monkeypatch, gamma):
    config = PPOConfig(
        rounds=2, prompts_per_round=7, minibatch=5, lr=1e-3, gamma_ptx=gamma, max_new_tokens=4
    )

    def train():
        policy, reference = GPT(SHAPE, fused=True), GPT(SHAPE, fused=True)
        reward = RewardModel(GPT(SHAPE, fused=True, seed=3))
        value = make_value_model(reward, reference)
        trainer = PPOTrainer(
            PPOModels(policy, reference, reward, value), [[1], [2, 3], [4]], config, STREAM, 7
        )
        return train_ppo(trainer), [policy, value]

    assert_the_same(monkeypatch, train)


def naive(model, x, y):
    loss = nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten())
    return loss, torch.autograd.grad(loss, list(model.parameters()))


@pytest.mark.parametrize("n", [1, 3])
def test_the_sum_of_the_shards_is_the_batch_s_gradient(n):
    model = GPT(SHAPE).double()
    run = PretrainingRun(model, STREAM, replace(TRAIN, batch_size=7), n_workers=n)
    x, y = (torch.randint(11, (7, 9), generator=torch.Generator().manual_seed(i)) for i in (0, 1))
    loss, expected = naive(copy.deepcopy(model), x, y)
    with run.gradient:
        parts = shards_of(7)
        row = run.gradient([(x[rows], y[rows], len(rows)) for rows in parts])
        assert row["loss"] == pytest.approx(loss.item(), rel=1e-12)
        for p, grad in zip(model.parameters(), expected, strict=True):
            torch.testing.assert_close(p.grad, grad, rtol=1e-10, atol=1e-14)


def test_what_has_no_part_in_the_loss_keeps_no_gradient_and_weights_come_home(way):
    used, unused = nn.Linear(3, 2), nn.Linear(2, 2)
    places = [p.data_ptr() for p in used.parameters()]
    gradient = ShardedGradient([used, unused], lambda x: (used(x).sum(), {"n": 1.0}), 2, way)
    with gradient:
        assert gradient([torch.ones(1, 3), torch.ones(2, 3)]) == {"n": 2.0}
        assert used.weight.grad.tolist() == [[3.0] * 3] * 2 and unused.weight.grad is None
        before = used.weight.detach().clone()
        with torch.no_grad():
            used.weight += 1
    assert torch.equal(used.weight, before + 1)
    moved = [p.data_ptr() for p in used.parameters()] != places
    assert moved == (way == "processes")
    assert used.weight.untyped_storage().nbytes() == 6 * 4


@pytest.mark.parametrize("moment", [0, 2, 5])
def test_a_worker_killed_in_training_changes_no_number(monkeypatch, way, moment, capfd):
    if way == "threads":
        pytest.skip("a thread cannot be killed")
    expected = pretrain(GPT(SHAPE, fused=True), STREAM, TRAIN)
    monkeypatch.setenv("GPTLAB_WORKERS", "3")
    model = GPT(SHAPE, fused=True)
    parent, shares = os.getpid(), PretrainingRun._share_of_loss
    steps = iter(range(100))

    def deadly(self, shard):
        if os.getpid() != parent and next(steps) == moment and len(shard[0]) == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return shares(self, shard)

    monkeypatch.setattr(PretrainingRun, "_share_of_loss", deadly)
    assert pretrain(model, STREAM, TRAIN) == expected
    assert "a worker process ended (SIGKILL)" in capfd.readouterr().err


def test_shards_are_dealt_like_cards():
    assert shards_of(5, 2) == [[0, 2, 4], [1, 3]]
    assert shards_of(3, 4) == [[0], [1], [2]]
    assert shards_of(0, 4) == []


def test_the_pace_is_the_recent_one_and_knows_a_pause(way):
    times = iter([0.0] + [i * 1.0 for i in range(1, 61)] + [3660.0 + 2.0 * i for i in range(51)])
    pace = Pace(lambda: next(times))
    for _ in range(60):
        pace.tick(100)
    assert pace.said(10) == {"seconds_left": 10.0, "tokens_per_s": 100.0}
    pace.tick(100)  # an hour's sleep
    assert pace.said(10)["seconds_left"] == pytest.approx(10.0)
    for _ in range(50):
        pace.tick()
    assert pace.said(10) == {"seconds_left": 20.0}
