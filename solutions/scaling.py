"""Reference bodies for gptlab/scaling.py."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab import scaling


def zero_memory_bytes(n_params: float, n_devices: int, stage: int) -> float:
    if stage not in range(4):
        raise ValueError(
            f"stage is {stage}: ZeRO has the stages 1, 2 and 3, and 0 means without it"
        )
    optimizer = 12 * n_params
    gradients = 2 * n_params
    parameters = 2 * n_params
    if stage >= 1:
        optimizer = optimizer / n_devices
    if stage >= 2:
        gradients = gradients / n_devices
    if stage >= 3:
        parameters = parameters / n_devices
    return optimizer + gradients + parameters


def transformer_parameters(n_layers: int, d_model: int, vocab_size: int, context: int) -> int:
    norm = 2 * d_model
    attention = d_model * 3 * d_model + 3 * d_model + d_model * d_model + d_model
    feed_forward = d_model * 4 * d_model + 4 * d_model + 4 * d_model * d_model + d_model
    block = 2 * norm + attention + feed_forward
    return (vocab_size + context) * d_model + n_layers * block + norm


def training_flops(n_params: float, n_tokens: float) -> float:
    forward = 2
    backward = 4
    return (forward + backward) * n_params * n_tokens


def fit_power_law(x, y, floor: float = 0.0) -> tuple[float, float]:
    log_x = torch.as_tensor(x, dtype=torch.float64).log()
    log_y = (torch.as_tensor(y, dtype=torch.float64) - floor).log()
    dx = log_x - log_x.mean()
    slope = (dx * log_y).sum() / (dx * dx).sum()
    intercept = log_y.mean() - slope * log_x.mean()
    return float(intercept.exp()), -float(slope)


def compute_optimal(
    budget_flops: float, a: float, alpha: float, b: float, beta: float
) -> tuple[float, float]:
    product = budget_flops / scaling.training_flops(1, 1)  # N · D
    # along N · D = const, a · alpha / N^alpha = b · beta / D^beta where the loss is lowest
    n_params = (a * alpha / (b * beta) * product**beta) ** (1 / (alpha + beta))
    return n_params, product / n_params


def previous_token_score(attention: Tensor) -> Tensor:
    to_previous = attention.diagonal(offset=-1, dim1=-2, dim2=-1)  # (..., T-1)
    return to_previous.mean(dim=-1)


def induction_score(attention: Tensor, ids: Tensor) -> Tensor:
    n = len(ids)
    same = (ids[:, None] == ids).tril(-1)  # (T, T), [t, s]: ids[s] = ids[t] and s < t
    follows = torch.zeros(n, n, dtype=torch.bool, device=ids.device)
    follows[:, 1:] = same[:, :-1]  # [t, s + 1]: comes after an earlier occurrence
    counts = same.any(dim=-1)  # (T), the token has occurred before
    on_target = (attention * follows).sum(dim=-1)  # (..., T)
    return on_target.sum(dim=-1) / counts.sum().clamp(min=1)


def in_context_bigram(ids: Tensor, vocab_size: int) -> Tensor:
    copies = F.one_hot(ids[1:], vocab_size).float()  # (T-1, V), what came after each position
    matches = (
        (ids[:, None] == ids[:-1]).tril(-1).float()
    )  # (T, T-1), [t, s]: ids[s] = ids[t], s < t
    counts = matches @ copies  # (T, V)
    seen = counts.sum(dim=-1, keepdim=True)
    return torch.where(seen > 0, counts / seen.clamp(min=1), 1 / vocab_size)


def smear_keys(k: Tensor, alpha: Tensor) -> Tensor:
    own = torch.sigmoid(alpha)[:, None, None]  # (H, 1, 1)
    mixed = own * k[:, :, 1:] + (1 - own) * k[:, :, :-1]
    return torch.cat([k[:, :, :1], mixed], dim=2)


def model_flops_utilization(
    tokens_per_second: float,
    n_params: float,
    n_layers: int,
    d_model: int,
    context: int,
    peak_flops: float,
) -> float:
    weights = scaling.training_flops(n_params, 1)
    products = 2 * d_model * context  # queries with keys, weights with values: numbers of one layer
    attention = n_layers * scaling.training_flops(products, 1)
    return tokens_per_second * (weights + attention) / peak_flops


def training_cost(
    n_params: float,
    n_tokens: float,
    peak_flops: float,
    utilization: float,
    n_devices: int,
    price: float,
) -> tuple[float, float]:
    work = scaling.training_flops(n_params, n_tokens)
    each_second = n_devices * utilization * peak_flops
    hours = work / each_second / 3600
    return hours, hours * n_devices * price


def bits_per_byte(nats_per_token: float, n_tokens: int, text: str) -> float:
    bits = nats_per_token * n_tokens / math.log(2)
    return bits / len(text.encode("utf-8"))


def effective_tokens(unique_tokens: float, tokens_read: float) -> float:
    worth_repeating = 15.39
    if tokens_read <= unique_tokens:
        return tokens_read
    repeats = tokens_read / unique_tokens - 1
    extra = worth_repeating * (1 - math.exp(-repeats / worth_repeating))
    return unique_tokens * (1 + extra)


def plan_run(
    speeds: list[tuple[float, float]],
    seconds: float,
    unique_tokens: float,
    law: tuple[float, float, float, float],
) -> tuple[float, float]:
    a, alpha, b, beta = law
    tried = []
    for n_params, tokens_per_second in speeds:
        n_tokens = tokens_per_second * seconds
        worth = scaling.effective_tokens(unique_tokens, n_tokens)
        loss = a / n_params**alpha + b / worth**beta
        tried.append((loss, n_params, n_tokens))
    _, n_params, n_tokens = min(tried)
    return n_params, n_tokens
