"""Slopes measured by nudging: honest, slow, and the judge of every gradient."""

from collections.abc import Callable
from time import process_time

from gptlab import autograd
from gptlab.autograd import Value

NUDGE = 1e-4


def nudged(build: Callable[..., Value], leaves: dict[str, float], name: str) -> float:
    """How fast an expression grows with one of its leaves: (f(x + h) − f(x − h)) / 2h."""
    up, down = (
        build(**{n: Value(x + sign * NUDGE * (n == name)) for n, x in leaves.items()}).data
        for sign in (1, -1)
    )
    return (up - down) / (2 * NUDGE)


def race(n: int) -> tuple[float, float]:
    """Seconds of computing for all slopes of an expression with n leaves: by nudging each, and by one run and one walk back."""
    at = [0.01 * (i % 7) for i in range(n)]
    autograd.backward(_neuron([Value(x) for x in at]))  # warm
    began = process_time()
    here = _neuron([Value(x) for x in at]).data
    by_nudging = [
        (_neuron([Value(x + NUDGE * (j == i)) for j, x in enumerate(at)]).data - here) / NUDGE
        for i in range(n)
    ]
    between = process_time()
    leaves = [Value(x) for x in at]
    autograd.backward(_neuron(leaves))
    ended = process_time()
    assert max(abs(slope - leaf.grad) for slope, leaf in zip(by_nudging, leaves)) < 1e-2
    return between - began, ended - between


def _neuron(leaves: list[Value]) -> Value:
    """tanh of a weighted sum."""
    total = leaves[0] * 0.5
    for i, leaf in enumerate(leaves[1:], start=1):
        total = total + leaf * (0.5 - 0.1 * (i % 11))
    return total.tanh()
