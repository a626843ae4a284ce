"""Wrong bodies of `fit_power_law`."""

import math

import torch

from gptlab.exercises.mistake import another_way, mistake

KEY = "scaling.fit_power_law"


def _list(values):
    return torch.as_tensor(values, dtype=torch.float64)


def _line(x, y):
    """Intercept and slope of the least squares line."""
    dx = x - x.mean()
    slope = (dx * (y - y.mean())).sum() / (dx * dx).sum()
    return float(y.mean() - slope * x.mean()), float(slope)


def _fitted(
    log_x=lambda x, floor: x.log(),
    log_y=lambda y, floor: (y - floor).log(),
    line=_line,
    answer=lambda intercept, slope, floor: (math.exp(intercept), -slope),
):
    """A fit with one thing changed."""

    def body(x, y, floor=0.0):
        intercept, slope = line(log_x(_list(x), floor), log_y(_list(y), floor))
        return answer(intercept, slope, floor)

    return body


def _wrong(name, hint, **changed):
    mistake(KEY, name, hint)(_fitted(**changed))


_wrong(
    "the floor left in",
    "Only what lies above the floor falls as a power law: the argument `floor` changes nothing in your result.",
    log_y=lambda y, floor: y.log(),
)
_wrong(
    "the floor added",
    "The floor is taken away from y.",
    log_y=lambda y, floor: (y + floor).log(),
)
_wrong(
    "the floor subtracted after the logarithm",
    "First y − floor, then the logarithm of that.",
    log_y=lambda y, floor: y.log() - floor,
)
_wrong(
    "the floor subtracted twice",
    "The floor is taken away from y once.",
    log_y=lambda y, floor: (y - 2 * floor).log(),
)
_wrong(
    "the floor taken from x too",
    "x is a size: only y has a floor.",
    log_x=lambda x, floor: (x - floor).log(),
)
_wrong(
    "the smallest y taken for the floor",
    "The floor is given; the smallest measurement lies above it, and log 0 is −∞.",
    log_y=lambda y, floor: (y - y.min()).log(),
)
_wrong(
    "the floor added to c",
    "c is the factor before x^(−α); the floor is no part of it.",
    answer=lambda intercept, slope, floor: (math.exp(intercept) + floor, -slope),
)
_wrong(
    "the slope with its sign",
    "The law is x^(−α): a curve that falls has an α above 0.",
    answer=lambda intercept, slope, floor: (math.exp(intercept), slope),
)
_wrong(
    "log c handed back",
    "The line's height at log x = 0 is log c: undo the logarithm.",
    answer=lambda intercept, slope, floor: (intercept, -slope),
)
_wrong(
    "log c handed back, and the slope with its sign",
    "Intercept and slope are log c and −α: undo the logarithm, turn the sign.",
    answer=lambda intercept, slope, floor: (intercept, slope),
)
_wrong(
    "α before c",
    "The order is c, then α.",
    answer=lambda intercept, slope, floor: (-slope, math.exp(intercept)),
)
_wrong(
    "the exponential of α too",
    "Only c was inside a logarithm; α is the slope itself.",
    answer=lambda intercept, slope, floor: (math.exp(intercept), math.exp(-slope)),
)
_wrong(
    "two kinds of logarithm",
    "What was taken with log10 is undone by 10 to the power, not by exp.",
    log_x=lambda x, floor: x.log10(),
    log_y=lambda y, floor: (y - floor).log10(),
)
_wrong(
    "only y in logarithms",
    "That is an exponential, c·e^(−αx). For a power law x goes into a logarithm too.",
    log_x=lambda x, floor: x,
)
_wrong(
    "only x in logarithms",
    "A power law is a straight line where both axes are logarithms.",
    log_y=lambda y, floor: y - floor,
    answer=lambda intercept, slope, floor: (intercept, -slope),
)
_wrong(
    "a straight line without logarithms",
    "A power law is a straight line only in log x and log(y − floor).",
    log_x=lambda x, floor: x,
    log_y=lambda y, floor: y - floor,
    answer=lambda intercept, slope, floor: (intercept, -slope),
)
_wrong(
    "x against y",
    "log(y − floor) is what is predicted, from log x.",
    line=lambda x, y: _line(y, x),
)
_wrong(
    "a line through the origin",
    "The line has a height of its own, log c: take the means away first, or fit both.",
    line=lambda x, y: (0.0, float((x * y).sum() / (x * x).sum())),
)
_wrong(
    "only the first and the last measurement",
    "All measurements have a say: least squares.",
    line=lambda x, y: (
        float(y[0] - (y[-1] - y[0]) / (x[-1] - x[0]) * x[0]),
        float((y[-1] - y[0]) / (x[-1] - x[0])),
    ),
)


def _mean_of_slopes(x, y):
    slope = float(((y[1:] - y[:-1]) / (x[1:] - x[:-1])).mean())
    return float(y.mean() - slope * x.mean()), slope


_wrong(
    "the mean of the neighbours' slopes",
    "Least squares weighs all measurements at once; the mean of slopes gives each gap the same weight.",
    line=_mean_of_slopes,
)
_wrong(
    "the height at the first measurement",
    "The least squares line goes through the two means, not through the first point.",
    line=lambda x, y: (float(y[0] - _line(x, y)[1] * x[0]), _line(x, y)[1]),
)
_wrong(
    "the height at the mean handed back",
    "c is the height where log x is 0: go down from the mean of log x along the slope.",
    line=lambda x, y: (float(y.mean()), _line(x, y)[1]),
)


@mistake(
    KEY,
    "least squares on y itself",
    "The squares are those of the distances in log(y − floor): small values count as much as large ones.",
)
def _(x, y, floor=0.0):
    x, y = _list(x), _list(y) - floor
    intercept, slope = _line(x.log(), y.log())
    law = torch.tensor([intercept, slope], dtype=torch.float64)
    for _ in range(200):  # Gauss–Newton, from the fit in logarithms
        powers = law[0].exp() * x ** law[1]
        columns = torch.stack([powers, powers * x.log()], dim=1)
        law = law + 0.5 * torch.linalg.lstsq(columns, y - powers).solution
    return float(law[0].exp()), -float(law[1])


@mistake(
    KEY,
    "covariance over the wrong variance",
    "The slope is the covariance divided by the variance of log x, both over n or both over n − 1.",
)
def _(x, y, floor=0.0):
    x, y = _list(x).log(), (_list(y) - floor).log()
    slope = ((x - x.mean()) * (y - y.mean())).mean() / x.var()
    return float((y.mean() - slope * x.mean()).exp()), -float(slope)


@mistake(
    KEY,
    "the correlation for the slope",
    "The slope is the covariance divided by the variance of log x.",
)
def _(x, y, floor=0.0):
    x, y = _list(x).log(), (_list(y) - floor).log()
    slope = torch.corrcoef(torch.stack([x, y]))[0, 1]
    return float((y.mean() - slope * x.mean()).exp()), -float(slope)


@mistake(
    KEY,
    "logarithm of a list",
    "math.log takes one number: go through the list, or make a tensor of it first.",
)
def _(x, y, floor=0.0):
    return math.log(x), math.log(y)


@another_way(KEY, "logarithm of a list")
def _(x, y, floor=0.0):
    return torch.log(x), torch.log(y)


@mistake(
    "scaling.fit_power_law",
    "the floor's logarithm taken away",
    "First take the floor from y, then the logarithm of what is left.",
)
def _(x, y, floor=0.0):
    x = torch.as_tensor(x, dtype=torch.float64).log()
    y = torch.as_tensor(y, dtype=torch.float64).log() - (math.log(floor) if floor > 0 else 0)
    a = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    return float((y.mean() - a * x.mean()).exp()), float(-a)


@mistake(
    "scaling.fit_power_law",
    "a line through 0",
    "The line has a height of its own, log c: take the means away before you multiply.",
)
def _(x, y, floor=0.0):
    x = torch.as_tensor(x, dtype=torch.float64).log()
    y = (torch.as_tensor(y, dtype=torch.float64) - floor).log()
    a = (x * y).sum() / (x**2).sum()
    return float((y.mean() - a * x.mean()).exp()), float(-a)


@mistake(
    "scaling.fit_power_law",
    "log x fitted by log y",
    "The errors are those of y: divide by the spread of log x, not of log y.",
)
def _(x, y, floor=0.0):
    x = torch.as_tensor(x, dtype=torch.float64).log()
    y = (torch.as_tensor(y, dtype=torch.float64) - floor).log()
    a = ((y - y.mean()) ** 2).sum() / ((x - x.mean()) * (y - y.mean())).sum()
    return float((y.mean() - a * x.mean()).exp()), float(-a)


@mistake(
    "scaling.fit_power_law",
    "one deviation over the other",
    "The slope is the covariance over the variance of log x: the quotient of the deviations takes no heed of scatter.",
)
def _(x, y, floor=0.0):
    x = torch.as_tensor(x, dtype=torch.float64).log()
    y = (torch.as_tensor(y, dtype=torch.float64) - floor).log()
    a = -y.std() / x.std()
    return float((y.mean() - a * x.mean()).exp()), float(-a)


@mistake(
    "scaling.fit_power_law",
    "the height of the line with the wrong sign",
    "log c is the height of the line at log x = 0: from the two means, which way is that along the slope?",
)
def _(x, y, floor=0.0):
    x = torch.as_tensor(x, dtype=torch.float64).log()
    y = (torch.as_tensor(y, dtype=torch.float64) - floor).log()
    a = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    return float((y.mean() + a * x.mean()).exp()), float(-a)
