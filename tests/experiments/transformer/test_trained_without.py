"""A part that is missing adds nothing, before and after training."""

import pytest
import torch

from gptlab.experiments.transformer import trained_without
from gptlab.experiments.transformer.pre_vs_post_norm import Sentences
from gptlab.world.web import Web


@pytest.fixture(scope="module")
def lines():
    return Sentences(Web(), n=300)


@pytest.mark.parametrize("way", trained_without.WAYS)
def test_a_curve_falls_and_is_the_same_again(lines, way):
    losses = trained_without.loss_curve(lines, way, steps=12)
    assert losses == trained_without.loss_curve(lines, way, steps=12)
    assert losses[-1] < losses[0]


def scores(lines, way, ids):
    model = lines.make_model(1, post=False)
    trained_without.take_away(model, way)
    with torch.no_grad():
        return model(ids)


def test_what_is_missing_is_not_used(lines):
    ids = torch.tensor([[0, 1, 2, 3]])
    earlier = torch.tensor(
        [[0, 2, 1, 3]]
    )  # the same words in another order, the last one as before
    for way in trained_without.WAYS:
        one, other = (scores(lines, way, each)[0, -1] for each in (ids, earlier))
        alike = torch.allclose(one, other, atol=1e-5)
        # without attention nothing of them arrives, and without positions, in one layer, not their order
        assert alike == (way in (trained_without.ATTENTION, trained_without.POSITIONS)), way


def test_what_is_missing_does_not_learn(lines):
    for way, part in ((trained_without.ATTENTION, "attn"), (trained_without.FEED_FORWARD, "mlp")):
        model = lines.make_model(1, post=False)
        trained_without.take_away(model, way)
        silent = getattr(model.stack.layers[0], part)
        assert not silent.w_out.any() and not silent.w_out.requires_grad
        assert not silent.b_out.any() and not silent.b_out.requires_grad
