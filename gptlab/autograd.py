"""Backpropagation from nothing: numbers that remember how they were made, and the chain rule walked backwards."""

import math

from gptlab.blanks import blank


class Value:
    """A number in a computation, which remembers the numbers that it was made from.

    data             the number
    parents          the Values that it was made from; () for a leaf, which was simply given
    local_gradients  one number for each parent: how fast data grows as that parent alone grows
    grad             how fast the end result grows as this number grows; 0 until `backward` says otherwise
    label            what a picture writes beside it, "" for nothing

    Value(2.0) is a leaf. A result names its parents and its local gradients; three times a is

        Value(3 * a.data, (a,), (3.0,))

    data and the local gradients are plain numbers: a.data, not a. The signs + − * / ** and the methods
    tanh() and exp() call the blanks below, so `a + b` may stand everywhere, except inside `add` itself.
    """

    def __init__(
        self, data: float, parents: tuple = (), local_gradients: tuple = (), label: str = ""
    ) -> None:
        self.data = _plain(data)
        self.parents = _several("parents", parents)
        self.local_gradients = tuple(
            _plain(slope) for slope in _several("local_gradients", local_gradients)
        )
        self.grad = 0.0
        self.label = label
        if len(self.parents) != len(self.local_gradients):
            raise ValueError(
                f"{len(self.parents)} parents, but {len(self.local_gradients)} local gradients:"
                " give one for each parent"
            )
        strange = [parent for parent in self.parents if not _is_value(parent)]
        if strange:
            raise TypeError(
                f"parents must be Values, but one is {_a(strange[0])}: name a, not a.data"
            )

    def __repr__(self) -> str:
        return f"Value(data={self.data:g}, grad={self.grad:g})"

    def __add__(self, other: "Value | float") -> "Value":
        return _labelled(add(self, _value(other)), "+")

    def __mul__(self, other: "Value | float") -> "Value":
        return _labelled(multiply(self, _value(other)), "×")

    def __pow__(self, exponent: float) -> "Value":
        return _labelled(power(self, exponent), f"^{exponent}")

    def tanh(self) -> "Value":
        """The same as tanh(self)."""
        return _labelled(tanh(self), "tanh")

    def exp(self) -> "Value":
        """The same as exp(self)."""
        return _labelled(exp(self), "exp")

    def __neg__(self) -> "Value":
        return self * -1.0

    def __sub__(self, other: "Value | float") -> "Value":
        return self + -_value(other)

    def __truediv__(self, other: "Value | float") -> "Value":
        return self * _value(other) ** -1

    def __radd__(self, other: float) -> "Value":
        return _value(other) + self

    def __rmul__(self, other: float) -> "Value":
        return _value(other) * self

    def __rsub__(self, other: float) -> "Value":
        return _value(other) - self

    def __rtruediv__(self, other: float) -> "Value":
        return _value(other) / self


def _is_value(x: object) -> bool:
    """True for a Value, also one made before this file was edited: autoreload makes the class anew."""
    return hasattr(x, "local_gradients")


def _value(number: "Value | float") -> Value:
    """A Value as it is, a number as a leaf."""
    return number if _is_value(number) else Value(number)


def _plain(number: float) -> float:
    """Refuse a Value where a plain number belongs."""
    if _is_value(number):
        raise TypeError("a Value stands where a plain number belongs: take its .data")
    return float(number)


def _a(thing: object) -> str:
    """Its type with an article: "a float", "an int"."""
    kind = type(thing).__name__
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _several(name: str, given: tuple) -> tuple:
    """Refuse what has no order or no length, such as (a), which lacks its comma."""
    if not isinstance(given, (tuple, list)):
        raise TypeError(
            f"{name} must be a tuple, but is {_a(given)}: write (a, b), or (a,) for one alone"
        )
    return tuple(given)


def _labelled(value: Value, label: str) -> Value:
    """Write the operation's sign on its result, where nothing is written yet."""
    if _is_value(value) and not value.label:
        value.label = label
    return value


@blank(lesson=3, minutes=5, difficulty=1)
def add(a: Value, b: Value) -> Value:
    """Add two Values.

        c = a + b

    The result is a new Value. Its local gradients ∂c/∂a and ∂c/∂b say how fast c grows as a alone grows, and
    as b alone does. a and b are left as they are, and they may be one and the same Value.

    ->  Value
    """
    raise NotImplementedError


@blank(lesson=3, minutes=4, difficulty=1)
def multiply(a: Value, b: Value) -> Value:
    """Multiply two Values.

        c = a·b

    A new Value with two local gradients, as in `add`. Where a and b are one Value, c is a² and grows at the rate
    2a: the two local gradients together.

    ->  Value
    """
    raise NotImplementedError


@blank(lesson=3, minutes=4, difficulty=2)
def power(a: Value, exponent: float) -> Value:
    """Raise a Value to a power that is a plain number, not a Value.

        c = a^n,   where n is the exponent

    A new Value with one parent, and so with one local gradient. With n = −1 this is what division is made of.
    Powers that are no real number (a root of a negative number, 1/0) are not asked for, nor is a = 0 with n
    below 1.

    ->  Value
    """
    raise NotImplementedError


@blank(lesson=3, minutes=4, difficulty=2)
def tanh(a: Value) -> Value:
    """Squeeze a Value into the range from −1 to 1.

        c = tanh a = (e^a − e^−a) / (e^a + e^−a)

    math.tanh knows the function. The local gradient ∂c/∂a is a short formula in c alone: find it, and hold it
    against a slope measured with a nudge. It is 1 where c is 0, and 0.071 where c is 0.964 or −0.964.

    ->  Value
    """
    raise NotImplementedError


@blank(lesson=3, minutes=3, difficulty=1)
def exp(a: Value) -> Value:
    """Raise e to a Value.

        c = e^a

    A new Value with one parent. Its local gradient says how steep the curve is at a.

    ->  Value
    """
    raise NotImplementedError


@blank(lesson=3, minutes=15, difficulty=3)
def topological_order(value: Value) -> list[Value]:
    """List a Value and everything that it was made from, each once and each after all its parents.

        p is a parent of v  ⇒  p comes before v                           Kahn 1962

    So `value` itself comes last. Where several orders fit, any of them will do. Two Values with the same data
    are two Values: compare with `is`, or keep the Values themselves in a set. Nothing is left behind in the
    graph: a second call gives a right order too.

    A function that calls itself is the shortest way, and stops at Python's limit of some 1,000 calls within
    each other. The reference keeps a list of its own and takes graphs of any depth; the check stays below 100.

    Example: for c = a·b and d = c + a, topological_order(d) -> [a, b, c, d]
    """
    raise NotImplementedError


@blank(lesson=3, minutes=15, difficulty=3)
def backward(value: Value) -> None:
    """Say for every Value that `value` was made from how fast `value` grows as that one grows.

        ∂L/∂L = 1,   ∂L/∂p = Σ_c ∂L/∂c · ∂c/∂p      Rumelhart, Hinton & Williams 1986, eqs. 4–7; L is `value`,
                                                     c runs over all Values that p is a parent of

    ∂L/∂p says how fast L grows as p alone grows; in the end it is p.grad. A Value knows its parents and its
    local_gradients, one for each place in parents: in a·a, a stands there twice, and ∂c/∂a is both together.
    topological_order is yours already; the separate paths through a graph may be far too many to walk each.

    You may take it that every grad is 0 when it starts, except those of leaves: a leaf that is in two graphs keeps
    what the first gave it and gets the second one's share on top, as in torch. To start anew, set leaf.grad to 0.
    A second walk through the same graph is not asked for. Only grads change; what is returned does not matter.

    ->  None
    """
    raise NotImplementedError
