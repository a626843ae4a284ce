"""Two wrong backward passes."""

import pytest

from gptlab.autograd import Value, backward
from gptlab.experiments.autograd import wrong_backward


def leaf_grads(f):
    leaves = {name: Value(x, label=name) for name, x in {"a": 2.0, "b": -3.0, "c": 5.0}.items()}
    end = f(*leaves.values())
    wrong = wrong_backward.overwriting(end), wrong_backward.unordered(end)
    backward(end)
    return {name: leaf.grad for name, leaf in leaves.items() if name in wrong[0]}, *wrong


def test_wrong_backward_passes_are_wrong_where_things_are_used_twice_only():
    once, equal, at_once = leaf_grads(lambda a, b, c: a * b + c)
    assert once == equal == at_once == {"a": -3.0, "b": 2.0, "c": 1.0}
    leaf, equal, at_once = leaf_grads(lambda a, b, c: a * b + a)
    assert leaf == at_once and equal["a"] != leaf["a"] == -2.0

    def twice(a, b, c):
        product = a * b
        return product**2 + product

    result, equal, at_once = leaf_grads(twice)
    assert (
        result["a"] == pytest.approx((2 * 2 * -3 + 1) * -3)
        and equal["a"] != result["a"] != at_once["a"]
    )
