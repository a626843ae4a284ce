"""Reference bodies for gptlab/ngram.py."""

import torch
from torch import Tensor


def bigram_counts(ids: Tensor, vocab_size: int) -> Tensor:
    ids = ids.long()
    if ids.numel() and (ids.min() < 0 or ids.max() >= vocab_size):
        raise ValueError(
            f"ids run from {ids.min()} to {ids.max()}, but vocab_size is {vocab_size}:"
            " give the vocab_size of the tokenizer that made them"
        )
    pair = ids[:-1] * vocab_size + ids[1:]  # one number for each pair
    return torch.bincount(pair, minlength=vocab_size**2).reshape(vocab_size, vocab_size)


def bigram_probabilities(counts: Tensor, smoothing: float = 0.0) -> Tensor:
    if smoothing < 0:
        raise ValueError(
            f"smoothing is {smoothing}, it must be at least 0: a probability cannot be negative"
        )
    smoothed = counts + float(smoothing)
    total = smoothed.sum(dim=-1, keepdim=True)  # (V, 1)
    uniform = torch.full_like(smoothed, 1 / counts.shape[-1])
    return torch.where(total > 0, smoothed / total, uniform)


def cross_entropy(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    kept = targets != ignore_index
    logits, targets = logits[kept], targets[kept]  # (N, V), (N)
    chosen = logits.gather(-1, targets.long().unsqueeze(-1)).squeeze(-1)  # (N)
    return (logits.logsumexp(dim=-1) - chosen).mean()


def perplexity(loss):
    if isinstance(loss, Tensor):
        return loss.exp()
    return torch.tensor(loss, dtype=torch.float64).exp().item()  # inf where math.exp would overflow
