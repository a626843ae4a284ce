"""Two wrong backward passes: right for most expressions, and wrong where a Value is used twice.

Both give the gradients of the leaves by their labels, and leave the Values as they are.
"""

from collections import defaultdict

from gptlab import autograd
from gptlab.autograd import Value


def overwriting(end: Value) -> dict[str, float]:
    """= in place of +=: a share that arrives replaces the one before it."""
    grads = {id(end): 1.0}
    for value in reversed(autograd.topological_order(end)):
        grads |= {
            id(parent): grads[id(value)] * local
            for parent, local in zip(value.parents, value.local_gradients)
        }
    return _of_leaves(end, grads)


def unordered(end: Value) -> dict[str, float]:
    """No topological order: each share is added, and whoever gets one hands on all that it has, at once."""
    grads: dict[int, float] = defaultdict(float)

    def receive(value: Value, share: float) -> None:
        grads[id(value)] += share
        for parent, local in zip(value.parents, value.local_gradients):
            receive(parent, grads[id(value)] * local)

    receive(end, 1.0)
    return _of_leaves(end, grads)


def _of_leaves(end: Value, grads: dict[int, float]) -> dict[str, float]:
    return {
        value.label: grads[id(value)]
        for value in autograd.topological_order(end)
        if value.label and not value.parents
    }
