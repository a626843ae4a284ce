"""Wrong bodies of gptlab/scaling.py as people write them, and what each is to be told."""

from tests.exercises.scaling import induction_natural_ways  # noqa: F401
from tests.support.natural_ways import natural

ZERO = "scaling.zero_memory_bytes"


@natural(ZERO, "everything cut at every stage")
def one_formula(n_params, n_devices, stage):
    return (2 + 2 + 12) * n_params / n_devices


@natural(ZERO, "everything cut at every stage")
def any_stage_is_the_last(n_params, n_devices, stage):
    total = 16 * n_params
    return total / n_devices if stage else total


@natural(ZERO, "only the stage's own part cut")
def three_ifs(n_params, n_devices, stage):
    parameters, gradients, optimizer = 2 * n_params, 2 * n_params, 12 * n_params
    if stage == 1:
        optimizer /= n_devices
    if stage == 2:
        gradients /= n_devices
    if stage == 3:
        parameters /= n_devices
    return parameters + gradients + optimizer


@natural(ZERO, "the parameters never cut")
def two_of_three(n_params, n_devices, stage):
    fixed = 2 * n_params
    gradients = 2 * n_params / (n_devices if stage >= 2 else 1)
    return fixed + gradients + 12 * n_params / (n_devices if stage >= 1 else 1)


@natural(ZERO, "the stages one too early")
def from_zero(n_params, n_devices, stage):
    optimizer = 12 * n_params / n_devices
    gradients = 2 * n_params / (n_devices if stage > 0 else 1)
    parameters = 2 * n_params / (n_devices if stage > 1 else 1)
    return optimizer + gradients + parameters


@natural(ZERO, "everything in 32 bits")
def single_precision(n_params, n_devices, stage):
    held = [4 * n_params, 4 * n_params, 8 * n_params]
    for i in range(stage):
        held[2 - i] /= n_devices
    return sum(held)


@natural(ZERO, "the optimizer's state not cut first")
def as_they_are_listed(n_params, n_devices, stage):
    held = [2 * n_params, 2 * n_params, 12 * n_params]
    for i in range(stage):
        held[i] /= n_devices
    return sum(held)


@natural(ZERO, "rounded down")
def with_whole_numbers(n_params, n_devices, stage):
    a, b, c = (n_devices if stage >= first else 1 for first in (1, 2, 3))
    return 12 * n_params // a + 2 * n_params // b + 2 * n_params // c


@natural(ZERO, "the 32-bit parameters forgotten")
def adams_two_means(n_params, n_devices, stage):
    table = {0: (12, 0), 1: (4, 8), 2: (2, 10), 3: (0, 12)}
    whole, cut = table[stage]
    return n_params * (whole + cut / n_devices)


@natural(ZERO, "gigabytes")
def in_gigabytes(n_params, n_devices, stage):
    whole = (16, 4, 2, 0)[stage]
    return (whole + (16 - whole) / n_devices) * n_params / 10**9


@natural(ZERO, "all devices together")
def of_the_cluster(n_params, n_devices, stage):
    whole = (16, 4, 2, 0)[stage]
    return n_params * (whole * n_devices + 16 - whole)


@natural(ZERO, "no number for the last stage")
def a_forgotten_case(n_params, n_devices, stage):
    if stage == 0:
        return 16.0 * n_params
    if stage == 1:
        return 4 * n_params + 12 * n_params / n_devices
    if stage == 2:
        return 2 * n_params + 14 * n_params / n_devices
