"""Time and memory of each batch when a state is carried over with its whole graph (`retain_graph`).

torch refuses a second way back through the same graph and proposes `retain_graph=True`, which makes every batch slower
and larger than the one before; the cure is `h.detach()`, truncated backpropagation through time.
"""

import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab import neural_lm, rnn
from gptlab.engine.hardware import one_thread

LETTERS = 8  # kinds of letters
STATE = 32
BATCH = 8  # texts
STEPS = 20  # in time, of each text in a batch


@dataclass(frozen=True)
class BatchCost:
    """What one batch of training cost: seconds, operations on the way back, numbers still kept for it afterwards."""

    seconds: float
    operations: int
    numbers_kept: int


class SavedTensorCounter:
    """Counts the numbers that autograd keeps for the way back, while they are kept."""

    def __init__(self) -> None:
        self.kept = 0

    def watch(self) -> torch.autograd.graph.saved_tensors_hooks:
        """A context in which everything that is saved is counted."""
        return torch.autograd.graph.saved_tensors_hooks(self._save, lambda saved: saved[0])

    def _save(self, x: Tensor) -> list:
        saved = _Saved([x.detach() if x.grad_fn is not None and not x.is_leaf else x])
        self.kept += x.numel()
        weakref.finalize(saved, self._forget, x.numel())
        return saved

    def _forget(self, n: int) -> None:
        self.kept -= n


class _Saved(list):
    """A list that can be watched: a plain one takes no weak reference."""


def random_batches(n: int) -> Tensor:
    """Eight long texts of letters, cut into n batches; (n, BATCH, STEPS + 1) int."""
    generator = torch.Generator().manual_seed(0)
    return torch.randint(LETTERS, (n, BATCH, STEPS + 1), generator=generator)


def init_weights() -> list[Tensor]:
    """Weights of a small RNN that reads letters: w_xh, w_hh, b, and those that score the next letter."""
    generator = torch.Generator().manual_seed(1)
    weights = []
    for shape in [(LETTERS, STATE), (STATE, STATE), (STATE,), (STATE, LETTERS), (LETTERS,)]:
        size = STATE**-0.5 if len(shape) > 1 else 0.0
        weights.append((torch.randn(shape, generator=generator) * size).requires_grad_())
    return weights


def count_operations(result: Tensor) -> int:
    """How many operations the way back from a result goes through."""
    seen, waiting = set(), [result.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            waiting += [parent for parent, _ in node.next_functions]
    return len(seen)


def _read(weights: list[Tensor], ids: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
    """Read one batch from state h on, and return the loss and the state after each letter."""
    w_xh, w_hh, b, w_out, b_out = weights
    xs = F.one_hot(ids[:, :-1], LETTERS).float()
    states = rnn.run_rnn(lambda x, h: rnn.rnn_step(x, h, w_xh, w_hh, b), xs, h)
    logits = states @ w_out + b_out
    return F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten()), states


@one_thread()  # so that the times of small batches can be compared, whatever else the machine does
def train_batches(n: int, retain: bool = False, detach: bool = False) -> list[BatchCost]:
    """Train on n batches one after the other and hand the state on: as it is, or cut off from its history.

    Raises what torch raises, when the history is neither kept nor cut.
    """
    weights = init_weights()
    h = torch.zeros(BATCH, STATE)
    counter = SavedTensorCounter()
    costs = []
    for ids in random_batches(n):
        began = time.thread_time()
        if detach:
            h = h.detach()
        with counter.watch():
            loss, states = _read(weights, ids, h)
        paused = time.thread_time()
        operations = count_operations(loss)
        began += time.thread_time() - paused  # counting is no part of the time
        loss.backward(retain_graph=retain)
        with torch.no_grad():
            stepped = neural_lm.sgd_step(weights, [p.grad for p in weights], lr=0.1)
            weights = [p.requires_grad_() for p in stepped]
        h = states[:, -1]
        costs.append(BatchCost(time.thread_time() - began, operations, counter.kept))
    return costs


def slowdown(costs: Sequence[BatchCost], n: int = 5) -> float:
    """How many times as long the last batches took as the first; of n each the fastest."""
    first = min(cost.seconds for cost in costs[:n])
    last = min(cost.seconds for cost in costs[-n:])
    return last / first
