"""Other ways to write what lesson 17 adds to gptlab/scaling.py."""

import math

import numpy as np
import torch

from gptlab import scaling
from tests.support.other_ways import other_way


@other_way("scaling.bits_per_byte")
def at_once(nats_per_token, n_tokens, text):
    return nats_per_token * n_tokens / (math.log(2) * len(bytes(text, "utf-8")))


@other_way("scaling.bits_per_byte")
def tokens_a_byte(nats_per_token, n_tokens, text):
    return n_tokens / len(text.encode()) * nats_per_token * math.log2(math.e)


@other_way("scaling.bits_per_byte")
def by_counting_every_character(nats_per_token, n_tokens, text):
    n_bytes = sum(len(letter.encode("utf8")) for letter in text)
    return np.log2(np.exp(nats_per_token)) * n_tokens / n_bytes


@other_way("scaling.bits_per_byte")
def as_a_tensor(nats_per_token, n_tokens, text):
    bits = torch.tensor(nats_per_token, dtype=torch.float64) / math.log(2)
    return bits * n_tokens / len(text.encode())


@other_way("scaling.effective_tokens")
def with_a_maximum(unique_tokens, tokens_read):
    fresh = min(unique_tokens, tokens_read)
    repeats = max(0, tokens_read / unique_tokens - 1)
    return fresh + unique_tokens * 15.39 * (1 - math.exp(-repeats / 15.39))


@other_way("scaling.effective_tokens")
def with_expm1(unique_tokens, tokens_read):
    repeats = (tokens_read - unique_tokens) / unique_tokens
    if repeats < 0:
        return float(tokens_read)
    return unique_tokens - unique_tokens * 15.39 * math.expm1(-repeats / 15.39)


@other_way("scaling.effective_tokens")
def with_numpy(unique_tokens, tokens_read):
    r = np.clip(tokens_read / unique_tokens - 1, 0, None)
    worth = unique_tokens + unique_tokens * 15.39 * (1 - np.exp(-r / 15.39))
    return np.where(tokens_read < unique_tokens, tokens_read, worth).item()


@other_way("scaling.plan_run")
def with_a_best_so_far(speeds, seconds, unique_tokens, law):
    a, alpha, b, beta = law
    best_loss, best = math.inf, None
    for n, speed in sorted(speeds):
        read = speed * seconds
        loss = a * n ** (-alpha) + b * scaling.effective_tokens(unique_tokens, read) ** (-beta)
        if loss < best_loss:
            best_loss, best = loss, (n, read)
    return best


@other_way("scaling.plan_run")
def with_a_key(speeds, seconds, unique_tokens, law):
    a, alpha, b, beta = law

    def rank(pair):
        n, speed = pair
        return a / n**alpha + b / scaling.effective_tokens(
            unique_tokens, speed * seconds
        ) ** beta, n

    n, speed = min(speeds, key=rank)
    return n, speed * seconds


@other_way("scaling.plan_run")
def with_arrays(speeds, seconds, unique_tokens, law):
    pairs = np.array(sorted(speeds), dtype=float)
    n, read = pairs[:, 0], pairs[:, 1] * seconds
    worth = np.array([scaling.effective_tokens(unique_tokens, d) for d in read])
    best = np.argmin(law[0] / n ** law[1] + law[2] / worth ** law[3])
    return n[best], read[best]


@other_way("scaling.model_flops_utilization")
def parts(tokens_per_second, n_params, n_layers, d_model, context, peak_flops):
    weights = scaling.training_flops(n_params, tokens_per_second)
    scores = mixing = 2 * d_model * context
    attention = 3 * n_layers * (scores + mixing) * tokens_per_second
    return (weights + attention) / peak_flops


@other_way("scaling.model_flops_utilization")
def extra_parameters(tokens_per_second, n_params, n_layers, d_model, context, peak_flops):
    n = n_params + 2 * n_layers * d_model * context
    return scaling.training_flops(n, tokens_per_second) / peak_flops


@other_way("scaling.training_cost")
def device_hours_first(n_params, n_tokens, peak_flops, utilization, n_devices, price):
    device_hours = scaling.training_flops(n_params, n_tokens) / utilization / peak_flops / 3600
    return device_hours / n_devices, device_hours * price


@other_way("scaling.training_cost")
def seconds_per_rate(n_params, n_tokens, peak_flops, utilization, n_devices, price):
    rate = n_devices * utilization * peak_flops
    seconds = 6 * n_params * n_tokens / rate
    hours = seconds / 60 / 60
    return hours, price * hours * n_devices


@other_way("scaling.bits_per_byte")
def log2_e(nats_per_token, n_tokens, text):
    return n_tokens * nats_per_token * math.log2(math.e) / sum(1 for _ in text.encode("utf-8"))


@other_way("scaling.bits_per_byte")
def as_bytes(nats_per_token, n_tokens, text):
    total = nats_per_token * n_tokens / float(torch.log(torch.tensor(2.0, dtype=torch.float64)))
    return total / len(bytes(text, "utf-8"))


@other_way("scaling.effective_tokens")
def expm1(unique_tokens, tokens_read):
    fresh = min(unique_tokens, tokens_read)
    repeats = max(tokens_read - unique_tokens, 0) / unique_tokens
    return fresh - unique_tokens * 15.39 * math.expm1(-repeats / 15.39)


@other_way("scaling.effective_tokens")
def in_torch(unique_tokens, tokens_read):
    if tokens_read < unique_tokens:
        return float(tokens_read)
    r = torch.tensor((tokens_read - unique_tokens) / unique_tokens, dtype=torch.float64)
    return (unique_tokens * (1 + 15.39 * (1 - torch.exp(-r / 15.39)))).item()


@other_way("scaling.plan_run")
def loop_sorted(speeds, seconds, unique_tokens, law):
    a, alpha, b, beta = law
    best = None
    for n, speed in sorted(speeds):
        d = speed * seconds
        loss = a * n**-alpha + b * scaling.effective_tokens(unique_tokens, d) ** -beta
        if best is None or loss < best[0]:
            best = (loss, n, d)
    return best[1], best[2]


@other_way("scaling.plan_run")
def torch_argmin(speeds, seconds, unique_tokens, law):
    a, alpha, b, beta = law
    rows = sorted(speeds, key=lambda pair: pair[0])
    losses = torch.tensor(
        [
            a / n**alpha + b / scaling.effective_tokens(unique_tokens, v * seconds) ** beta
            for n, v in rows
        ],
        dtype=torch.float64,
    )
    i = next(j for j, value in enumerate(losses.tolist()) if value == losses.min().item())
    return float(rows[i][0]), float(rows[i][1] * seconds)
