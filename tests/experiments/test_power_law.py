"""Slopes on logarithms."""

import pytest

from gptlab.experiments.power_law import log_slope


def test_slopes():
    assert log_slope([1, 2, 4, 8], [3, 12, 48, 192]) == pytest.approx(2)
    assert log_slope([1, 2, 4], [5, 5, 5]) == pytest.approx(0)
    by_length = {n: 3 * n**2 for n in (2, 4, 32)}
    assert log_slope(by_length.keys(), by_length.values()) == pytest.approx(2)
