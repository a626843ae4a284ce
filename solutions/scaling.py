"""Reference bodies for gptlab/scaling.py."""

import torch
import torch.nn.functional as F
from torch import Tensor


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
