"""Wrong bodies of `autograd.power`."""

import math

from gptlab import autograd
from gptlab.exercises.mistake import mistake


@mistake(
    "autograd.power",
    "only the exponent",
    "aⁿ grows the faster, the larger a is: the local gradient has a in it.",
)
def _(a, exponent):
    return autograd.Value(a.data**exponent, (a,), (exponent,))


@mistake(
    "autograd.power",
    "the rule for nᵃ",
    "That is how fast aⁿ grows with n; here a grows and n stays.",
)
def _(a, exponent):
    return autograd.Value(a.data**exponent, (a,), (a.data**exponent * math.log(abs(a.data) or 1),))


@mistake(
    "autograd.power",
    "the 1 taken from the power, not from the exponent",
    "Mind the brackets: ** binds before −, so the exponent n − 1 needs some.",
)
def _(a, exponent):
    return autograd.Value(a.data**exponent, (a,), (exponent * (a.data**exponent - 1),))


@mistake(
    "autograd.power",
    "the integral",
    "A local gradient says how fast c grows; its power is lower, not higher.",
)
def _(a, exponent):
    return autograd.Value(a.data**exponent, (a,), (a.data ** (exponent + 1) / (exponent + 1 or 1),))
