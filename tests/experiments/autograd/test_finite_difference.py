"""Gradients by finite differences."""

import pytest

from gptlab.experiments.autograd import finite_difference


def test_central_differences_and_the_seconds_of_both_ways():
    assert finite_difference.central_difference(
        lambda a, b: a * b + a, {"a": 2.0, "b": -3.0}, "a"
    ) == pytest.approx(-2.0, abs=1e-6)
    assert all(seconds > 0 for seconds in finite_difference.gradient_seconds(5))
