"""What size costs: the stages of ZeRO against each other, and what is refused."""

import pytest

from gptlab import scaling


@pytest.mark.parametrize("n_devices", [1, 2, 64])
def test_each_stage_of_zero_saves_until_nothing_is_held_twice(n_devices):
    held = [scaling.zero_memory_bytes(10**6, n_devices, stage) for stage in range(4)]
    assert held == sorted(held, reverse=True)
    assert held[3] * n_devices == held[0] == 16e6


@pytest.mark.parametrize("stage", [-1, 4])
def test_zero_has_three_stages(stage):
    with pytest.raises(ValueError, match=str(stage)):
        scaling.zero_memory_bytes(10, 2, stage)
