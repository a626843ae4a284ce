"""Backpropagation, the neural language model and recurrence, each against torch or numbers worked by hand."""

import math
import random
import subprocess
import sys

import pytest
import torch
import torch.nn.functional as F

from gptlab import autograd, neural_lm, rnn
from gptlab.autograd import Value


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=seeded(seed), dtype=torch.float64)


def close(got, wanted, tolerance=1e-12):
    torch.testing.assert_close(got, wanted, rtol=0, atol=tolerance)


# Value


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
        (lambda a: Value(a), TypeError, "take its .data"),
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


# add, multiply, power, tanh, exp


def test_operations_by_hand():
    a, b = Value(2.0), Value(-3.0)
    for got, data, parents, local in [
        (autograd.add(a, b), -1, (a, b), (1, 1)),
        (autograd.multiply(a, b), -6, (a, b), (-3, 2)),
        (autograd.multiply(a, a), 4, (a, a), (2, 2)),
        (autograd.power(a, 3), 8, (a,), (12,)),
        (autograd.power(a, -1), 0.5, (a,), (-0.25,)),
        (autograd.tanh(Value(0.0)), 0, None, (1,)),
        (autograd.exp(Value(0.0)), 1, None, (1,)),
    ]:
        assert got.data == data and got.local_gradients == local and parents in (None, got.parents)
    assert autograd.tanh(Value(1000.0)).data == 1 and autograd.tanh(
        Value(1000.0)
    ).local_gradients == (0,)


# topological_order and backward


def test_the_order_by_hand():
    a, b = Value(2.0), Value(2.0)
    c = a * b
    d = c + a
    order = autograd.topological_order(d)
    assert order[2:] == [c, d] and set(order[:2]) == {a, b}
    assert autograd.topological_order(a) == [a]
    assert autograd.topological_order(d) == order


def test_the_order_of_random_graphs():
    draw = random.Random(1)
    for _ in range(50):
        values = [Value(draw.choice([1, 2])) for _ in range(3)]
        for _ in range(30):
            parents = tuple(draw.choices(values, k=draw.choice([1, 2, 3])))
            values.append(Value(draw.choice([1, 2]), parents, (1,) * len(parents)))
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


def test_backward_by_hand():
    a, b = Value(2.0), Value(-3.0)
    c = a * b
    d = c + a  # ∂d/∂a = b + 1
    assert autograd.backward(d) is None
    assert (a.grad, b.grad, c.grad, d.grad) == (-2, 2, 1, 1)
    assert (a.data, b.data, c.data, d.data) == (2, -3, -6, -4)


def test_a_leaf_in_two_graphs_keeps_both_shares():
    w = Value(3.0)
    autograd.backward(w * 5)
    autograd.backward(w * w)
    assert w.grad == 5 + 6
    w.grad = 0.0
    autograd.backward(2 * w)
    assert w.grad == 2


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


def random_expression(draw, leaves):
    """The same operations on whatever the leaves are; results stay small, and some are used several times."""
    made = list(leaves)
    for _ in range(draw.randint(3, 12)):
        made.append(draw.choice(OPERATIONS)(draw.choice(made), draw.choice(made)))
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


# neural_lm


def test_context_windows_by_hand():
    contexts, targets = neural_lm.context_windows(torch.tensor([5, 6, 7, 8, 9]), 3)
    assert contexts.tolist() == [[5, 6, 7], [6, 7, 8]] and targets.tolist() == [8, 9]
    contexts, targets = neural_lm.context_windows(torch.tensor([1, 2], dtype=torch.uint8), 1)
    assert contexts.tolist() == [[1]] and targets.tolist() == [2] and contexts.dtype == torch.uint8


@pytest.mark.parametrize("n", [0, -1, 3, 4])
def test_context_windows_refuses_what_does_not_fit(n):
    with pytest.raises(ValueError, match=f"3 tokens hold no window of {n}.*from 1 to 2"):
        neural_lm.context_windows(torch.tensor([1, 2, 3]), n)


def test_mlp_logits_equals_torchs_layers():
    B, T, V, C, width = 2, 3, 7, 4, 5
    words, hidden, out = (
        torch.nn.Embedding(V, C),
        torch.nn.Linear(T * C, width),
        torch.nn.Linear(width, V),
    )
    network = torch.nn.Sequential(words, torch.nn.Flatten(), hidden, torch.nn.Tanh(), out).double()
    ids = torch.randint(V, (B, T), generator=seeded(3))
    params = words.weight, hidden.weight.T, hidden.bias, out.weight.T, out.bias
    close(neural_lm.mlp_logits(ids, *params), network(ids))
    copies = [param.detach().clone().requires_grad_() for param in params]
    assert torch.autograd.gradcheck(lambda *params: neural_lm.mlp_logits(ids, *params), copies)


def test_sgd_step_equals_torchs_and_leaves_its_arguments():
    params, grads = [normal(2, 3), normal(4, seed=1)], [normal(2, 3, seed=2), normal(4, seed=3)]
    before = [x.clone() for x in (*params, *grads)]
    moved = neural_lm.sgd_step(params, grads, 0.1)
    theirs = [param.clone().requires_grad_() for param in params]
    for param, grad in zip(theirs, grads, strict=True):
        param.grad = grad
    torch.optim.SGD(theirs, lr=0.1).step()
    for got, wanted in zip(moved, theirs, strict=True):
        close(got, wanted.detach())
    assert all(map(torch.equal, (*params, *grads), before)) and isinstance(moved, list)


def test_the_neural_model_learns():
    ids = torch.tensor([0, 1, 2, 0, 2, 1] * 20)  # two tokens decide the next one, one does not
    contexts, targets = neural_lm.context_windows(ids, 2)
    params = [
        normal(*shape, seed=i) * 0.3 for i, shape in enumerate([(3, 2), (4, 8), (8,), (8, 3), (3,)])
    ]
    losses = []
    for _ in range(150):
        params = [param.detach().requires_grad_() for param in params]
        loss = F.cross_entropy(neural_lm.mlp_logits(contexts, *params), targets)
        losses.append(loss.item())
        params = neural_lm.sgd_step(params, torch.autograd.grad(loss, params), 1.0)
    assert losses[0] > 0.9 and losses[-1] < 0.1


# rnn


def test_steps_equal_torchs_cells():
    B, C, width = 2, 3, 4
    x, h = normal(B, C), normal(B, width, seed=1)
    cell = torch.nn.RNNCell(C, width, dtype=torch.float64)
    b = cell.bias_ih + cell.bias_hh
    close(rnn.rnn_step(x, h, cell.weight_ih.T, cell.weight_hh.T, b), cell(x, h))
    gru = torch.nn.GRUCell(C, width, dtype=torch.float64)
    torch.nn.init.zeros_(gru.bias_hh)
    close(rnn.gru_step(x, h, gru.weight_ih.T, gru.weight_hh.T, gru.bias_ih), gru(x, h))


def test_gradients_of_steps():
    x, h, b = normal(2, 3), normal(2, 4, seed=1), normal(4, seed=4)
    rest = normal(3, 4, seed=2), normal(4, 4, seed=3), b
    leaves = [given.clone().requires_grad_() for given in (x, h, *rest)]
    assert torch.autograd.gradcheck(rnn.rnn_step, leaves)
    leaves = [
        given.clone().requires_grad_()
        for given in (x, h, normal(3, 12), normal(4, 12, seed=5), normal(12, seed=6))
    ]
    assert torch.autograd.gradcheck(rnn.gru_step, leaves)


def test_a_gru_with_its_gate_shut_carries_its_state():
    h = normal(2, 4)
    bias = torch.tensor([0.0, 40.0, 0.0], dtype=torch.float64).repeat_interleave(4)
    kept = rnn.gru_step(
        normal(2, 3, seed=1), h, normal(3, 12, seed=2) * 0.1, normal(4, 12, seed=3) * 0.1, bias
    )
    close(kept, h)


@pytest.mark.parametrize("kind", ["RNN", "GRU"])
def test_run_rnn_equals_torchs_network(kind):
    B, T, C, width = 2, 6, 3, 4
    network = getattr(torch.nn, kind)(C, width, batch_first=True, dtype=torch.float64)
    torch.nn.init.zeros_(network.bias_hh_l0)
    weights = network.weight_ih_l0.T, network.weight_hh_l0.T, network.bias_ih_l0
    cell = rnn.rnn_step if kind == "RNN" else rnn.gru_step
    xs, h0 = normal(B, T, C).requires_grad_(), normal(B, width, seed=1).requires_grad_()
    out = rnn.run_rnn(lambda x, h: cell(x, h, *weights), xs, h0)
    wanted = network(xs, h0[None])[0]
    close(out, wanted)
    leaves = xs, h0, network.weight_hh_l0
    for got, right in zip(
        torch.autograd.grad(out[:, -1].sum(), leaves),
        torch.autograd.grad(wanted[:, -1].sum(), leaves),
        strict=True,
    ):
        close(got, right)
