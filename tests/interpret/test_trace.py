"""A trace: the model's own pass, its attention, what its parts add; batches; nothing left behind."""

import copy
import dataclasses
import math

import pytest
import torch
import torch.nn.functional as F

from gptlab import transformer
from gptlab.engine.model.batches import right_pad
from gptlab.interpret.trace import attention_weights, trace
from tests.support.loud_assistant import loud_assistant


@pytest.fixture(scope="module")
def assistant():
    return loud_assistant()


@pytest.mark.parametrize("d", [2, 5, 7, 11])
def test_weights_come_back_from_attention_whatever_the_width(d):
    generator = torch.Generator().manual_seed(d)
    q, k = (
        torch.randn(2, 3, 4, d, generator=generator),
        torch.randn(2, 3, 7, d, generator=generator),
    )
    mask = torch.rand(4, 7, generator=generator) > 0.4
    mask[:, 0] = True
    scores = torch.einsum("bhtd,bhsd->bhts", q, k) / math.sqrt(d)
    expected = scores.masked_fill(~mask, -torch.inf).softmax(-1)
    torch.testing.assert_close(attention_weights(q, k, mask), expected)
    torch.testing.assert_close(attention_weights(q, k), scores.softmax(-1))


def test_a_trace_is_the_models_own_pass(assistant):
    model = assistant.model
    ids = torch.tensor([assistant.begin("ab ca"), assistant.begin("hello")])
    found = trace(model, ids)
    t = ids.shape[1]
    assert found.attention.shape == (2, 2, 3, t, t)
    assert found.contributions.shape == found.residual.shape == (5, 2, t, 12)
    with torch.no_grad():
        torch.testing.assert_close(found.logits, model(ids), rtol=0, atol=0)
        logits = F.layer_norm(found.residual[-1], (12,), model.norm.weight, model.norm.bias)
        torch.testing.assert_close(logits @ model.wte.T, found.logits)
        torch.testing.assert_close(found.residual[0], model.wte[ids] + model.wpe[:t])


def test_texts_of_a_batch_are_traced_as_each_alone(assistant):
    rows = [assistant.begin("ab ca"), assistant.begin("he")]
    ids, _ = right_pad(rows)
    together = trace(assistant.model, ids)
    for b, row in enumerate(rows):
        alone = trace(assistant.model, torch.tensor([row]))
        n = len(row)
        torch.testing.assert_close(together.attention[:, b, :, :n, :n], alone.attention[:, 0])
        torch.testing.assert_close(together.residual[:, b, :n], alone.residual[:, 0])
        torch.testing.assert_close(together.logits[b, :n], alone.logits[0])


def test_a_trace_leaves_no_trace(assistant):
    model, ids = assistant.model, torch.tensor([assistant.begin("abc")])
    own = model.functions
    trace(model, ids, [(0, 1)])
    assert not any(block._forward_pre_hooks for block in model.blocks)
    assert model.functions is own
    with pytest.raises(ValueError, match="do not fit a context"):
        trace(model, torch.zeros(1, 99, dtype=torch.long))
    assert not any(block._forward_pre_hooks for block in model.blocks)


def test_a_trace_runs_on_the_learners_functions(assistant):
    calls = []

    def counted(x, *weights):
        calls.append(x.shape)
        return transformer.feed_forward(x, *weights)

    model = copy.copy(assistant.model)
    model.functions = dataclasses.replace(model.functions, feed_forward=counted)
    trace(model, torch.tensor([assistant.begin("abc")]))
    assert len(calls) == 2


def test_a_fused_model_is_traced_alike(assistant):
    ids = torch.tensor([assistant.begin("ab ca")])
    plain = trace(assistant.model, ids)
    fused = trace(copy.deepcopy(assistant.model).run_on("fused"), ids)
    torch.testing.assert_close(fused.attention, plain.attention, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(fused.residual, plain.residual, atol=1e-3, rtol=1e-4)
