"""Wrong bodies of `sinusoidal_positions`."""

import math

import torch

from gptlab.exercises.mistake import mistake


def _positions(name, hint):
    return mistake("attention.sinusoidal_positions", name, hint)


def _angle(t, c, first=0, base=10000.0):
    position = torch.arange(first, first + t, dtype=torch.float64)[:, None]
    return position / base ** (torch.arange(0, c, 2, dtype=torch.float64) / c)


def _mixed(even, odd):
    return torch.stack([even, odd], dim=-1).flatten(1).float()


_positions(
    "sines in one half, cosines in the other",
    "Sine and cosine take turns: channels 2i and 2i + 1 are a pair.",
)(lambda t, c: torch.cat([_angle(t, c).sin(), _angle(t, c).cos()], dim=1).float())
_positions("sine and cosine swapped", "Channel 0 at position 0 is sin 0.")(
    lambda t, c: _mixed(_angle(t, c).cos(), _angle(t, c).sin())
)
_positions("positions from 1", "The first position is 0.")(
    lambda t, c: _mixed(_angle(t, c, 1).sin(), _angle(t, c, 1).cos())
)
_positions("sines only", "Odd channels hold a cosine.")(
    lambda t, c: _mixed(_angle(t, c).sin(), _angle(t, c).sin())
)
_positions("another base", "The slowest wave is 10,000 times as slow as the fastest.")(
    lambda t, c: _mixed(_angle(t, c, base=1000.0).sin(), _angle(t, c, base=1000.0).cos())
)


@_positions(
    "every channel with a wave of its own",
    "The exponent counts pairs: sine and cosine share one wave.",
)
def _(t, c):
    angle = torch.arange(t)[:, None] / 10000.0 ** (torch.arange(c) / c)
    return torch.where(torch.arange(c) % 2 == 0, angle.sin(), angle.cos())


@_positions(
    "the exponent is half of what it should be", "For channel 2i the exponent is 2i/C, not i/C."
)
def _(t, c):
    angle = torch.arange(t)[:, None] / 10000.0 ** (torch.arange(c // 2) / c)
    return _mixed(angle.sin(), angle.cos())


@_positions("waves too fast", "Later channels have slower waves: divide by the power.")
def _(t, c):
    angle = torch.arange(t, dtype=torch.float64)[:, None] * 10000.0 ** (
        torch.arange(0, c, 2).double() / c
    )
    return _mixed(angle.sin(), angle.cos())


@_positions("positions and channels swapped", "One row for each position.")
def _(t, c):
    return _mixed(_angle(t, c).sin(), _angle(t, c).cos()).T


def _angles(exponents):
    """Waves whose exponents, and how they enter, are given."""

    def body(t, c):
        position = torch.arange(t, dtype=torch.float64)[:, None]
        angle = exponents(position, torch.arange(0, c, 2, dtype=torch.float64), c)
        return _mixed(angle.sin(), angle.cos())

    return body


_positions(
    "the exponent is twice what it should be",
    "0, 2, 4 … are 2i already: divide them by C, without another 2.",
)(_angles(lambda position, even, c: position / 10000 ** (2 * even / c)))
_positions("degrees", "torch and math count angles in radians: nothing is to be converted.")(
    _angles(lambda position, even, c: position / 10000 ** (even / c) * math.pi / 180)
)
_positions(
    "the power of the whole fraction", "Only 10,000 is raised to a power; the position is not."
)(_angles(lambda position, even, c: (position / 10000) ** (even / c)))
_positions("10,000 times for 10,000 to the power", "A power is written **.")(
    _angles(lambda position, even, c: position / (10000 * even / c))
)
_positions("no brackets around the exponent", "Python reads a ** b / c as (a ** b) / c.")(
    _angles(lambda position, even, c: position / (10000**even / c))
)
_positions("no brackets around 2i/C", "Python reads a ** 2 * i / c as (a ** 2) · i / c.")(
    _angles(lambda position, even, c: position / (10000**2 * (even / 2) / c))
)
_positions("a product for a quotient inside", "sin(pos · 2i/C): where has the base gone?")(
    _angles(lambda position, even, c: position * even / c)
)


@_positions(
    "i counted over the channels",
    "i counts pairs: it runs from 0 to C/2 − 1, not over all C channels.",
)
def _(t, c):
    position = torch.arange(t, dtype=torch.float64)[:, None]
    angle = position / 10000.0 ** (2 * torch.arange(c, dtype=torch.float64) / c)
    out = torch.zeros(t, c)
    out[:, 0::2], out[:, 1::2] = angle[:, 0::2].sin(), angle[:, 1::2].cos()
    return out


@mistake(
    "attention.sinusoidal_positions",
    "multiplied by the wavelength",
    "The position is divided by 10000^(2i/C): later channels are slower.",
)
def _(t, c):
    i = torch.arange(0, c, 2).float()
    a = torch.arange(t).float()[:, None] * 10000 ** (i / c)
    return torch.stack([torch.sin(a), torch.cos(a)], -1).reshape(t, c)


@mistake(
    "attention.sinusoidal_positions", "a factor 2π too many", "sin(pos / …) as it stands: no 2π."
)
def _(t, c):
    i = torch.arange(0, c, 2).float()
    a = 2 * math.pi * torch.arange(t).float()[:, None] / 10000 ** (i / c)
    return torch.stack([torch.sin(a), torch.cos(a)], -1).reshape(t, c)
