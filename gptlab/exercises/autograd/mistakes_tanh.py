"""Wrong bodies of `autograd.tanh`."""

import math

from gptlab import autograd
from gptlab.exercises.mistake import another_way, mistake


@another_way("autograd.tanh", "the logistic function")
def _(a):
    c = 1 / (1 + math.exp(-a.data))
    return autograd.Value(c, (a,), (1 - c**2,))


@mistake(
    "autograd.tanh",
    "the sign of the slope turned",
    "tanh only rises: its local gradient is above 0.",
)
def _(a):
    c = math.tanh(a.data)
    return autograd.Value(c, (a,), (c**2 - 1,))


@mistake(
    "autograd.tanh",
    "the square alone",
    "At 0 the curve is steepest and c is 0: what is left when c² is taken from 1?",
)
def _(a):
    c = math.tanh(a.data)
    return autograd.Value(c, (a,), (c**2,))
