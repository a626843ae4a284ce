"""Reference bodies for gptlab/chat.py."""

import torch
from torch import Tensor

from gptlab.attention import scaled_dot_product_attention
from gptlab.chat import ELO_SCALE, message_tokens


def append_kv(cache, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    if cache is None:
        return k, v
    old_k, old_v = cache
    return torch.cat([old_k, k], dim=2), torch.cat([old_v, v], dim=2)  # (B, H, S, D)


def attend_cached(q: Tensor, cache, keep: Tensor | None = None) -> Tensor:
    k, v = cache
    n_queries, n_keys = q.shape[2], k.shape[2]
    key_times = torch.arange(n_keys, device=q.device)
    query_times = key_times[n_keys - n_queries :, None]  # (T, 1)
    may_look = key_times <= query_times  # (T, S)
    if keep is not None:
        may_look = may_look & keep[:, None, None, :]  # (B, 1, T, S)
    return scaled_dot_product_attention(q, k, v, may_look)


def whole_characters(data: bytes) -> tuple[str, bytes]:
    for n in (1, 2, 3):
        try:
            data[-n:].decode()
        except UnicodeDecodeError as error:
            if error.reason == "unexpected end of data":  # the last n bytes begin a character
                return data[:-n].decode(errors="replace"), data[-n:]
    return data.decode(errors="replace"), b""


def trim_history(messages, budget, count_tokens):
    has_system = len(messages) > 1 and messages[0]["role"] == "system"
    start = 1 if has_system else 0
    kept = messages[-1:]
    used = sum(message_tokens(message, count_tokens) for message in messages[:start] + kept)
    for message in reversed(messages[start:-1]):
        used += message_tokens(message, count_tokens)
        if used > budget:
            break
        kept = [message, *kept]
    while kept and kept[0]["role"] == "assistant" and any(m["role"] != "assistant" for m in kept):
        kept = kept[1:]
    return messages[:start] + kept


def elo_update(rating_a, rating_b, outcome, k=32):
    expected = 1 / (1 + 10 ** ((rating_b - rating_a) / ELO_SCALE))
    change = k * (outcome - expected)
    return rating_a + change, rating_b - change
