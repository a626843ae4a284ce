"""What size costs: the stages of ZeRO against each other, and what is refused."""

import pytest

from gptlab import scaling
from gptlab.engine.config import GPTConfig
from gptlab.experiments.power_law import log_slope


@pytest.mark.parametrize("n_devices", [1, 2, 64])
def test_each_stage_of_zero_saves_until_nothing_is_held_twice(n_devices):
    held = [scaling.zero_memory_bytes(10**6, n_devices, stage) for stage in range(4)]
    assert held == sorted(held, reverse=True)
    assert held[3] * n_devices == held[0] == 16e6


@pytest.mark.parametrize("stage", [-1, 4])
def test_zero_has_three_stages(stage):
    with pytest.raises(ValueError, match=str(stage)):
        scaling.zero_memory_bytes(10, 2, stage)


@pytest.mark.parametrize("shape", [(4, 128, 4096, 128), (1, 8, 1024, 128), (12, 768, 50257, 1024)])
def test_parameters_are_those_of_the_configuration(shape):
    n_layers, d_model, vocab_size, context = shape
    config = GPTConfig(vocab_size, context, n_layers, 1, d_model)
    assert scaling.transformer_parameters(*shape) == config.n_parameters


def test_a_fit_gives_the_slope_that_lessons_04_and_06_measured():
    xs, ys = [1.0, 3.0, 7.0, 20.0], [5.0, 2.2, 1.4, 0.6]
    assert scaling.fit_power_law(xs, ys)[1] == pytest.approx(-log_slope(xs, ys))


def test_ten_times_the_budget_is_spent_by_the_two_exponents():
    law = (3.0, 0.3, 8.0, 0.6)
    (n, d), (more_n, more_d) = (scaling.compute_optimal(c, *law) for c in (1e12, 1e13))
    assert more_n / n == pytest.approx(10 ** (0.6 / 0.9))
    assert more_d / d == pytest.approx(10 ** (0.3 / 0.9))
