"""What attention costs as the text grows: multiplications counted, and seconds of one core measured."""

import time

import torch

from gptlab import attention
from gptlab.engine.hardware import one_thread

N_HEADS, D_HEAD = 4, 32  # those of the shipped model
LENGTHS = (64, 128, 256, 512, 1024)


def multiplications(t: int) -> int:
    """Multiplications of one layer's attention: q·k for every pair, and weight times value for every pair."""
    return 2 * N_HEADS * t * t * D_HEAD


@torch.no_grad()
def attention_seconds(t: int, rounds: int = 7) -> float:
    """The seconds that one core works on causal attention over t tokens: the least of a few runs."""
    generator = torch.Generator().manual_seed(t)
    q, k, v = (torch.randn(1, N_HEADS, t, D_HEAD, generator=generator) for _ in range(3))
    mask = attention.causal_mask(t)
    took = []
    with one_thread():
        for _ in range(rounds):
            began = time.thread_time()  # while other programs have the core, it stands still
            attention.scaled_dot_product_attention(q, k, v, mask)
            took.append(time.thread_time() - began)
    return min(took)
