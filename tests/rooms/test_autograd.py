"""Value: its signs, what it refuses, edits, and gradients of random and of deep graphs."""

import math
import random
import subprocess
import sys

import pytest
import torch

from gptlab import autograd
from gptlab.autograd import Value


def test_a_leaf_and_a_result():
    a = Value(2)
    tripled = Value(3 * a.data, (a,), (3,), label="3a")
    assert (a.data, a.grad, a.parents, a.local_gradients, a.label) == (2.0, 0.0, (), (), "")
    assert (tripled.data, tripled.parents, tripled.local_gradients, tripled.label) == (
        6.0,
        (a,),
        (3.0,),
        "3a",
    )
    assert repr(tripled) == "Value(data=6, grad=0)"
    assert Value(2) != Value(2) and len({a, a, Value(2)}) == 2


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (Value, TypeError, "take its .data"),
        (lambda a: Value(1, (a,), (a,)), TypeError, "take its .data"),
        (
            lambda a: Value(1, a, (1,)),
            TypeError,
            r"parents must be a tuple, but is a Value: write \(a, b\), or \(a,\)",
        ),
        (
            lambda a: Value(1, (a,), 1.0),
            TypeError,
            "local_gradients must be a tuple, but is a float",
        ),
        (lambda a: Value(1, {a}, (1,)), TypeError, "but is a set"),
        (
            lambda a: Value(1, (a.data,), (1,)),
            TypeError,
            "parents must be Values, but one is a float: name a, not a.data",
        ),
        (
            lambda a: Value(1, (a, a), (1,)),
            ValueError,
            "2 parents, but 1 local gradients: give one for each",
        ),
        (lambda a: a**a, TypeError, "unsupported operand"),
        (lambda a: a + "one", ValueError, "one"),
    ],
)
def test_what_a_value_refuses(make, error, text):
    with pytest.raises(error, match=text):
        make(Value(2))


def test_the_signs():
    a, b = Value(3.0), Value(2.0)
    for got, wanted in [
        (a + b, 5),
        (a - b, 1),
        (a * b, 6),
        (a / b, 1.5),
        (-a, -3),
        (a**3, 27),
        (1 + a, 4),
        (1 - a, -2),
        (2 * a, 6),
        (6 / a, 2),
        (a + 1, 4),
        (a - 1, 2),
        (a * 2, 6),
        (a / 2, 1.5),
        (sum([a, b, a]), 8),
        (a.tanh(), math.tanh(3)),
        (a.exp(), math.exp(3)),
    ]:
        assert got.data == pytest.approx(wanted, rel=1e-15) and isinstance(got, Value)
    assert (a.data, b.data, a.grad, b.grad) == (3, 2, 0, 0)


def test_the_signs_are_written_on_the_results():
    a, b = Value(3.0, label="a"), Value(2.0)
    assert [v.label for v in ((a + b), (a * b), a**2, a.tanh(), a.exp(), a, b)] == [
        "+",
        "×",
        "^2",
        "tanh",
        "exp",
        "a",
        "",
    ]


def test_values_from_before_an_edit_still_count():
    code = (
        "import importlib, sys; from gptlab import autograd; old = autograd.Value(2.0); seven = old + 5;"
        "importlib.reload(autograd); out = seven * (old + autograd.Value(3.0)) + old / 2; autograd.backward(out);"
        "assert (out.data, old.grad) == (36.0, 12.5), (out, old); sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_order_of_random_graphs():
    rng = random.Random(1)
    for _ in range(50):
        values = [Value(rng.choice([1, 2])) for _ in range(3)]
        for _ in range(30):
            parents = tuple(rng.choices(values, k=rng.choice([1, 2, 3])))
            values.append(Value(rng.choice([1, 2]), parents, (1,) * len(parents)))
        place = {value: i for i, value in enumerate(autograd.topological_order(values[-1]))}
        wanted, waiting = set(), [values[-1]]
        while waiting:
            value = waiting.pop()
            wanted.add(value)
            waiting += [parent for parent in value.parents if parent not in wanted]
        assert set(place) == wanted and sorted(place.values()) == list(range(len(wanted)))
        assert all(place[parent] < place[value] for value in place for parent in value.parents)


def test_a_deep_graph():
    x = Value(1.0)
    end = x
    for _ in range(10_000):
        end = end * 0.999 + x
    autograd.backward(end)
    wanted = sum(0.999**i for i in range(10_000)) + 0.999**10_000
    assert len(autograd.topological_order(end)) == 30_001 and x.grad == pytest.approx(
        wanted, rel=1e-9
    )


OPERATIONS = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / (b * b + 1),
    lambda a, b: -a,
    lambda a, b: a**2,
    lambda a, b: a**3,
    lambda a, b: (a * a + 0.5) ** -1.5,
    lambda a, b: a.tanh(),
    lambda a, b: a.tanh().exp(),
    lambda a, b: 2.5 - a,
    lambda a, b: 1.5 * a,
    lambda a, b: 3 / (a * a + 2),
    lambda a, b: a + 0.5,
]


def random_expression(rng, leaves):
    """The same operations on whatever the leaves are; results stay small, and some are used several times."""
    made = list(leaves)
    for _ in range(rng.randint(3, 12)):
        made.append(rng.choice(OPERATIONS)(rng.choice(made), rng.choice(made)))
        if abs(float(made[-1].data)) > 10:
            made[-1] = made[-1].tanh()
    return sum(made[-3:])


def test_gradients_equal_torchs_on_1000_random_expressions():
    worst = 0.0
    for seed in range(1000):
        numbers = [random.Random(seed).uniform(-2, 2) for _ in range(3)]
        ours = [Value(number) for number in numbers]
        theirs = [
            torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in numbers
        ]
        out, wanted = (random_expression(random.Random(-seed), leaves) for leaves in (ours, theirs))
        autograd.backward(out)
        grads = torch.autograd.grad(wanted, theirs, allow_unused=True)
        grads = [0.0 if grad is None else grad.item() for grad in grads]
        worst = max(
            worst,
            *(
                abs(leaf.grad - grad) / (1 + abs(grad))
                for leaf, grad in zip(ours, grads, strict=True)
            ),
        )
        assert out.data == pytest.approx(wanted.item(), rel=1e-12)
    assert worst < 1e-11
