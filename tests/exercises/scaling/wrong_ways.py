"""Wrong bodies of gptlab/scaling.py, right almost everywhere: its checks must reject each."""

import math

from gptlab.blanks.registry import reference
from tests.exercises.scaling import induction_wrong_ways  # noqa: F401
from tests.support.wrong_ways import wrong


def _right(*given):
    return reference("scaling.zero_memory_bytes")(*given)


@wrong("scaling.zero_memory_bytes")
def rounded_up(n_params, n_devices, stage):
    return math.ceil(_right(n_params, n_devices, stage))


@wrong("scaling.zero_memory_bytes")
def whole_parameters_on_each_device(n_params, n_devices, stage):
    cut = {0: 0, 1: 12, 2: 14, 3: 16}[stage]
    return (16 - cut) * n_params + cut * math.ceil(n_params / n_devices)


@wrong("scaling.zero_memory_bytes")
def stage_three_with_its_own_copy(n_params, n_devices, stage):
    return _right(n_params, n_devices, stage) + (2 * n_params if stage == 3 else 0)


@wrong("scaling.zero_memory_bytes")
def devices_in_pairs(n_params, n_devices, stage):
    return _right(n_params, max(n_devices, 2), stage)
