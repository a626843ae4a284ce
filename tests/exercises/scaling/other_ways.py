"""Other ways to write gptlab/scaling.py."""

import math
import statistics
from fractions import Fraction

import numpy as np
import torch

from tests.exercises.scaling import induction_other_ways, own_text_other_ways  # noqa: F401
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


@other_way("scaling.transformer_parameters")
def by_shapes(n_layers, d_model, vocab_size, context):
    c = d_model
    block = [(c,), (c,), (c, 3 * c), (3 * c,), (c, c), (c,)]
    block += [(c,), (c,), (c, 4 * c), (4 * c,), (4 * c, c), (c,)]
    shapes = [(vocab_size, c), (context, c)] + n_layers * block + [(c,), (c,)]
    return sum(math.prod(shape) for shape in shapes)


@other_way("scaling.transformer_parameters")
def by_formula(n_layers, d_model, vocab_size, context):
    return (
        n_layers * (12 * d_model**2 + 13 * d_model) + (vocab_size + context) * d_model + 2 * d_model
    )


@other_way("scaling.transformer_parameters")
def by_a_linear_layer(n_layers, d_model, vocab_size, context):
    def linear(n_in, n_out):
        return n_in * n_out + n_out

    total = vocab_size * d_model + context * d_model
    for _ in range(n_layers):
        total += 2 * d_model + linear(d_model, 3 * d_model) + linear(d_model, d_model)
        total += 2 * d_model + linear(d_model, 4 * d_model) + linear(4 * d_model, d_model)
    return total + d_model + d_model


@other_way("scaling.training_flops")
def three_products(n_params, n_tokens):
    product = 2 * n_params
    return sum(product for _ in range(3)) * n_tokens


@other_way("scaling.training_flops")
def at_once(n_params, n_tokens):
    return 6.0 * n_tokens * n_params


@other_way("scaling.training_flops")
def forward_and_twice_that(n_params, n_tokens):
    forward = 2 * n_params * n_tokens
    return torch.tensor(forward + 2 * forward, dtype=torch.float64)


@other_way("scaling.fit_power_law")
def with_numpys_polyfit(x, y, floor=0.0):
    slope, intercept = np.polyfit(np.log(np.array(x)), np.log(np.array(y) - floor), 1)
    return np.exp(intercept), -slope


@other_way("scaling.fit_power_law")
def with_pythons_statistics(x, y, floor=0.0):
    line = statistics.linear_regression(
        [math.log(float(v)) for v in x], [math.log(float(v) - floor) for v in y]
    )
    return math.exp(line.intercept), -line.slope


@other_way("scaling.fit_power_law")
def with_sums(x, y, floor=0.0):
    u, v = [math.log(a) for a in x], [math.log(b - floor) for b in y]
    n, su, sv = len(u), sum(u), sum(v)
    suu, suv = sum(a * a for a in u), sum(a * b for a, b in zip(u, v, strict=True))
    slope = (n * suv - su * sv) / (n * suu - su**2)
    return math.exp((sv - slope * su) / n), -slope


@other_way("scaling.fit_power_law")
def in_decimal_logarithms(x, y, floor=0.0):
    u = torch.log10(torch.tensor([float(v) for v in x], dtype=torch.float64))
    v = torch.log10(torch.tensor([float(v) for v in y], dtype=torch.float64) - floor)
    columns = torch.stack([u, torch.ones_like(u)], dim=1)
    slope, intercept = torch.linalg.lstsq(columns, v[:, None]).solution.flatten()
    return 10**intercept, -slope


@other_way("scaling.compute_optimal")
def as_in_the_paper(budget_flops, a, alpha, b, beta):
    g = (alpha * a / (beta * b)) ** (1 / (alpha + beta))
    n = g * (budget_flops / 6) ** (beta / (alpha + beta))
    return n, (budget_flops / 6) ** (alpha / (alpha + beta)) / g


@other_way("scaling.compute_optimal")
def tokens_first(budget_flops, a, alpha, b, beta):
    tokens = (b * beta / (a * alpha) * (budget_flops / 6) ** alpha) ** (1 / (alpha + beta))
    return budget_flops / 6 / tokens, tokens


@other_way("scaling.compute_optimal")
def by_thirds(budget_flops, a, alpha, b, beta):
    product, low, high = budget_flops / 6, -20.0, math.log(budget_flops) + 20

    def loss(log_n):
        n = math.exp(log_n)
        return a / n**alpha + b / (product / n) ** beta

    for _ in range(200):
        third = (high - low) / 3
        if loss(low + third) < loss(high - third):
            high -= third
        else:
            low += third
    return math.exp(low), product / math.exp(low)


@other_way("scaling.compute_optimal")
def where_the_slope_turns(budget_flops, a, alpha, b, beta):
    low, high = -20.0, math.log(budget_flops) + 20
    for _ in range(100):
        middle = (low + high) / 2
        n = math.exp(middle)
        falls = a * alpha / n**alpha > b * beta / (budget_flops / 6 / n) ** beta
        low, high = (middle, high) if falls else (low, middle)
    return torch.tensor([n, budget_flops / 6 / n], dtype=torch.float64)


@other_way("scaling.compute_optimal")
def on_a_fine_grid(budget_flops, a, alpha, b, beta):
    sizes = np.exp(np.linspace(-10, np.log(budget_flops) + 10, 200_001))
    losses = a * sizes**-alpha + b * (budget_flops / 6 / sizes) ** -beta
    best = sizes[np.argmin(losses)]
    return best, budget_flops / 6 / best


@other_way("scaling.model_flops_utilization")
def as_in_palms_appendix(tokens_per_second, n_params, n_layers, d_model, context, peak_flops):
    most = peak_flops / (6 * n_params + 12 * n_layers * d_model * context)  # tokens a second
    return tokens_per_second / most


@other_way("scaling.model_flops_utilization")
def layer_by_layer(tokens_per_second, n_params, n_layers, d_model, context, peak_flops):
    forward = 2 * n_params
    for _ in range(n_layers):
        scores = 2 * d_model * context
        mixing = 2 * context * d_model
        forward += scores + mixing
    return 3 * forward * tokens_per_second / peak_flops


@other_way("scaling.model_flops_utilization")
def for_a_whole_sequence(tokens_per_second, n_params, n_layers, d_model, context, peak_flops):
    sequence = 6 * n_params * context + 12 * n_layers * d_model * context**2
    return sequence * (tokens_per_second / context) / peak_flops


@other_way("scaling.model_flops_utilization")
def in_exact_fractions(tokens_per_second, n_params, n_layers, d_model, context, peak_flops):
    asked = 6 * (Fraction(n_params) + 2 * n_layers * d_model * context)
    return float(Fraction(tokens_per_second) * asked / Fraction(peak_flops))


@other_way("scaling.training_cost")
def by_device_hours(n_params, n_tokens, peak_flops, utilization, n_devices, price):
    device_hours = 6 * n_params * n_tokens / (peak_flops * utilization) / 3600
    return device_hours / n_devices, device_hours * price


@other_way("scaling.training_cost")
def by_tokens_a_second(n_params, n_tokens, peak_flops, utilization, n_devices, price):
    rate = utilization * peak_flops / (6 * n_params)
    hours = n_tokens / (rate * n_devices) / 60 / 60
    return hours, price * n_devices * hours


@other_way("scaling.training_cost")
def as_tensors(n_params, n_tokens, peak_flops, utilization, n_devices, price):
    work = torch.tensor(6.0, dtype=torch.float64) * n_params * n_tokens
    hours = work / (n_devices * peak_flops * utilization * 3600)
    return hours, hours * n_devices * price
