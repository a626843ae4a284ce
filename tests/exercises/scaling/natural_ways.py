"""Wrong bodies of gptlab/scaling.py as people write them, and what each is to be told."""

import math
import statistics

import numpy as np
import torch

from tests.exercises.scaling import induction_natural_ways, own_text_natural_ways  # noqa: F401
from tests.support.natural_ways import natural

ZERO = "scaling.zero_memory_bytes"
COUNT = "scaling.transformer_parameters"
FLOPS = "scaling.training_flops"
FIT = "scaling.fit_power_law"
BEST = "scaling.compute_optimal"


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


@natural(COUNT, "neither biases nor norms")
def twelve_squares(n_layers, d_model, vocab_size, context):
    return 12 * n_layers * d_model**2 + (vocab_size + context) * d_model


@natural(COUNT, "the head counted as well")
def embedding_and_head(n_layers, d_model, vocab_size, context):
    c = d_model
    block = (3 * c * c + 3 * c) + (c * c + c) + (4 * c * c + 4 * c) + (4 * c * c + c) + 4 * c
    return vocab_size * c + context * c + n_layers * block + 2 * c + c * vocab_size


@natural(COUNT, "norms without a bias")
def a_gain_alone(n_layers, d_model, vocab_size, context):
    c = d_model
    return (vocab_size + context) * c + n_layers * (12 * c * c + 9 * c + 2 * c) + c


@natural(COUNT, "the last norm left out")
def blocks_and_embeddings(n_layers, d_model, vocab_size, context):
    c = d_model
    return (vocab_size + context) * c + n_layers * (12 * c * c + 13 * c)


@natural(COUNT, "every bias of width C")
def four_biases(n_layers, d_model, vocab_size, context):
    c = d_model
    block = 12 * c * c + 4 * c + 2 * (2 * c)
    return vocab_size * c + context * c + n_layers * block + 2 * c


@natural(COUNT, "the position embedding left out")
def no_places(n_layers, d_model, vocab_size, context):
    c = d_model
    return vocab_size * c + n_layers * (12 * c * c + 13 * c) + 2 * c


@natural(COUNT, "q, k and v counted once")
def one_of_three(n_layers, d_model, vocab_size, context):
    c = d_model
    block = 2 * (c * c + c) + (4 * c * c + 4 * c) + (4 * c * c + c) + 4 * c
    return (vocab_size + context) * c + n_layers * block + 2 * c


@natural(COUNT, "the embeddings left out")
def kaplans(n_layers, d_model, vocab_size, context):
    return n_layers * (12 * d_model**2 + 13 * d_model) + 2 * d_model


@natural(FLOPS, "the forward pass alone")
def a_multiplication_and_an_addition(n_params, n_tokens):
    return n_params * n_tokens * 2


@natural(FLOPS, "half of it: one operation a weight")
def multiplications(n_params, n_tokens):
    forward, backward = n_params * n_tokens, 2 * n_params * n_tokens
    return forward + backward


@natural(FLOPS, "four a weight: two of three products")
def there_and_back(n_params, n_tokens):
    return 2 * n_params * n_tokens + 2 * n_params * n_tokens


@natural(FLOPS, "added, not multiplied")
def a_sum(n_params, n_tokens):
    return 6 * n_params + 6 * n_tokens


@natural(FLOPS, "in petaflop/s-days")
def days(n_params, n_tokens):
    return 6 * n_params * n_tokens / (1e15 * 24 * 3600)


@natural(FIT, "the floor left in")
def as_before(x, y, floor=0.0):
    slope, intercept = np.polyfit(np.log(x), np.log(y), 1)
    return float(np.exp(intercept)), float(-slope)


@natural(FIT, "α before c")
def as_polyfit_gives_them(x, y, floor=0.0):
    slope, intercept = np.polyfit(np.log(x), np.log(np.array(y) - floor), 1)
    return -slope, np.exp(intercept)


@natural(FIT, "the slope with its sign")
def a_slope(x, y, floor=0.0):
    line = statistics.linear_regression([math.log(v) for v in x], [math.log(v - floor) for v in y])
    return math.exp(line.intercept), line.slope


@natural(FIT, "log c handed back")
def an_intercept(x, y, floor=0.0):
    slope, intercept = np.polyfit(np.log(x), np.log(np.array(y) - floor), 1)
    return intercept, -slope


@natural(FIT, "log c handed back, and the slope with its sign")
def torchs_solution(x, y, floor=0.0):
    u = torch.as_tensor(x, dtype=torch.float64).log()
    v = (torch.as_tensor(y, dtype=torch.float64) - floor).log()
    found = torch.linalg.lstsq(torch.stack([torch.ones_like(u), u], dim=1), v).solution
    return found[0].item(), found[1].item()


@natural(FIT, "two kinds of logarithm")
def tens_and_e(x, y, floor=0.0):
    slope, intercept = np.polyfit(np.log10(x), np.log10(np.array(y) - floor), 1)
    return np.exp(intercept), -slope


@natural(FIT, "only y in logarithms")
def an_exponential(x, y, floor=0.0):
    slope, intercept = np.polyfit(np.array(x), np.log(np.array(y) - floor), 1)
    return np.exp(intercept), -slope


@natural(FIT, "the floor subtracted after the logarithm")
def a_log_less_the_floor(x, y, floor=0.0):
    slope, intercept = np.polyfit(np.log(x), np.log(y) - floor, 1)
    return np.exp(intercept), -slope


@natural(FIT, "logarithm of a list")
def math_of_a_list(x, y, floor=0.0):
    u, v = math.log(x), math.log(y - floor)
    return math.exp(v), -v / u


@natural(FIT, "a line through the origin")
def a_quotient(x, y, floor=0.0):
    u, v = np.log(x), np.log(np.array(y) - floor)
    return 1.0, -float((u @ v) / (u @ u))


@natural(BEST, "C = N·D")
def six_forgotten(budget_flops, a, alpha, b, beta):
    g = (alpha * a / (beta * b)) ** (1 / (alpha + beta))
    n = g * budget_flops ** (beta / (alpha + beta))
    return n, budget_flops / n


@natural(BEST, "the exponents swapped")
def alpha_above(budget_flops, a, alpha, b, beta):
    g = (alpha * a / (beta * b)) ** (1 / (alpha + beta))
    n = g * (budget_flops / 6) ** (alpha / (alpha + beta))
    return n, budget_flops / (6 * n)


@natural(BEST, "the two terms made equal")
def a_balance(budget_flops, a, alpha, b, beta):
    k = budget_flops / 6
    n = (a / b * k**beta) ** (1 / (alpha + beta))
    return n, k / n


@natural(BEST, "the two derivatives made equal")
def equal_slopes(budget_flops, a, alpha, b, beta):
    k = budget_flops / 6
    n = (a * alpha * k ** (beta + 1) / (b * beta)) ** (1 / (alpha + 1 + beta + 1))
    return n, k / n


@natural(BEST, "20 tokens a parameter")
def the_rule(budget_flops, a, alpha, b, beta):
    n = math.sqrt(budget_flops / (6 * 20))
    return n, 20 * n


@natural(BEST, "tokens = C / N")
def all_tokens(budget_flops, a, alpha, b, beta):
    g = (alpha * a / (beta * b)) ** (1 / (alpha + beta))
    n = g * (budget_flops / 6) ** (beta / (alpha + beta))
    return n, budget_flops / n


@natural(BEST, "the factor upside down")
def upside_down(budget_flops, a, alpha, b, beta):
    k = budget_flops / 6
    n = (b * beta / (a * alpha) * k**beta) ** (1 / (alpha + beta))
    return n, k / n


@natural(BEST, "D with a factor of its own")
def two_formulas(budget_flops, a, alpha, b, beta):
    g = (alpha * a / (beta * b)) ** (1 / (alpha + beta))
    k = budget_flops / 6
    return g * k ** (beta / (alpha + beta)), g * k ** (alpha / (alpha + beta))


SHARE = "scaling.model_flops_utilization"
COST = "scaling.training_cost"


@natural(SHARE, "the attention between positions left out")
def six_n_over_the_peak(tokens_per_second, n_params, n_layers, d_model, context, peak_flops):
    return 6 * n_params * tokens_per_second / peak_flops


@natural(SHARE, "half of the attention")
def the_scores_alone(tokens_per_second, n_params, n_layers, d_model, context, peak_flops):
    scores = 2 * n_layers * d_model * context
    return tokens_per_second * 3 * (2 * n_params + scores) / peak_flops


@natural(SHARE, "half of the keys, on average")
def only_what_is_seen(tokens_per_second, n_params, n_layers, d_model, context, peak_flops):
    products = 2 * n_layers * d_model * (context + 1) / 2
    return tokens_per_second * 6 * (n_params + products) / peak_flops


@natural(SHARE, "attention once, not at every token")
def added_at_the_end(tokens_per_second, n_params, n_layers, d_model, context, peak_flops):
    weights = tokens_per_second * 6 * n_params
    return (weights + 12 * n_layers * d_model * context) / peak_flops


@natural(COST, "one device paid")
def hours_times_price(n_params, n_tokens, peak_flops, utilization, n_devices, price):
    hours = 6 * n_params * n_tokens / (peak_flops * utilization * n_devices) / 3600
    return hours, price * hours


@natural(COST, "seconds, and paid by the second")
def no_unit_changed(n_params, n_tokens, peak_flops, utilization, n_devices, price):
    seconds = 6 * n_params * n_tokens / (peak_flops * utilization * n_devices)
    return seconds, seconds * n_devices * price
