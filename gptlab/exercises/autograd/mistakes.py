"""Wrong bodies of gptlab/autograd.py, but for those in mistakes_backward.py."""

import math

from gptlab import autograd
from gptlab.exercises.autograd.checks import new_value
from gptlab.exercises.mistake import another_way, mistake

FORGOTTEN = (
    "The result has to remember what it was made from: give its parents and its local gradients."
)
SHARE = "Local gradients are kept in the result; handing them on is backward's work."
CHANGED = "Whoever gave you the Values still needs them as they were: make a new one."
NUMBER = "The result is a Value, not its number alone."
ENDLESS = "The signs call this very function: compute with the numbers, a.data."


def _endless(*values):
    return _endless(*values)


def _handed_out(result):
    """A result whose local gradients have gone into the parents' grads at once."""
    for parent, local in zip(result.parents, result.local_gradients, strict=True):
        parent.grad += local
    return result


# ---- add and multiply


def _both(key, data, slopes):
    """The mistakes that sum and product share; data and slopes are the right ones."""

    def right(a, b):
        return new_value(data(a, b), (a, b), slopes(a, b))

    def changed(a, b):
        a.data = data(a, b)
        return a

    mistake(key, "a result without parents", FORGOTTEN)(lambda a, b: new_value(data(a, b)))
    mistake(key, "a number for a Value", NUMBER)(data)
    mistake(key, "b forgotten", "c grows with b too: name both parents.")(
        lambda a, b: new_value(data(a, b), (a,), slopes(a, b)[:1])
    )
    mistake(key, "a written to", CHANGED)(changed)
    mistake(key, "gradients handed out at once", SHARE)(lambda a, b: _handed_out(right(a, b)))
    mistake(key, "it calls itself", ENDLESS)(_endless)
    mistake(
        key,
        "local gradients of 0",
        "A local gradient says how fast the result grows; grad begins with 0.",
    )(lambda a, b: new_value(data(a, b), (a, b), (0, 0)))
    mistake(key, "data of the parents for parents", "Parents are the Values, not their numbers.")(
        lambda a, b: new_value(data(a, b), (a.data, b.data), slopes(a, b))
    )


_both("autograd.add", lambda a, b: a.data + b.data, lambda a, b: (1, 1))
_both("autograd.multiply", lambda a, b: a.data * b.data, lambda a, b: (b.data, a.data))

mistake(
    "autograd.add",
    "the local gradients of a product",
    "If a grows by 1, by how much does a + b grow?",
)(lambda a, b: new_value(a.data + b.data, (a, b), (b.data, a.data)))
mistake(
    "autograd.add",
    "the operands as local gradients",
    "If a grows by 1, by how much does a + b grow?",
)(lambda a, b: new_value(a.data + b.data, (a, b), (a.data, b.data)))
mistake("autograd.add", "a product", "The result's data is the sum.")(
    lambda a, b: new_value(a.data * b.data, (a, b), (b.data, a.data))
)
mistake("autograd.add", "the local gradients of a difference", "The sum grows with b, too.")(
    lambda a, b: new_value(a.data + b.data, (a, b), (1, -1))
)
mistake("autograd.add", "shares of one half", "Each operand moves the sum by as much as itself.")(
    lambda a, b: new_value(a.data + b.data, (a, b), (0.5, 0.5))
)

mistake(
    "autograd.multiply",
    "each factor's own number as its local gradient",
    "If a grows by 1, a·b grows by the other factor.",
)(lambda a, b: new_value(a.data * b.data, (a, b), (a.data, b.data)))
mistake(
    "autograd.multiply",
    "the Values as local gradients",
    "A local gradient is a plain number: the other factor's .data.",
)(lambda a, b: new_value(a.data * b.data, (a, b), (b, a)))
mistake(
    "autograd.multiply",
    "the local gradients of a sum",
    "If a grows by 1, by how much does a·b grow?",
)(lambda a, b: new_value(a.data * b.data, (a, b), (1, 1)))
mistake(
    "autograd.multiply",
    "the product as local gradient",
    "If a grows by 1, by how much does a·b grow?",
)(lambda a, b: new_value(a.data * b.data, (a, b), (a.data * b.data, a.data * b.data)))
mistake("autograd.multiply", "a sum", "The result's data is the product.")(
    lambda a, b: new_value(a.data + b.data, (a, b), (1, 1))
)
mistake(
    "autograd.multiply",
    "a sum with the slopes of a product",
    "The local gradients are right, the data is not.",
)(lambda a, b: new_value(a.data + b.data, (a, b), (b.data, a.data)))


@mistake(
    "autograd.multiply",
    "the same Value counted once",
    "For a = b both factors grow: two parents, two shares.",
)
def _(a, b):
    if a is b:
        return new_value(a.data * b.data, (a,), (a.data,))
    return new_value(a.data * b.data, (a, b), (b.data, a.data))


@mistake(
    "autograd.add",
    "the same Value counted once",
    "For a = b both operands grow: two parents, two shares.",
)
def _(a, b):
    return (
        new_value(a.data + b.data, (a,), (1,))
        if a is b
        else new_value(a.data + b.data, (a, b), (1, 1))
    )


# ---- power, tanh, exp


def _single(key, data, slope):
    """The mistakes that functions of one Value share; data and slope are the right ones."""

    def changed(a, *more):
        a.data = data(a, *more)
        return a

    mistake(key, "a result without parents", FORGOTTEN)(lambda a, *more: new_value(data(a, *more)))
    mistake(key, "a number for a Value", NUMBER)(data)
    mistake(key, "a written to", CHANGED)(changed)
    mistake(key, "gradients handed out at once", SHARE)(
        lambda a, *more: _handed_out(new_value(data(a, *more), (a,), (slope(a, *more),)))
    )
    mistake(key, "it calls itself", ENDLESS)(_endless)
    mistake(
        key,
        "a parent without its comma",
        "A tuple of one has a comma: (a,), and (slope,) for its local gradient.",
    )(lambda a, *more: new_value(data(a, *more), a, slope(a, *more)))
    mistake(
        key, "a local gradient of 1", "How fast does the result grow at this a? Differentiate."
    )(lambda a, *more: new_value(data(a, *more), (a,), (1,)))


def _wrong(key, data, name, hint, slope):
    """A right result with a wrong local gradient."""
    mistake(key, name, hint)(lambda a, *more: new_value(data(a, *more), (a,), (slope(a, *more),)))


def _power(a, n):
    return a.data**n


_single("autograd.power", _power, lambda a, n: n * a.data ** (n - 1))
_wrong(
    "autograd.power",
    _power,
    "the exponent not lowered",
    "Differentiating lowers the power by one.",
    lambda a, n: n * a.data**n,
)
_wrong(
    "autograd.power",
    _power,
    "the factor n left out",
    "The exponent comes down as a factor.",
    lambda a, n: a.data ** (n - 1),
)
_wrong(
    "autograd.power",
    _power,
    "the exponent raised",
    "That is how one integrates; differentiating lowers the power.",
    lambda a, n: n * a.data ** (n + 1),
)
_wrong(
    "autograd.power",
    _power,
    "the slope for squares only",
    "n need not be 2.",
    lambda a, n: 2 * a.data,
)
_wrong(
    "autograd.power", _power, "n times a", "The power n − 1 is missing.", lambda a, n: n * a.data
)
_wrong(
    "autograd.power",
    _power,
    "the lowered exponent as factor",
    "The factor is n itself; only the power is lowered.",
    lambda a, n: (n - 1) * a.data ** (n - 1),
)
_wrong(
    "autograd.power",
    _power,
    "one taken off the power, not off the exponent",
    "Python raises first and subtracts then: put n − 1 in brackets.",
    lambda a, n: n * a.data**n - 1,
)
_wrong(
    "autograd.power",
    _power,
    "divided by a",
    "At a = 0 nothing can be divided by a, though the square has a slope there: lower the exponent.",
    lambda a, n: n * a.data**n / a.data,
)
SWAPPED = "base and exponent swapped"
_wrong(
    "autograd.power",
    _power,
    SWAPPED,
    "a is what is raised, also in the derivative: the exponent there is n less one.",
    lambda a, n: n ** (a.data - 1),
)
for _slope in (
    lambda a, n: a.data * n ** (a.data - 1),
    lambda a, n: n * n ** (a.data - 1),
):
    another_way("autograd.power", SWAPPED)(
        lambda a, n, slope=_slope: new_value(_power(a, n), (a,), (slope(a, n),))
    )
mistake("autograd.power", "a product", "In Python a power is written with two stars.")(
    lambda a, n: new_value(a.data * n, (a,), (n,))
)
mistake("autograd.power", "^ for a power", "In Python ^ is no power; two stars are.")(
    lambda a, n: new_value(a.data ^ n, (a,), (n * a.data ** (n - 1),))
)
mistake(
    "autograd.power",
    "the exponent as a parent",
    "The exponent is a plain number: nothing flows back to it.",
)(lambda a, n: new_value(_power(a, n), (a, n), (n * a.data ** (n - 1), 0)))


def _tanh(a):
    return math.tanh(a.data)


_single("autograd.tanh", _tanh, lambda a: 1 - math.tanh(a.data) ** 2)
_wrong(
    "autograd.tanh",
    _tanh,
    "the input squared",
    "1 − c² is made of the result c, not of a.",
    lambda a: 1 - a.data**2,
)
_wrong(
    "autograd.tanh",
    _tanh,
    "the square left out",
    "The derivative is 1 less the square of the result.",
    lambda a: 1 - math.tanh(a.data),
)
_wrong(
    "autograd.tanh",
    _tanh,
    "the derivative of the logistic function",
    "c·(1 − c) belongs to the sigmoid.",
    lambda a: math.tanh(a.data) * (1 - math.tanh(a.data)),
)
_wrong(
    "autograd.tanh",
    _tanh,
    "a plus in the derivative",
    "The further out, the flatter the curve.",
    lambda a: 1 + math.tanh(a.data) ** 2,
)
_wrong(
    "autograd.tanh",
    _tanh,
    "the whole difference squared",
    "Only the result is squared.",
    lambda a: (1 - math.tanh(a.data)) ** 2,
)
_wrong(
    "autograd.tanh", _tanh, "the result as its own derivative", "That is true of e^a only.", _tanh
)
mistake(
    "autograd.tanh", "a tangent", "The hyperbolic tangent has an h: it stays between −1 and 1."
)(lambda a: new_value(math.tan(a.data), (a,), (1 - math.tan(a.data) ** 2,)))
mistake(
    "autograd.tanh",
    "a tangent with its own derivative",
    "The hyperbolic tangent has an h: it stays between −1 and 1.",
)(lambda a: new_value(math.tan(a.data), (a,), (1 + math.tan(a.data) ** 2,)))
mistake(
    "autograd.tanh", "the logistic function", "That one runs from 0 to 1; tanh runs from −1 to 1."
)(lambda a: new_value(_logistic(a), (a,), (_logistic(a) * (1 - _logistic(a)),)))
mistake(
    "autograd.tanh",
    "the Value itself given to math",
    "The functions of math take a number: a.data.",
)(lambda a: new_value(math.tanh(a), (a,), (1,)))


def _logistic(a):
    return 1 / (1 + math.exp(-a.data))


def _exp(a):
    return math.exp(a.data)


_single("autograd.exp", _exp, _exp)
_wrong(
    "autograd.exp",
    _exp,
    "the rule for powers",
    "That rule is for a^n, where a is below; here a is the exponent.",
    lambda a: a.data * math.exp(a.data - 1),
)
_wrong(
    "autograd.exp",
    _exp,
    "the input as local gradient",
    "The slope of e^a is as high as the curve itself.",
    lambda a: a.data,
)
_wrong(
    "autograd.exp",
    _exp,
    "a times the result",
    "Nothing comes down: the slope of e^a is as high as the curve itself.",
    lambda a: a.data * math.exp(a.data),
)
_wrong(
    "autograd.exp",
    _exp,
    "a minus in the derivative",
    "e^a grows as a grows.",
    lambda a: -math.exp(a.data),
)
_wrong(
    "autograd.exp",
    _exp,
    "the derivative of the logarithm",
    "1/a belongs to ln a.",
    lambda a: 1 / a.data,
)
mistake("autograd.exp", "a power of 2", "The base is e, about 2.718.")(
    lambda a: new_value(2**a.data, (a,), (2**a.data,))
)
mistake("autograd.exp", "e to the minus a", "The sign of a stays.")(
    lambda a: new_value(math.exp(-a.data), (a,), (-math.exp(-a.data),))
)
mistake(
    "autograd.exp", "the Value itself given to math", "The functions of math take a number: a.data."
)(lambda a: new_value(math.exp(a), (a,), (1,)))

for _name in ("tanh", "exp"):
    mistake(
        f"autograd.{_name}",
        "a number given to the blank itself",
        f"{_name} is the function that you are writing, and takes a Value: the one for numbers is math.{_name}.",
    )(lambda a, name=_name: getattr(autograd, name)(a.data))
