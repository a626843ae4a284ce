"""Wrong bodies of `autograd.backward`."""

from gptlab import autograd
from gptlab.exercises.mistake import mistake


@mistake(
    "autograd.backward",
    "backward called for every parent",
    "Called again, it sets that Value's grad to 1, and what was added up is lost.",
)
def _backward_again(value):
    value.grad = 1.0
    for p, g in zip(value.parents, value.local_gradients):
        p.grad += value.grad * g
        _backward_again(p)


@mistake(
    "autograd.backward",
    "a step taken as well",
    "Only grads change: the step along them comes later.",
)
def _(value):
    value.grad = 1.0
    for v in reversed(autograd.topological_order(value)):
        for p, g in zip(v.parents, v.local_gradients):
            p.grad += v.grad * g
            p.data -= 0.01 * p.grad
