"""Reference bodies for gptlab/sampling.py."""

import torch
from torch import Generator, Tensor

from gptlab import sampling


def append_token(ids, token):
    return [*ids, token]


def softmax(logits: Tensor, temperature: float = 1.0) -> Tensor:
    if temperature < 0:
        raise ValueError(f"temperature is {temperature}, it must be at least 0: use 0 for greedy")
    if temperature < torch.finfo(logits.dtype).tiny:  # 0, or as good as 0
        first_maximum = logits.argmax(dim=-1, keepdim=True)
        return torch.zeros_like(logits).scatter(-1, first_maximum, 1.0)
    shifted = logits - logits.amax(dim=-1, keepdim=True)  # the largest is 0, so exp stays in 0…1
    weights = torch.exp(shifted / temperature)
    return weights / weights.sum(dim=-1, keepdim=True)


def top_k_filter(logits: Tensor, k: int) -> Tensor:
    if k < 1:
        raise ValueError(f"top_k is {k}, it must be at least 1: use None to switch the filter off")
    kth_largest = logits.topk(min(k, logits.shape[-1]), dim=-1).values[..., -1:]  # (..., 1)
    return logits.masked_fill(logits < kth_largest, float("-inf"))


def top_p_filter(logits: Tensor, p: float) -> Tensor:
    if p >= 1:
        return logits.clone()
    ordered, order = logits.sort(dim=-1, descending=True, stable=True)
    wide = torch.promote_types(
        logits.dtype, torch.float32
    )  # half precision cannot add up a vocabulary
    mass = sampling.softmax(ordered.to(wide)).cumsum(dim=-1)
    reached_before = mass.roll(1, dims=-1) >= p
    reached_before[..., 0] = False  # the first token always stays
    drop = torch.zeros_like(reached_before).scatter(
        -1, order, reached_before
    )  # back in the old order
    return logits.masked_fill(drop, float("-inf"))


def sample_next(
    logits: Tensor,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: Generator | None = None,
) -> Tensor:
    if not logits.amax(dim=-1).isfinite().all():
        raise ValueError(
            "a row of scores holds nan, inf or nothing but -inf: no token can be drawn"
        )
    if temperature == 0:
        return logits.argmax(dim=-1)  # (B)
    probs = sampling.softmax(logits, temperature)  # (B, V)
    if top_k is not None:
        probs = sampling.softmax(sampling.top_k_filter(probs.log(), top_k))
    if top_p is not None:
        probs = sampling.softmax(sampling.top_p_filter(probs.log(), top_p))
    cdf = probs.float().cumsum(dim=-1)  # (B, V), rising to 1, as far as rounding lets it
    n_rows, _ = cdf.shape  # two axes: a third would be multiplied out below
    uniform = torch.rand(n_rows, 1, generator=generator, device=cdf.device)  # (B, 1)
    uniform = uniform * cdf[:, -1:] * (1 - 1e-6)  # always below the last cdf
    first_above = torch.searchsorted(cdf, uniform, right=True)  # (B, 1)
    return first_above.squeeze(-1)  # (B)


def generate(
    model,
    ids: Tensor,
    max_new_tokens: int,
    stop_id: int | None = None,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: Generator | None = None,
) -> Tensor:
    if ids.shape[1] == 0:
        raise ValueError(
            f"the prompt has {ids.shape[1]} tokens, but needs 1: begin with <|endoftext|>"
        )
    stopped = torch.zeros(ids.shape[0], dtype=torch.bool, device=ids.device)  # (B)
    for _ in range(max_new_tokens):
        with torch.no_grad():
            logits = model(ids)[:, -1]  # (B, T, V) -> (B, V)
        new = sampling.sample_next(logits, temperature, top_k, top_p, generator)
        if stop_id is not None:
            new = new.masked_fill(stopped, stop_id)
            stopped = stopped | (new == stop_id)
        ids = torch.cat([ids, new.unsqueeze(1).to(ids.dtype)], dim=1)  # (B, T) -> (B, T + 1)
        if stopped.all():
            break
    return ids
