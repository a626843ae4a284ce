"""Reference bodies for gptlab/neural_lm.py."""

import torch
from torch import Tensor


def context_windows(ids: Tensor, n: int) -> tuple[Tensor, Tensor]:
    if not 1 <= n < len(ids):
        raise ValueError(
            f"{len(ids)} tokens hold no window of {n} with a token behind it:"
            f" choose n from 1 to {len(ids) - 1}, or a longer text"
        )
    return ids[:-1].unfold(0, n, 1), ids[n:]  # window i begins at token i


def mlp_logits(
    context_ids: Tensor,
    embedding: Tensor,
    w_hidden: Tensor,
    b_hidden: Tensor,
    w_out: Tensor,
    b_out: Tensor,
) -> Tensor:
    words = embedding[context_ids].flatten(1)  # (B, T, C) -> (B, T·C)
    hidden = torch.tanh(words @ w_hidden + b_hidden)  # (B, F)
    return hidden @ w_out + b_out  # (B, V)


def sgd_step(params: list[Tensor], grads: list[Tensor], lr: float) -> list[Tensor]:
    return [param - lr * grad for param, grad in zip(params, grads, strict=True)]
