"""Gradient descent on a loss of two parameters, by the learner's own backward: the path that it takes."""

import math
from collections.abc import Callable

from gptlab import autograd
from gptlab.autograd import Value

FAR = 1e3  # a path ends where a parameter gets as large as that

Loss = Callable[[Value, Value], Value]
Path = list[tuple[float, float, float]]  # (w, b, loss)


def descend(loss: Loss, start: tuple[float, float], lr: float, n_steps: int) -> Path:
    """(w, b, loss) before the first step and after each; the path ends early where it explodes."""
    w, b = start
    path: Path = []
    for _ in range(n_steps + 1):
        weight = Value(w, label="w")
        bias = Value(b, label="b")
        result = loss(weight, bias)
        path.append((w, b, result.data))
        if not math.isfinite(result.data) or max(abs(w), abs(b)) > FAR:
            break
        autograd.backward(result)
        w -= lr * weight.grad
        b -= lr * bias.grad
    return path
