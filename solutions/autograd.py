"""Reference bodies for gptlab/autograd.py."""

import math

from gptlab import autograd
from gptlab.autograd import Value


def add(a: Value, b: Value) -> Value:
    return Value(a.data + b.data, (a, b), (1.0, 1.0))


def multiply(a: Value, b: Value) -> Value:
    return Value(a.data * b.data, (a, b), (b.data, a.data))


def power(a: Value, exponent: float) -> Value:
    return Value(a.data**exponent, (a,), (exponent * a.data ** (exponent - 1),))


def tanh(a: Value) -> Value:
    out = math.tanh(a.data)
    return Value(out, (a,), (1 - out * out,))


def exp(a: Value) -> Value:
    out = math.exp(a.data)
    return Value(out, (a,), (out,))


def topological_order(value: Value) -> list[Value]:
    order, listed = [], set()
    path = [value]  # from `value` down to a parent, to its parent …
    while path:
        deepest = path[-1]
        missing = next((parent for parent in deepest.parents if parent not in listed), None)
        if missing is not None:
            path.append(missing)
        else:  # all its parents are listed: now it can be
            listed.add(deepest)
            order.append(path.pop())
    return order


def backward(value: Value) -> None:
    value.grad = 1.0
    for child in reversed(autograd.topological_order(value)):
        for parent, local in zip(child.parents, child.local_gradients):
            parent.grad += local * child.grad
