"""The gradient of a batch, shard by shard on all cores, the same to the last bit on one core or many.

g = (g_0 + g_1) + g_2 + …, g_i the gradient of shard i's share of the loss. A shard is computed by one thread,
and the sum is taken in the order of the shards, so that only their number shapes the result: it is always SHARDS.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, Self

import torch
from torch import Tensor

from gptlab.engine import hardware
from gptlab.engine.model.batches import device_of
from gptlab.engine.model.protocol import Trainable
from gptlab.engine.train.optimizers import newton_schulz
from gptlab.engine.workers import Jobs, Workers, shared_tensor

SHARDS = 4  # so many cores can train together; on one core they cost 4 % (book/log.md), and twice as many 7
ALIGNED = 64  # bytes: a gradient begins where vector instructions like it

Row = dict[str, float]  # what is told of a shard; the batch's is the sum


class ShardedGradient:
    """Puts the gradient of a batch's loss into `.grad` of every parameter.

    models         those that learn
    share_of_loss  gives a shard's share of the loss, so that the shares add up to the batch's, and what is to be
                   told of it
    n_workers      None = one for each core, but no more than shards
    way            as `Workers` takes it
    other_jobs     what else the workers do, with the same weights

    While workers live the weights lie in memory that all of them share; `close` gives each model its own again.
    """

    def __init__(
        self,
        models: Sequence[Trainable],
        share_of_loss: Callable[[Any], tuple[Tensor, Row]],
        n_workers: int | None = None,
        way: str | None = None,
        other_jobs: Jobs | None = None,
    ) -> None:
        self.parameters = [p for model in models for p in model.parameters() if p.requires_grad]
        self.share_of_loss = share_of_loss
        jobs = {"gradient": self._gradient, "orthogonalize": self._orthogonalize} | (
            other_jobs or {}
        )
        n_cores = hardware.workers() if n_workers is None else n_workers
        on_cpu = device_of(models[0]).type == "cpu"
        self.workers = Workers(jobs, min(n_cores, SHARDS) if on_cpu else 1, way)
        self._shared = False
        self._gradients: Tensor | None = None  # (shards + 2, numbers of all parameters)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def __call__(self, shards: Sequence) -> Row:
        """Leave the gradient of all shards together in `.grad`; returns the sum of what is told of each."""
        self._make_room()
        told = self.workers.map("gradient", list(enumerate(shards)))
        total = self._row(0)
        for i in range(1, len(shards)):
            total += self._row(i)
        unused = set.intersection(*(set(missing) for _, missing in told))
        for i, (p, grad) in enumerate(zip(self.parameters, self._views(0))):
            p.grad = None if i in unused else grad
        names = dict.fromkeys(name for row, _ in told for name in row)
        return {name: sum(row.get(name, 0.0) for row, _ in told) for name in names}

    def map(self, job: str, parts: Sequence) -> list:
        """Another job's results, by the same workers."""
        self._make_room()
        return self.workers.map(job, parts)

    def orthogonalize(self, stacks: list[Tensor], product: torch.dtype | None) -> list[Tensor]:
        """What Muon's iteration makes of each stack of matrices, (N, rows, columns); good until the next call.

        They travel in two rows of the shared memory, as they came and as they went: a worker that dies spoils neither.
        """
        self._make_room()
        places, at = [], 0
        for stack in stacks:
            places.append((at, tuple(stack.shape), product))
            self._place(SHARDS, at, stack.shape).copy_(stack)
            at += _room(stack)
        self.workers.map("orthogonalize", places)
        return [self._place(SHARDS + 1, at, shape) for at, shape, _ in places]

    def _orthogonalize(self, place: tuple[int, tuple[int, ...], torch.dtype | None]) -> None:
        at, shape, product = place
        done = newton_schulz(self._place(SHARDS, at, shape), product=product)
        self._place(SHARDS + 1, at, shape).copy_(done)

    def _place(self, row: int, at: int, shape: Sequence[int]) -> Tensor:
        return self._row(row)[at : at + math.prod(shape)].view(torch.Size(shape))

    def close(self) -> None:
        """End the workers, and give the models back their own memory."""
        self.workers.close()
        if self._shared:
            self._move(torch.empty_like)
            self._shared = False
        self._gradients = None

    def _gradient(self, numbered: tuple[int, Any]) -> tuple[Row, list[int]]:
        """One shard's gradient, into its row; and which parameters have no part in its loss."""
        i, shard = numbered
        with torch.enable_grad():
            loss, row = self.share_of_loss(shard)
            grads = torch.autograd.grad(loss, self.parameters, allow_unused=True)
        for target, grad in zip(self._views(i), grads):
            if grad is None:
                target.zero_()
            else:
                target.copy_(grad)
        return row, [j for j, grad in enumerate(grads) if grad is None]

    def _row(self, i: int) -> Tensor:
        assert self._gradients is not None, "_make_room comes first"
        return self._gradients[i]

    def _views(self, i: int) -> list[Tensor]:
        """Row i of the gradients, cut into the parameters' shapes."""
        views, at = [], 0
        for p in self.parameters:
            views.append(self._place(i, at, p.shape))
            at += _room(p)
        return views

    def _make_room(self) -> None:
        """Memory for every shard's gradient and, where other processes compute, weights that they see change."""
        if self._gradients is not None:
            return
        one = self.parameters[0].new_zeros(1)
        # Muon lays stacks out anew, with gaps of their own; each is shorter than ALIGNED.
        size = sum(_room(p) + 3 * ALIGNED for p in self.parameters)
        wanted = one.expand(SHARDS + 2, size)
        if self.workers.n > 1 and self.workers.way == "processes":
            self._gradients = shared_tensor(wanted)
            self._move(shared_tensor)
            self._shared = True
        else:
            self._gradients = torch.empty_like(wanted, memory_format=torch.contiguous_format)

    @torch.no_grad()
    def _move(self, make: Callable[[Tensor], Tensor]) -> None:
        """Put every weight into new memory; whoever holds the parameter sees it there."""
        for p in self.parameters:
            p.grad = None
            p.data = make(p).copy_(p)


def shards_of(n_rows: int, n_shards: int = SHARDS) -> list[list[int]]:
    """Deal the rows 0 … n − 1 to at most n_shards shards, like cards, so that none is empty.

    Example: 5 rows, 2 shards -> [[0, 2, 4], [1, 3]]
    """
    n = min(n_rows, n_shards)
    return [list(range(i, n_rows, n)) for i in range(n)]


def _room(p: Tensor) -> int:
    """How many numbers are set aside for a parameter."""
    step = ALIGNED // p.element_size()
    return -(-p.numel() // step) * step
