"""Gradient descent on a loss of two parameters."""

import pytest

from gptlab.experiments.autograd.gradient_descent import descend

POINTS = [(1.0, 3.0), (2.0, 5.0), (4.0, 9.0)]


def bowl(w, b):
    return sum((w * x + b - y) ** 2 for x, y in POINTS) * (1 / 3)


def test_descent_goes_down_to_the_lowest_point():
    path = descend(bowl, (0.0, 0.0), 0.05, 400)
    assert path[-1][:2] == pytest.approx((2.0, 1.0), abs=1e-2) and path[-1][2] < path[0][2]
    assert path[1][0] == pytest.approx(0.05 * 2 * sum(x * y for x, y in POINTS) / 3)


def test_a_path_that_explodes_ends_early():
    assert len(descend(bowl, (0.0, 0.0), 1.0, 400)) < 50
