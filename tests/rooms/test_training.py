"""The training step: the shortest text, no gradients at all, and what is refused."""

import pytest
import torch

from gptlab import training
from tests.support.tensors import seeded


def test_get_batch_of_a_short_text():
    x, y = training.get_batch(torch.arange(6), 2, 5, seeded())
    assert x.tolist() == [[0, 1, 2, 3, 4]] * 2 and y[0, -1] == 5
    with pytest.raises(ValueError, match="5 tokens.*5.*6"):
        training.get_batch(torch.arange(5), 2, 5, seeded())


def test_adamw_counts_steps_from_1():
    zeros = [torch.zeros(3) for _ in range(4)]
    with pytest.raises(ValueError, match="0"):
        training.adamw_step(*zeros, 0, 0.1, (0.9, 0.999), 1e-8, 0.0)


def test_clip_by_global_norm_of_nothing():
    assert training.clip_by_global_norm([], 1.0) == 0
