"""Every check draws some of its inputs, so that a grader can ask what stands in no table of known answers."""

import pytest

from gptlab.blanks import registry
from tests.support.recorded_calls import inputs_of

KEYS = [entry.key for entry in registry.blanks()]
SEEDS = 1 + (1 << 100), 1 + (1 << 101)


@pytest.mark.parametrize("key", KEYS)
def test_another_seed_asks_what_was_not_asked_before(key):
    every_day, first, second = (inputs_of(key, seed) for seed in (0, *SEEDS))
    assert first - every_day - second, "the first seed draws nothing of its own"
    assert second - every_day - first, "the second seed draws nothing of its own"


@pytest.mark.parametrize("key", ["sampling.append_token", "agents.calculate"])
def test_one_seed_asks_the_same_each_time(key):
    assert inputs_of(key, SEEDS[0]) == inputs_of(key, SEEDS[0])
