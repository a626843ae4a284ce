"""Wrong bodies of `autograd.exp`."""

import math

from gptlab import autograd
from gptlab.exercises.mistake import mistake


@mistake("autograd.exp", "a power of 10", "e is 2.718…: math.exp.")
def _(a):
    return autograd.Value(10**a.data, (a,), (10**a.data,))


@mistake("autograd.exp", "the slope of 2ᵃ", "e is the base for which no factor stands in front.")
def _(a):
    return autograd.Value(math.exp(a.data), (a,), (math.exp(a.data) * math.log(2),))
