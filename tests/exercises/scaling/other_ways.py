"""Other ways to write gptlab/scaling.py."""

from fractions import Fraction

import torch

from tests.exercises.scaling import induction_other_ways  # noqa: F401
from tests.support.other_ways import other_way


@other_way("scaling.zero_memory_bytes")
def as_the_papers_table(n_params, n_devices, stage):
    if stage == 0:
        return 16 * n_params
    if stage == 1:
        return 4 * n_params + 12 * n_params / n_devices
    if stage == 2:
        return 2 * n_params + 14 * n_params / n_devices
    return 16 * n_params / n_devices


@other_way("scaling.zero_memory_bytes")
def whole_and_cut(n_params, n_devices, stage):
    whole = [16, 4, 2, 0][stage]
    return n_params * (whole + (16 - whole) / n_devices)


@other_way("scaling.zero_memory_bytes")
def by_a_loop(n_params, n_devices, stage):
    total = 0
    for first_stage, size in {1: 12, 2: 2, 3: 2}.items():
        pieces = n_devices if stage >= first_stage else 1
        total += size * n_params / pieces
    return total


@other_way("scaling.zero_memory_bytes")
def exactly(n_params, n_devices, stage):
    cut = {0: 0, 1: 12, 2: 14, 3: 16}[stage]
    return float(Fraction(n_params) * (16 - cut + Fraction(cut, n_devices)))


@other_way("scaling.zero_memory_bytes")
def as_a_tensor(n_params, n_devices, stage):
    parts = torch.tensor([12.0, 2.0, 2.0], dtype=torch.float64)
    pieces = torch.where(torch.arange(1, 4) <= stage, n_devices, 1)
    return (parts / pieces).sum() * n_params
