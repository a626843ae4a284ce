"""Wrong bodies of `gelu`."""

import math

import torch
import torch.nn.functional as F

from gptlab.exercises.mistake import mistake


def _gelu(name, hint):
    return mistake("transformer.gelu", name, hint)


_gelu("the exact form", "This is the gelu of the error function; GPT-2 uses the form with tanh.")(
    lambda x: F.gelu(x)
)
_gelu("the sigmoid form", "GPT-2 uses the form with tanh.")(lambda x: x * torch.sigmoid(1.702 * x))
_gelu("relu", "There should be no corner at 0.")(lambda x: F.relu(x))
_gelu("silu", "This is x·σ(x), another function.")(lambda x: F.silu(x))
_gelu("the ½ left out", "For large x the result should be x itself.")(
    lambda x: x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
)
_gelu("the 1 left out", "For large x the result should be x, for very negative x it should be 0.")(
    lambda x: 0.5 * x * torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
)
_gelu("a square for the cube", "Look at the power inside the tanh.")(
    lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**2)))
)
_gelu("no root of 2/π", "The factor in front of the bracket is the root of 2/π.")(
    lambda x: 0.5 * x * (1 + torch.tanh((x + 0.044715 * x**3) * 2 / math.pi))
)
_gelu("√2/π for √(2/π)", "The root covers the whole fraction.")(
    lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2) / math.pi * (x + 0.044715 * x**3)))
)
_gelu("x missing in front", "The bracket only says how much of x goes through.")(
    lambda x: 0.5 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
)
_gelu("the cube of everything", "Only the last x is cubed, not the factor in front of it.")(
    lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + (0.044715 * x) ** 3)))
)


def _bent(inner, outer=lambda x, t: 0.5 * x * (1 + t), tanh=torch.tanh):
    return lambda x: outer(x, tanh(inner(x)))


_ROOT = math.sqrt(2 / math.pi)

_gelu("math.tanh of a tensor", "math takes one number: a tensor has torch.tanh.")(
    _bent(lambda x: _ROOT * (x + 0.044715 * x**3), tanh=math.tanh)
)
_gelu("√(2π) for √(2/π)", "Below the root, 2 is divided by π.")(
    _bent(lambda x: math.sqrt(2 * math.pi) * (x + 0.044715 * x**3))
)
_gelu("√(π/2) for √(2/π)", "Below the root, 2 is divided by π.")(
    _bent(lambda x: math.sqrt(math.pi / 2) * (x + 0.044715 * x**3))
)
_gelu("the cubic term left out", "x³ belongs inside the tanh as well, times 0.044715.")(
    _bent(lambda x: _ROOT * x)
)
_gelu("0.44715 for 0.044715", "Count the zeros of the factor in front of the cube.")(
    _bent(lambda x: _ROOT * (x + 0.44715 * x**3))
)
_gelu("0.0044715 for 0.044715", "Count the zeros of the factor in front of the cube.")(
    _bent(lambda x: _ROOT * (x + 0.0044715 * x**3))
)
_gelu(
    "the root multiplies x alone",
    "The root stands in front of a bracket: it multiplies both terms.",
)(_bent(lambda x: _ROOT * x + 0.044715 * x**3))
_gelu("no root in front", "The bracket inside the tanh is multiplied by √(2/π).")(
    _bent(lambda x: x + 0.044715 * x**3)
)
_gelu("the cube of the sum", "Only the second x is cubed, not what stands before it.")(
    _bent(lambda x: _ROOT * (x + 0.044715 * x) ** 3)
)
_gelu("x · 3 for x³", "A power is written **.")(_bent(lambda x: _ROOT * (x + 0.044715 * x * 3)))
_gelu("no bracket around 1 + tanh", "½·x multiplies the whole sum 1 + tanh(…).")(
    _bent(lambda x: _ROOT * (x + 0.044715 * x**3), lambda x, t: 0.5 * x * 1 + t)
)
_gelu("1 − tanh", "For large x the result should be x itself: look at the sign.")(
    _bent(lambda x: _ROOT * (x + 0.044715 * x**3), lambda x, t: 0.5 * x * (1 - t))
)
_gelu(
    "exp overflows",
    "For large z, exp(z) is inf, and inf/inf is nan: torch.tanh knows how to do without.",
)(
    _bent(
        lambda x: _ROOT * (x + 0.044715 * x**3),
        tanh=lambda z: (z.exp() - (-z).exp()) / (z.exp() + (-z).exp()),
    )
)
_gelu(
    "exp overflows above",
    "For large z, exp(z) is inf, and inf/inf is nan: torch.tanh knows how to do without.",
)(
    _bent(
        lambda x: _ROOT * (x + 0.044715 * x**3),
        tanh=lambda z: ((2 * z).exp() - 1) / ((2 * z).exp() + 1),
    )
)
