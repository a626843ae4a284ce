"""Reference bodies for gptlab/scaling.py."""

import torch

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
