"""Gradients by finite differences: honest, slow, and the judge of every gradient by backpropagation."""

from collections.abc import Callable
from time import process_time

from gptlab import autograd
from gptlab.autograd import Value

STEP_SIZE = 1e-4  # h


def central_difference(build: Callable[..., Value], leaves: dict[str, float], name: str) -> float:
    """The gradient of an expression with respect to one of its leaves: (f(x + h) − f(x − h)) / 2h."""

    def moved(h: float) -> float:
        return build(**{n: Value(x + h * (n == name)) for n, x in leaves.items()}).data

    return (moved(STEP_SIZE) - moved(-STEP_SIZE)) / (2 * STEP_SIZE)


def gradient_seconds(n: int) -> tuple[float, float]:
    """Seconds of computing for all gradients of an expression with n leaves, in two ways.

    First by forward differences, one run for each leaf; then by backpropagation, one run and one walk back.
    """
    at = [0.01 * (i % 7) for i in range(n)]
    autograd.backward(_neuron([Value(x) for x in at]))  # warm
    began = process_time()
    differences = _forward_differences(at)
    between = process_time()
    leaves = [Value(x) for x in at]
    autograd.backward(_neuron(leaves))
    ended = process_time()
    assert max(abs(slope - leaf.grad) for slope, leaf in zip(differences, leaves)) < 1e-2
    return between - began, ended - between


def _forward_differences(at: list[float]) -> list[float]:
    """(f(x + h) − f(x)) / h for each of the neuron's leaves."""
    here = _neuron([Value(x) for x in at]).data
    found = []
    for i in range(len(at)):
        moved = _neuron([Value(x + STEP_SIZE * (j == i)) for j, x in enumerate(at)]).data
        found.append((moved - here) / STEP_SIZE)
    return found


def _neuron(leaves: list[Value]) -> Value:
    """tanh of a weighted sum."""
    total = leaves[0] * 0.5
    for i, leaf in enumerate(leaves[1:], start=1):
        total = total + leaf * (0.5 - 0.1 * (i % 11))
    return total.tanh()
