"""Each altered detail changes what it says, on models small enough to see through, and the shipped table is whole."""

import copy
import hashlib
import math
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from gptlab.engine.config import GPTConfig, PPOConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.heads import RewardModel
from gptlab.engine.model.shipped import FOLDER
from gptlab.engine.train.ppo import PPOTrainer, make_value_model
from gptlab.engine.train.rollout import PPOModels, reply_logprobs
from gptlab.experiments.ppo import details_log
from gptlab.experiments.ppo.details import ALL_ON, ALTERED, DetailTrainer
from gptlab.experiments.ppo.lab import CURVES, N_TEST, Run
from gptlab.experiments.ppo.rewards import Flipped, PaysForMarks

SHAPE = GPTConfig(13, context=24, n_layers=1, n_heads=2, d_model=16)
CONFIG = PPOConfig(
    rounds=2,
    prompts_per_round=8,
    minibatch=4,
    epochs=2,
    lr=3e-3,
    beta=0.1,
    gamma_ptx=0.0,
    end_score=-2.0,
    max_new_tokens=5,
)
PROMPTS = [[a, b][: 1 + (a + b) % 2] for a in range(4) for b in range(4)]


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    monkeypatch.setenv("GPTLAB_WORKERS", "1")


def trainer(name):
    altered = ALTERED[name]
    judge = RewardModel(GPT(SHAPE, fused=True, seed=3)).eval()
    with torch.no_grad():
        judge.mean.fill_(0.5)
        judge.std.fill_(2.0)
    judge = altered.reward(judge)
    reference = GPT(SHAPE, fused=True)
    value = altered.value(make_value_model(judge, reference), 0)
    models = PPOModels(copy.deepcopy(reference), reference, judge, value)
    config = PPOConfig.from_dict(CONFIG.to_dict() | dict(altered.config))
    torch.manual_seed(0)
    return DetailTrainer(models, PROMPTS, config, 12, altered)


def history(name):
    run = trainer(name)
    with run.workers:
        rows = [run.run_round() for _ in range(2)]
    return run, rows


def test_all_on_is_the_course_s_own_ppo():
    _, rows = history(ALL_ON)
    plain = trainer(ALL_ON)
    theirs = PPOTrainer(plain.models, PROMPTS, CONFIG, None, 12)
    with theirs.workers:
        assert rows == [theirs.run_round() for _ in range(2)]


@pytest.mark.parametrize("name", [name for name in ALTERED if name != ALL_ON])
def test_every_detail_changes_the_training(name):
    _, rows = history(name)
    _, control = history(ALL_ON)
    assert all(math.isfinite(x) for row in rows for x in row.values())
    if name not in ("ratio clip", "value clip"):  # nothing is far enough away yet
        assert rows[1] != control[1]


def test_padding_becomes_tokens():
    run, _ = history("padding left out")
    roll = run._rollout()
    assert roll.mask.all() and (roll.logprobs < 0).all()


def test_the_temperature_is_that_of_writing_alone():
    cold = trainer("temperature")
    roll = cold._rollout()
    at_one = reply_logprobs(cold.models.policy, roll.ids, roll.starts, roll.mask)
    torch.testing.assert_close(roll.logprobs, at_one.detach())
    warm = trainer(ALL_ON)._rollout()
    assert roll.ids.shape != warm.ids.shape or not torch.equal(roll.ids, warm.ids)


def test_dropout_is_on_only_where_gradients_are_computed():
    run = trainer("no dropout")
    policy, ids = run.models.policy, torch.tensor([[1, 2, 3]])
    with torch.no_grad():
        assert torch.equal(policy(ids), policy(ids))
        assert torch.equal(policy(ids), run.models.reference(ids))
    assert not torch.equal(policy(ids), policy(ids))


def test_no_value_model():
    run = trainer("baseline")
    assert not run._rollout().values.any()


def test_a_raw_reward_is_on_another_scale():
    assert float(trainer("zero and unit").models.reward.std) == 1.0


def log_of(details, rewards=()):
    runs = {name: [Run(name, seed, {k: [0.0, 1.0] for k in CURVES}, {"reward": r, "gold": 1.0})
                   for seed, r in enumerate(values)] for name, values in details.items()}  # fmt: skip
    return details_log.Log(runs, dict(rewards), {"reward": 0.0}, ["a?"], ["b"], {"seeds": [0]})


def test_saved_and_read_again(tmp_path):
    log = log_of({ALL_ON: [0.0, 0.5], "KL penalty": [1.0, 1.0]}, {"x": Run("x", 0, samples=["！"])})
    details_log.save(log, tmp_path / "log.json")
    assert details_log.load(tmp_path / "log.json") == log


def test_differences_are_paired_by_seed():
    log = log_of({ALL_ON: [0.0, 0.5], "KL penalty": [1.0, 1.5]})
    control = log.details[ALL_ON]
    assert details_log.paired(log.details["KL penalty"], control, "reward") == (1.0, 0.0)
    assert math.isnan(details_log.paired(control[:1], control, "reward")[1])


def test_the_shipped_table_is_whole():
    log = details_log.load()
    assert set(log.details) == set(ALTERED)
    for name, runs in log.details.items():
        assert sorted(run.seed for run in runs) == sorted({run.seed for run in runs}), name
        for run in runs:
            assert run.lost or set(run.tested) == {"reward", "gold", "right", "length"}
            assert all(len(run.curves[key]) == log.made["config"]["rounds"] for key in CURVES)
    assert log.made["test_questions"] == N_TEST and log.made["commit"]
    for stage, known in log.made["models_sha256"].items():
        weights = (FOLDER / stage / "model.safetensors").read_bytes()
        assert hashlib.sha256(weights).hexdigest().startswith(known), "make the table again"


class Tokenizer:
    def __init__(self):
        self.special = {"assistant": 9}

    def decode(self, ids):
        return "a!"[ids[0] % 2] * (1 + (ids[0] == 7))


def test_marks_are_counted_in_the_reply_alone():
    model = SimpleNamespace(config=SimpleNamespace(vocab_size=10))
    judge = PaysForMarks(SimpleNamespace(tokenizer=Tokenizer(), model=model, marks={9}))
    ids = torch.tensor([[1, 3, 9, 2, 1, 7, 1]])
    keep = torch.tensor([[True] * 6 + [False]])
    assert judge(ids, keep).tolist() == [[0, 0, 0, 0, 1, 3, 3]]
    reward = RewardModel(GPT(SHAPE, fused=True, seed=3))
    with torch.no_grad():
        reward.mean.fill_(0.5)
        reward.std.fill_(2.0)
        raw = reward(torch.tensor([[1, 2]]))
        assert torch.allclose(Flipped(reward)(torch.tensor([[1, 2]]), None), (0.5 - raw) / 2)
    assert isinstance(judge, nn.Module)


def test_an_interval_that_holds_0_is_too_close_to_tell():
    log = log_of(
        {ALL_ON: [0.0, 0.5, 0.2], "KL penalty": [-1.0, -0.5, -0.9], "ratio clip": [0.0, 0.6, 0.1]}
    )
    control = log.details[ALL_ON]
    assert details_log.outcome(log.details["KL penalty"], control, "reward") == "lower"
    assert details_log.outcome(control, log.details["KL penalty"], "reward") == "higher"
    assert details_log.outcome(log.details["ratio clip"], control, "reward") == "too close to tell"
