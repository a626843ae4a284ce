"""Replies as a tree: counted, with the exact probability that the model itself gives."""

import pytest
import torch

from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
from gptlab.experiments.alignment.reply_tree import likely_replies, sample_replies

PROMPT, STOP, MOST = [1, 4, 2], 0, 3


@pytest.fixture(scope="module")
def model():
    return GPT(GPTConfig(6, context=16, n_layers=1, n_heads=2, d_model=8), seed=3).eval()


def probability(model, reply):
    ids = torch.tensor([PROMPT + reply])
    logs = torch.log_softmax(model(ids)[0], dim=-1)
    return float(sum(logs[len(PROMPT) - 1 + t, token] for t, token in enumerate(reply)))


@torch.no_grad()
def test_all_replies_together_are_certain(model):
    every = likely_replies(model, PROMPT, 1e-12, STOP, MOST)
    assert every.covered == pytest.approx(1.0, abs=1e-5)
    assert len(every.ids) == 1 + 5 + 25 * 6
    for reply, log_prob in list(zip(every.ids, every.log_probs.tolist()))[::17]:
        assert log_prob == pytest.approx(probability(model, reply), abs=1e-4)


@torch.no_grad()
def test_a_threshold_leaves_out_what_is_rare(model):
    some = likely_replies(model, PROMPT, 0.01, STOP, MOST)
    assert 0 < len(some.ids) < 156
    assert some.log_probs.exp().min() >= 0.01 - 1e-6


@torch.no_grad()
def test_samples_are_counted_and_come_as_often_as_they_should(model):
    drawn = sample_replies(model, PROMPT, 20_000, STOP, MOST, torch.Generator().manual_seed(0))
    assert int(drawn.counts.sum()) == 20_000
    assert len({tuple(reply) for reply in drawn.ids}) == len(drawn.ids)
    expected = drawn.log_probs.exp()
    error = (expected * (1 - expected) / 20_000).sqrt()
    assert ((drawn.counts / 20_000 - expected).abs() < 5 * error + 1e-4).all()
    again = sample_replies(model, PROMPT, 20_000, STOP, MOST, torch.Generator().manual_seed(0))
    assert again.ids == drawn.ids
