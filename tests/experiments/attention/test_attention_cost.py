"""The cost of attention, counted and timed."""

from gptlab.experiments.attention import attention_cost


def test_cost_is_counted_and_timed():
    assert attention_cost.multiplications(64) == 4 * attention_cost.multiplications(32)
    assert attention_cost.attention_seconds(8, rounds=1) > 0
