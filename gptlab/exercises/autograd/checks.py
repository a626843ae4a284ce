"""The checks of gptlab/autograd.py.

A small computation is written as a text, "a = 2, b = -3, c = a * b", which is what a message shows. Python runs
it twice: on `Node`s, which make Values without any of the learner's functions, and on tensors, for torch to
differentiate.
"""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gptlab import autograd
from gptlab.exercises.autograd.counted_parents import MANY, CountedParents, TooLong
from gptlab.exercises.case import EDGE, Case, RandomInputs, case, property_holds
from gptlab.exercises.compare import a_kind, is_number, same


class LabelledNumbers:
    """Numbers to be compared, in the words that show them."""

    def __init__(self, words: str, *given: Any) -> None:
        self.words = words
        self.numbers = tuple(float(x) if is_number(x) else a_kind(x) for x in given)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, LabelledNumbers)
            and self.words == other.words
            and same(self.numbers, other.numbers, 1e-5, 1e-6)
        )

    __hash__ = None  # numbers that are nearly the same are equal

    def __repr__(self) -> str:
        if not self.numbers:
            return self.words  # in which a type's name may stand, with any sign in it
        return self.words.format(*(x if isinstance(x, str) else f"{x:.6g}" for x in self.numbers))


def new_value(*given) -> Any:
    """A Value of the room, whose class is looked up anew: the learner may just have edited its file."""
    return autograd.Value(*given)


def _is_value(x: Any) -> bool:
    return all(hasattr(x, name) for name in ("data", "grad", "parents", "local_gradients"))


# ---- add, multiply, power, tanh, exp


def _applied(function: Callable, *numbers: float) -> LabelledNumbers:
    """What an operation says of Values with these numbers, each made from another Value itself."""
    return _described(
        function, [new_value(number, (new_value(1.0),), (0.5,)) for number in numbers]
    )


def _with_itself(function: Callable, number: float) -> LabelledNumbers:
    """The same for one Value that is given twice."""
    value = new_value(number, (new_value(1.0),), (0.5,))
    return _described(function, [value, value])


def _with_number(function: Callable, number: float, exponent: float) -> LabelledNumbers:
    """The same with a plain number behind the Value."""
    return _described(
        lambda a: function(a, exponent), [new_value(number, (new_value(1.0),), (0.5,))]
    )


def _described(function: Callable, operands: list) -> LabelledNumbers:
    distinct = list({id(operand): operand for operand in operands}.values())
    for operand in distinct:
        operand.grad = 7.0  # nobody's business here
    before = [_state(operand) for operand in distinct]
    try:
        result = function(*operands)
        if [operand.grad for operand in distinct] != [grad for grad, *_ in before]:
            return LabelledNumbers("the grad of a given Value has been changed")
        if [_state(operand) for operand in distinct] != before:
            return LabelledNumbers("a given Value has been changed")
        if not _is_value(result):
            return LabelledNumbers(f"{a_kind(result)}, which is no Value")
        if not result.parents and result not in distinct:
            return LabelledNumbers("data {}, without parents", result.data)
        slopes = [_slope(result, operand) for operand in distinct]
    except RecursionError:
        return LabelledNumbers("it calls itself without end")
    return _shown(result.data, *slopes)


def _shown(data: float, *slopes: float) -> LabelledNumbers:
    return LabelledNumbers(
        "data {}" + "".join(f", ∂c/∂{name} {{}}" for name in "ab"[: len(slopes)]), data, *slopes
    )


def _state(value: Any) -> tuple:
    return value.grad, value.data, value.parents, value.local_gradients


def _slope(value: Any, leaf: Any) -> float:
    """The derivative that the local gradients say, summed over all ways from `value` down to `leaf`."""
    if value is leaf:
        return 1.0
    pairs = zip(value.parents, value.local_gradients, strict=True)
    return float(sum(local * _slope(parent, leaf) for parent, local in pairs))


def _by_torch(formula: Callable, *numbers: float) -> LabelledNumbers:
    """torch's result and its derivatives."""
    leaves = [torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in numbers]
    result = formula(*leaves)
    slopes = torch.autograd.grad(result, leaves, allow_unused=True)
    return _shown(result.item(), *(0.0 if slope is None else slope.item() for slope in slopes))


def _operation(formula: Callable, *numbers: float, stage: str = "plain") -> Case:
    return case(*numbers, expected=_by_torch(formula, *numbers), call=_applied, stage=stage)


PAIRS = (2.0, 3.0), (-1.5, 4.0), (0.25, -6.0)


def _drawn(seed: int, n: int, low: float, high: float) -> list[float]:
    """Numbers drawn at random."""
    inputs = RandomInputs(seed)
    return [inputs.between(low, high) for _ in range(n)]


def add() -> list[Case]:
    """torch's derivatives are the oracle."""
    return [
        *[_operation(torch.add, *pair) for pair in PAIRS],
        case(1.5, expected=_shown(3.0, 2.0), call=_with_itself, about="a and b are the same Value"),
        _operation(torch.add, *_drawn(64, 2, -5.0, 5.0)),
        _operation(torch.add, 0.0, 0.0, stage=EDGE),
    ]


def multiply() -> list[Case]:
    """torch's derivatives are the oracle."""
    return [
        *[_operation(torch.mul, *pair) for pair in PAIRS],
        case(
            1.5, expected=_shown(2.25, 3.0), call=_with_itself, about="a and b are the same Value"
        ),
        _operation(torch.mul, *_drawn(65, 2, 1.0, 5.0)),
        _operation(torch.mul, 0.0, -2.0, stage=EDGE),
        _operation(torch.mul, 5.0, 0.0, stage=EDGE),
    ]


def power() -> list[Case]:
    """torch's derivatives are the oracle."""
    pairs = (3.0, 2), (-2.0, 3), (0.5, -1), (4.0, 0.5), (-1.5, -2), (2.5, 1), (1.7, 2.3)

    def power_case(number: float, exponent: float, stage: str = "plain") -> Case:
        expected = _by_torch(lambda a: a**exponent, number)
        return case(number, exponent, expected=expected, call=_with_number, stage=stage)

    drawn = _drawn(66, 2, 0.5, 3.0)
    return [*[power_case(*pair) for pair in (*pairs, drawn)], power_case(0.0, 2, EDGE)]


def tanh() -> list[Case]:
    """torch's derivatives are the oracle.

    A tanh made of other Values, (e^a − e^−a) / (e^a + e^−a), is a right answer: what counts is the derivative
    from a up to the result, on however many steps. The local gradients that lesson 03 shows are then those of
    its last step.
    """
    return [
        *[_operation(torch.tanh, x) for x in (0.5, -1.25, 2.0, -0.1, *_drawn(67, 2, 0.2, 2.0))],
        _operation(torch.tanh, 0.0, stage=EDGE),
        _operation(torch.tanh, -3.0, stage=EDGE),
    ]


def exp() -> list[Case]:
    """torch's derivatives are the oracle."""
    return [
        *[_operation(torch.exp, x) for x in (1.0, -2.0, 0.3, 3.5, *_drawn(68, 2, 0.2, 3.0))],
        _operation(torch.exp, 0.0, stage=EDGE),
        _operation(torch.exp, -5.0, stage=EDGE),
    ]


# ---- topological_order and backward


class Node:
    """A Value that +, - and * combine by derivatives written down here, not by the learner's functions."""

    def __init__(
        self, data: float, parents: tuple["Node", ...] = (), slopes: tuple[float, ...] = ()
    ) -> None:
        self.data = data
        self.value = new_value(data, tuple(parent.value for parent in parents), slopes)

    def __add__(self, other: "Node") -> "Node":
        return Node(self.data + other.data, (self, other), (1.0, 1.0))

    def __sub__(self, other: "Node") -> "Node":
        return Node(self.data - other.data, (self, other), (1.0, -1.0))

    def __mul__(self, other: "Node") -> "Node":
        return Node(self.data * other.data, (self, other), (other.data, self.data))


def _tanh_node(x: Node) -> Node:
    return Node(math.tanh(x.data), (x,), (1 - math.tanh(x.data) ** 2,))


def _variables(text: str, make: Callable, **functions: Callable) -> dict[str, Any]:
    """Run a text step by step, and return its variables in order; `make` turns each result into one."""
    variables: dict[str, Any] = {}
    for step in text.split(", "):
        name, _, expression = step.rpartition(" = ")
        result = eval(expression, functions, variables)
        if name:
            variables[name] = make(result)
    return variables


def _built(text: str, backward: Callable | None = None) -> dict[str, Any]:
    """The Values of a text by their names; `backward` is what runs at a "backward(c)"."""

    def make(result: int | float | Node) -> Node:
        return result if isinstance(result, Node) else Node(float(result))

    nodes = _variables(text, make, tanh=_tanh_node, backward=lambda node: backward(node.value))
    return {name: node.value for name, node in nodes.items()}


def _grads_by_torch(text: str) -> LabelledNumbers:
    """What torch leaves in every .grad of a text; backward from the last value comes by itself."""

    def make(result: int | float | Tensor) -> Tensor:
        if not isinstance(result, Tensor):
            result = torch.tensor(float(result), dtype=torch.float64, requires_grad=True)
        result.retain_grad()
        return result

    def backward(tensor: Tensor) -> None:
        tensor.backward(retain_graph=True)

    tensors = _variables(text, make, tanh=torch.tanh, backward=backward)
    backward(_last(tensors))
    return _grads({name: tensor.grad.item() for name, tensor in tensors.items()})


def _grads(grads: dict[str, float]) -> LabelledNumbers:
    names = list(grads)
    if len(names) > 12:  # a chain: its far end and its near end
        names = [*names[:3], *names[-2:]]
    return LabelledNumbers(
        "grads " + ", ".join(f"{name} {{}}" for name in names), *(grads[name] for name in names)
    )


def _last(variables: dict[str, Any]) -> Any:
    return list(variables.values())[-1]


CHAIN = "a = 1, " + ", ".join(
    f"{new} = {old} + a"
    for old, new in zip(
        ["a", *(f"b{i}" for i in range(1, 60))], [f"b{i}" for i in range(1, 61)], strict=True
    )
)


def _doubled(times: int) -> str:
    """A number added to itself, and that again."""
    return "b0 = 0.5, " + ", ".join(f"b{i} = b{i - 1} + b{i - 1}" for i in range(1, times + 1))


DOUBLING = _doubled(8)
DOUBLINGS = 40
TEXTS = [
    "a = 2, b = -3, c = a * b",
    "a = 2, b = -3, c = a * b, d = c + a",
    "a = 2, b = a * a, c = b * b, d = c - b",
    "a = 2, b = 2, c = a * b, d = b * a, e = c - d",  # the same numbers more than once
    "x = 0.5, w = -3, b = 1, p = w * x, s = p + b, h = tanh(s), e = h - x, l = e * e",
    "a = 3, b = tanh(a), c = b * a, d = a + c, e = d * b, f = e - a, g = f * f",
    "a = 2, b = 5, c = b - a, d = a * c, e = tanh(d), f = a + e, g = e * d, h = f * g",
]


def _drawn_texts(seed: int) -> list[str]:
    """Two computations whose every step joins the one before to one that is drawn: nothing is left out at the end."""
    inputs = RandomInputs(seed)
    texts = []
    for _ in range(2):
        lines = [f"{name} = {round(inputs.between(-1.5, 1.5), 2)}" for name in "ab"]
        for i, name in enumerate("cdefgh"):
            before, other = "abcdefg"[i + 1], "abcdefg"[inputs.whole(0, i)]
            sign = "+-*"[inputs.whole(0, 2)]
            lines.append(
                f"{name} = tanh({before})" if i == 3 else f"{name} = {before} {sign} {other}"
            )
        texts.append(", ".join(lines))
    return texts


def _orders_well(function: Callable, text: str) -> bool | str:
    """Hold an order against the graph, twice: nothing may be left over from an earlier call."""
    function(_built("a = 1, b = a + a")["b"])
    values = _built(text)
    before = [_state(value) for value in values.values()]
    for again in ("", "the second time "):
        fault = _fault_of_order(function(_last(values)), values)
        if fault:
            return again + fault
        if [_state(value) for value in values.values()] != before:
            return "a Value has been changed"
    return True


def _fault_of_order(came: Any, values: dict[str, Any]) -> str:
    """What is wrong with an order, in words; "" when nothing is."""
    if not isinstance(came, (list, tuple)):
        return f"{a_kind(came)}, no list"
    names = {id(value): name for name, value in values.items()}
    if not all(id(value) in names for value in came):
        return "something that does not belong to this graph"
    order = [names[id(value)] for value in came]
    shown = f"the order {' '.join(order)}" if order else "an empty list"
    twice = [name for i, name in enumerate(order) if name in order[:i]]
    missing = [name for name in values if name not in order]
    if twice or missing:
        return f"{shown}: {twice[0]} comes twice" if twice else f"{shown}: {missing[0]} is missing"
    for value in came:
        early = [
            names[id(p)]
            for p in value.parents
            if order.index(names[id(p)]) > order.index(names[id(value)])
        ]
        if early:
            return f"{shown}: {names[id(value)]} comes before its parent {early[0]}"
    return ""


def _not_along_every_path(function: Callable, text: str, times: int) -> bool | str:
    """Doubling 40 times makes 41 Values, and as many paths as 2^40, which nobody can walk."""
    assert times == DOUBLINGS and text
    values = _built(_doubled(DOUBLINGS))
    for value in values.values():
        value.parents = CountedParents(value.parents)
    CountedParents.looks = 0
    try:
        function(_last(values))
    except TooLong:
        return f"more than {MANY:,} looks at parents: every path is walked, and there are 2^40"
    return True


def _few_looks() -> Case:
    return property_holds(
        _not_along_every_path,
        "b = b + b",
        DOUBLINGS,
        about=f"{DOUBLINGS} doublings make {DOUBLINGS + 1} Values: a step or two for each",
        stage=EDGE,
    )


def topological_order() -> list[Case]:
    """A property: every value once, and behind all its parents."""
    about = "every Value once, and behind all its parents"
    return [
        *[
            property_holds(_orders_well, text, about=about)
            for text in (*TEXTS, DOUBLING, CHAIN, *_drawn_texts(69))
        ],
        property_holds(_orders_well, "a = 4", about="the leaf itself", stage=EDGE),
        _few_looks(),
    ]


def _walked(function: Callable, text: str) -> LabelledNumbers:
    """The grads that a backward leaves behind."""
    values = _built(text, function)
    before = [(value.data, value.parents, value.local_gradients) for value in values.values()]
    function(_last(values))
    if [(value.data, value.parents, value.local_gradients) for value in values.values()] != before:
        return LabelledNumbers("grads, but also other data, parents or local gradients than before")
    return _grads({name: value.grad for name, value in values.items()})


def backward() -> list[Case]:
    """torch's .grad is the oracle, and one graph worked by hand."""
    hand = LabelledNumbers("grads a {}, b {}, c {}, d {}", -2.0, 2.0, 1.0, 1.0)
    two = [
        "a = 2, b = -3, c = a * b, backward(c), d = a - b",
        "w = 3, x = 2, p = w * x, backward(p), q = w * w, r = q + w",
    ]
    return [
        case(TEXTS[1], expected=hand, call=_walked),
        *[
            case(text, expected=_grads_by_torch(text), call=_walked)
            for text in (*TEXTS, DOUBLING, CHAIN, *_drawn_texts(70))
        ],
        *[
            case(text, expected=_grads_by_torch(text), call=_walked, about="leaves in two graphs")
            for text in two
        ],
        case(
            "a = 4",
            expected=LabelledNumbers("grads a {}", 1.0),
            call=_walked,
            about="a leaf alone",
            stage=EDGE,
        ),
        _few_looks(),
    ]
