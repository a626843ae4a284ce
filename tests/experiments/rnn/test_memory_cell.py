"""One number as a memory: its states and gradients, worked out by hand."""

import math

import pytest

from gptlab.experiments.rnn import memory_cell


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0, 2.0])
def test_one_number_is_followed(weight):
    yes, no, grads = memory_cell.follow(weight, steps=6)
    expected, slope = [math.tanh(2)], [1.0]
    for _ in range(6):
        expected.append(math.tanh(weight * expected[-1]))
    for h in reversed(expected[1:]):  # the chain rule by hand
        slope.insert(0, slope[0] * weight * (1 - h * h))
    assert yes == pytest.approx(expected) and no == pytest.approx([-h for h in expected])
    assert grads == pytest.approx(slope)
