"""All replies to one prompt as a tree: replies that begin alike share their beginning, which is computed once.

So thousands of replies cost as much as the few hundred different ones among them, and the exact probability of each
comes along. B live branches, V vocabulary, M different replies.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from gptlab.engine.model.gpt import GPT

# (log-probability of each branch (B,), of each next token (B, V), replies that went this way (B,)) ->
# parent (N,), token (N,) and replies (N,) of the new branches
Branch = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor, Tensor]]


@dataclass(frozen=True)
class Replies:
    """The different replies to one prompt.

    ids        of each reply, its stop token included where it was reached
    counts     (M,) int, how often each was written; 1 where all were looked for
    log_probs  (M,) float, nats
    """

    ids: list[list[int]]
    counts: Tensor
    log_probs: Tensor

    @property
    def covered(self) -> float:
        """The probability of all of them together."""
        return float(self.log_probs.double().exp().sum())


def sample_replies(
    model: GPT, prompt: list[int], n: int, stop: int, most: int, generator: torch.Generator
) -> Replies:
    """n replies of at most `most` tokens, drawn at temperature 1 and counted."""

    def draw(_: Tensor, logprobs: Tensor, counts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        size = logprobs.shape[1]
        rows = torch.arange(len(counts)).repeat_interleave(counts)  # one for each reply
        # Every row's cumulative probabilities lie in (row, row + 1]: one search serves all of them.
        steps = logprobs.double().exp().cumsum(1)
        steps = steps / steps[:, -1:] + torch.arange(len(counts))[:, None]
        points = rows + torch.rand(len(rows), generator=generator, dtype=torch.float64)
        places = torch.searchsorted(steps.flatten(), points, right=True)
        places = torch.minimum(places, rows * size + size - 1)
        found, new_counts = places.unique(return_counts=True)
        return found // size, found % size, new_counts

    return _grow(model, prompt, n, stop, most, draw)


def likely_replies(model: GPT, prompt: list[int], least: float, stop: int, most: int) -> Replies:
    """Every reply that the model gives with at least the probability `least`."""

    def keep(so_far: Tensor, logprobs: Tensor, _: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        parents, tokens = torch.nonzero(
            so_far[:, None] + logprobs >= torch.tensor(least).log(), as_tuple=True
        )
        return parents, tokens, torch.ones_like(parents)

    return _grow(model, prompt, 1, stop, most, keep)


@torch.inference_mode()
def _grow(model: GPT, prompt: list[int], n: int, stop: int, most: int, branch: Branch) -> Replies:
    """The tree, level by level, until every branch has ended."""
    cache = model.new_cache(1, len(prompt) + most)
    ids = torch.tensor([prompt])
    written = torch.zeros(1, 0, dtype=torch.long)  # (B, tokens so far)
    log_probs, counts = torch.zeros(1, dtype=torch.float64), torch.tensor([n])
    ended: list[tuple[list[int], int, float]] = []
    for level in range(most):
        logits = model.unembed(model.hidden(ids, cache=cache)[:, -1])
        logprobs = torch.log_softmax(logits, dim=-1)  # (B, V)
        parents, tokens, counts = branch(log_probs, logprobs, counts)
        log_probs = log_probs[parents] + logprobs[parents, tokens].double()
        written = torch.cat([written[parents], tokens[:, None]], dim=1)
        done = (tokens == stop) | (level == most - 1)
        ended += [
            (written[i].tolist(), int(counts[i]), float(log_probs[i]))
            for i in done.nonzero()[:, 0].tolist()
        ]
        if done.all():
            break
        live = ~done
        cache = [_rows(layer, parents[live]) for layer in cache]
        written, counts, log_probs = written[live], counts[live], log_probs[live]
        ids = written[:, -1:]
    rows, counted, logs = zip(*ended, strict=True) if ended else ((), (), ())
    return Replies(list(rows), torch.tensor(counted), torch.tensor(logs, dtype=torch.float64))


def _rows(cache, rows: Tensor):
    """Some rows of one layer's keys and values, for whichever functions the model runs on."""
    if isinstance(cache, tuple):
        return tuple(part[rows] for part in cache)
    return replace(cache, k=cache.k[rows], v=cache.v[rows])
