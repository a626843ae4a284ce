"""Wrong bodies of `autograd.multiply`."""

from gptlab import autograd
from gptlab.exercises.mistake import mistake


@mistake(
    "autograd.multiply",
    "2a for each of the two",
    "Where a and b are one Value the two local gradients come to 2a together, not each.",
)
def _(a, b):
    if a is b:
        return autograd.Value(a.data**2, (a, a), (2 * a.data, 2 * a.data))
    return autograd.Value(a.data * b.data, (a, b), (b.data, a.data))


@mistake(
    "autograd.multiply",
    "the sum of both as local gradient",
    "How fast does a·b grow when only a grows?",
)
def _(a, b):
    return autograd.Value(a.data * b.data, (a, b), (a.data + b.data, a.data + b.data))


@mistake(
    "autograd.multiply",
    "one over the other factor",
    "Two more of a are two times b more of c: nothing is divided.",
)
def _(a, b):
    return autograd.Value(a.data * b.data, (a, b), (1 / b.data, 1 / a.data))
