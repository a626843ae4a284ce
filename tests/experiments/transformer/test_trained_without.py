"""A part that is missing adds nothing, before and after training; and what is left without sums or norms."""

import pytest
import torch

from gptlab import attention
from gptlab.engine.model.fused import ModelFunctions
from gptlab.experiments.transformer import trained_without
from gptlab.experiments.transformer.pre_vs_post_norm import Sentences, smooth
from gptlab.world.web import Web


@pytest.fixture(scope="module")
def lines():
    return Sentences(Web(), n=300)


@pytest.mark.parametrize("way", sorted({*trained_without.PARTS, *trained_without.WIRINGS}))
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
    for way in trained_without.PARTS:
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


def stream_of_three(lines, way):
    """What a layer of a model without this gives for one short text, and what it was given."""
    model = lines.make_model(1, post=False)
    layer = model.stack.layers[0]
    trained_without.take_away(model, way)
    seen = []
    model.stack.layers[0].register_forward_hook(
        lambda _, given, made: seen.append((given[0], made))
    )
    with torch.no_grad():
        model(torch.tensor([[0, 1, 2]]))
    return layer, *seen[0]


def test_without_residual_connections_a_part_reads_what_the_last_one_returned(lines):
    layer, x, made = stream_of_three(lines, trained_without.RESIDUAL)
    functions, a, m = ModelFunctions(), layer.attn, layer.mlp
    mask = attention.causal_mask(3)
    norm = torch.nn.functional.layer_norm
    with torch.no_grad():
        y = norm(x, x.shape[-1:], eps=1e-5)
        y = functions.multi_head_attention(y, a.w_qkv, a.b_qkv, a.w_out, a.b_out, 4, mask)
        y = norm(y, x.shape[-1:], eps=1e-5)
        assert torch.allclose(
            made, functions.feed_forward(y, m.w_in, m.b_in, m.w_out, m.b_out), atol=1e-4
        )


def test_without_norms_a_part_reads_the_stream_itself(lines):
    layer, x, made = stream_of_three(lines, trained_without.NORMS)
    functions, a, m = ModelFunctions(), layer.attn, layer.mlp
    mask = attention.causal_mask(3)
    with torch.no_grad():
        y = x + functions.multi_head_attention(x, a.w_qkv, a.b_qkv, a.w_out, a.b_out, 4, mask)
        y = y + functions.feed_forward(y, m.w_in, m.b_in, m.w_out, m.b_out)
        assert torch.allclose(made, y, atol=1e-4)


def test_a_chain_of_four_layers_learns_frequencies_at_most(lines):
    ends = {
        way: smooth(trained_without.loss_curve(lines, way, steps=100, depth=4))[-1]
        for way in (trained_without.WHOLE, trained_without.RESIDUAL)
    }
    assert ends[trained_without.WHOLE] < ends[trained_without.RESIDUAL] - 1
    assert ends[trained_without.RESIDUAL] > lines.unigram_loss() - 0.3
