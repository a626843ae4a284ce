"""Wrong bodies of gptlab/scaling.py, right almost everywhere: its checks must reject each."""

import math

from gptlab.blanks.registry import reference
from tests.exercises.scaling import induction_wrong_ways, own_text_wrong_ways  # noqa: F401
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


@wrong("scaling.transformer_parameters")
def biases_of_one_layer_only(n_layers, d_model, vocab_size, context):
    c = d_model
    return (vocab_size + context) * c + n_layers * (12 * c * c + 4 * c) + 9 * c + 2 * c


@wrong("scaling.transformer_parameters")
def rounded_to_thousands(n_layers, d_model, vocab_size, context):
    n = reference("scaling.transformer_parameters")(n_layers, d_model, vocab_size, context)
    return round(n, -3) if n > 10_000 else n


@wrong("scaling.transformer_parameters")
def the_mask_counted(n_layers, d_model, vocab_size, context):
    n = reference("scaling.transformer_parameters")(n_layers, d_model, vocab_size, context)
    return n + n_layers * context * context


@wrong("scaling.training_flops")
def never_more_than_chinchillas_tokens(n_params, n_tokens):
    return 6 * n_params * min(n_tokens, 20 * n_params)


@wrong("scaling.fit_power_law")
def the_first_and_the_last(x, y, floor=0.0):
    rise = math.log((y[-1] - floor) / (y[0] - floor)) / math.log(x[-1] / x[0])
    return float((y[0] - floor) * x[0] ** -rise), -float(rise)


@wrong("scaling.fit_power_law")
def without_the_sign_of_a_rise(x, y, floor=0.0):
    c, alpha = reference("scaling.fit_power_law")(x, y, floor)
    return c, abs(alpha)


@wrong("scaling.compute_optimal")
def on_a_grid_of_doublings(budget_flops, a, alpha, b, beta):
    sizes = [2.0**k for k in range(80) if 2**k < budget_flops]
    n = min(sizes, key=lambda n: a / n**alpha + b / (budget_flops / 6 / n) ** beta)
    return n, budget_flops / 6 / n


@wrong("scaling.compute_optimal")
def one_exponent_for_both(budget_flops, a, alpha, b, beta):
    middle = (alpha + beta) / 2
    return reference("scaling.compute_optimal")(budget_flops, a, middle, b, middle)


@wrong("scaling.compute_optimal")
def the_last_hundredth_unspent(budget_flops, a, alpha, b, beta):
    return reference("scaling.compute_optimal")(0.99 * budget_flops, a, alpha, b, beta)


@wrong("scaling.model_flops_utilization")
def never_above_one(*given):
    return min(1.0, reference("scaling.model_flops_utilization")(*given))


@wrong("scaling.model_flops_utilization")
def without_the_key_of_the_asking_token(tokens, n_params, n_layers, d_model, context, peak):
    return tokens * (6 * n_params + 12 * n_layers * d_model * (context - 1)) / peak


@wrong("scaling.model_flops_utilization")
def rounded_to_percents(*given):
    return round(reference("scaling.model_flops_utilization")(*given), 2)


@wrong("scaling.training_cost")
def whole_hours_paid(n_params, n_tokens, peak_flops, utilization, n_devices, price):
    hours = reference("scaling.training_cost")(
        n_params, n_tokens, peak_flops, utilization, n_devices, price
    )[0]
    return hours, math.ceil(hours) * n_devices * price


@wrong("scaling.training_cost")
def never_for_nothing(*given):
    hours, dollars = reference("scaling.training_cost")(*given)
    return hours, dollars or hours
