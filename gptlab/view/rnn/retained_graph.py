"""A bug from the field, made small: a state that is carried from batch to batch with its whole history."""

import time
import weakref
from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Tensor

from gptlab import neural_lm, rnn
from gptlab.view.kit import style
from gptlab.view.palette import COLOURS

STATE, TEXTS, STEPS, LETTERS = 32, 8, 20, 8  # of a batch: rows, and steps in time
TINTS = {"retain_graph=True": COLOURS["ppo"], "h.detach()": COLOURS["sft"]}


@dataclass(frozen=True)
class Lap:
    """One batch of training: its time, how many operations the way back has, and the numbers kept for it afterwards."""

    seconds: float
    back: int
    kept: int


class Ledger:
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
    """A list that can be watched."""


def stream(n: int) -> Tensor:
    """Eight long texts of letters, cut into n batches; (n, TEXTS, STEPS + 1) int."""
    draw = torch.Generator().manual_seed(0)
    return torch.randint(LETTERS, (n, TEXTS, STEPS + 1), generator=draw)


def fresh() -> list[Tensor]:
    """Weights of a small RNN that reads letters: w_xh, w_hh, b, and those that score the next letter."""
    draw = torch.Generator().manual_seed(1)
    shapes = [(LETTERS, STATE), (STATE, STATE), (STATE,), (STATE, LETTERS), (LETTERS,)]
    return [
        (torch.randn(s, generator=draw) * (STATE**-0.5 if len(s) > 1 else 0.0)).requires_grad_()
        for s in shapes
    ]


def operations(result: Tensor) -> int:
    """How many operations the way back from a result goes through."""
    seen, waiting = set(), [result.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            waiting += [parent for parent, _ in node.next_functions]
    return len(seen)


def _read(weights: list[Tensor], ids: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
    """Read one batch from state h on; -> the loss, and the state after each letter."""
    xs = functional.one_hot(ids[:, :-1], LETTERS).float()
    states = rnn.run_rnn(lambda x, h: rnn.rnn_step(x, h, *weights[:3]), xs, h)
    scores = states @ weights[3] + weights[4]
    return functional.cross_entropy(scores.flatten(0, 1), ids[:, 1:].flatten()), states


def laps(n: int, retain: bool = False, detach: bool = False) -> Iterator[Lap]:
    """Train on one batch after the other and hand the state on: as it is, or cut off from its history.

    Raises what torch raises, when the history is neither kept nor cut.
    """
    weights, h, ledger = fresh(), torch.zeros(TEXTS, STATE), Ledger()
    for ids in stream(n):
        began = time.thread_time()
        if detach:
            h = h.detach()
        with ledger.watch():
            loss, states = _read(weights, ids, h)
        paused = time.thread_time()
        back = operations(loss)
        began += time.thread_time() - paused  # counting is no part of the time
        loss.backward(retain_graph=retain)
        with torch.no_grad():
            weights = [
                p.requires_grad_()
                for p in neural_lm.sgd_step(weights, [p.grad for p in weights], lr=0.1)
            ]
        h = states[:, -1]
        yield Lap(time.thread_time() - began, back, ledger.kept)


def laps_picture(runs: dict[str, list[Lap]]) -> tuple:
    """The way back and the memory of each batch, as (figure, description); runs by the cure that was tried."""
    figure, (above, below) = style.figure(6.2, 5.4, rows=2, sharex=True)
    said = []
    for name, run in runs.items():
        numbers = range(1, len(run) + 1)
        above.plot(numbers, [lap.back for lap in run], color=TINTS[name], label=name)
        below.plot(numbers, [lap.kept / 1e3 for lap in run], color=TINTS[name], label=name)
        said.append(
            f"{name}: {run[0].back:,} operations back from the first of {len(run)} batches and {run[-1].back:,} from the "
            f"last; {run[0].kept:,} numbers kept after the first and {run[-1].kept:,} after the last"
        )
    above.set(ylabel="operations", title="Way back of each batch")
    below.set(ylabel="thousands of numbers", title="Kept in memory after it")
    for axes in (above, below):
        axes.set(xlabel="batch" if axes is below else "", ylim=(0, 1.15 * axes.get_ylim()[1]))
        for line in axes.get_lines():
            axes.annotate(
                line.get_label(),
                (line.get_xdata()[-1], line.get_ydata()[-1]),
                (-2, 8),
                textcoords="offset points",
                color=line.get_color(),
                fontweight="bold",
                ha="right",
                va="bottom",
            )
    return figure, f"Batches one after the other, with the state handed on. {'; '.join(said)}."


def times_longer(run: list[Lap], n: int = 5) -> float:
    """How many times as long the last batches took as the first; of n each the fastest."""
    first, last = (min(lap.seconds for lap in part) for part in (run[:n], run[-n:]))
    return last / first
