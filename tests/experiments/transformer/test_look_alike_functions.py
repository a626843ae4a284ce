"""Look-alike functions: against torch, and run in a model that stays as it is."""

import dataclasses
import math

import pytest
import torch
import torch.nn.functional as F

from gptlab.experiments.transformer import look_alike_functions
from tests.support.loud_assistant import loud_assistant


@pytest.fixture(scope="module")
def assistant():
    return loud_assistant()


def test_the_other_gelu_and_the_other_norm_are_what_they_say():
    x = torch.randn(3, 8, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    torch.testing.assert_close(look_alike_functions.gelu_erf(x), F.gelu(x))
    ones, zeros = torch.ones(8).double(), torch.zeros(8).double()
    shrunk = F.layer_norm(x, (8,), eps=0.0) * math.sqrt(7 / 8)
    torch.testing.assert_close(
        look_alike_functions.layer_norm_std(x, ones, zeros), shrunk, rtol=1e-4, atol=1e-5
    )
    corner = look_alike_functions.layer_norm_std(
        torch.tensor([1.0, 0, 0, 0]), torch.ones(4), torch.zeros(4)
    )
    assert float(corner[0]) == pytest.approx(1.5, abs=1e-4)


def test_replacing_a_function_leaves_the_model_as_it_is(assistant):
    rows, own = [assistant.begin("abcab")], assistant.model.functions
    nats, change = look_alike_functions.cost_of_replacing(assistant.model, rows)
    assert change == 0 and assistant.model.functions is own
    other, moved = look_alike_functions.cost_of_replacing(
        assistant.model, rows, layer_norm=look_alike_functions.layer_norm_std
    )
    assert moved > 0 and other != nats and assistant.model.functions is own
    with pytest.raises(ZeroDivisionError):
        look_alike_functions.cost_of_replacing(assistant.model, rows, layer_norm=lambda *_: 1 / 0)
    assert assistant.model.functions is own
    same = dataclasses.replace(own)
    assert look_alike_functions.cost_of_replacing(
        assistant.model, rows, feed_forward=same.feed_forward
    )[0] == pytest.approx(nats)
