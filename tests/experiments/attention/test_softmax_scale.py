"""How sharp a softmax is, with and without the division."""

import pytest
import torch

from gptlab.experiments.attention import softmax_scale


def test_softmax_stats_are_what_they_say():
    weights = torch.tensor([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]])
    torch.testing.assert_close(softmax_scale.effective_choices(weights), torch.tensor([2.0, 1.0]))
    torch.testing.assert_close(softmax_scale.softmax_gradient(weights), torch.tensor([0.5, 0.0]))
    narrow, wide = softmax_scale.softmax_stats(1), softmax_scale.softmax_stats(256)
    assert wide.variance == pytest.approx(256, rel=0.15)
    assert wide.choices[0] < 2 < 4 < wide.choices[1] and wide.gradient[0] < wide.gradient[1]
    assert narrow.choices[0] == narrow.choices[1]
