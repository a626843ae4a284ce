"""Random expressions, for Values and for torch's tensors."""

import random
import re

import pytest
import torch

from gptlab.autograd import Value
from gptlab.experiments.autograd.random_expression import random_expression
from gptlab.view.autograd import value_graph


def test_random_expressions_run_on_values_and_tensors_alike():
    twice = 0
    for seed in range(20):
        f, numbers = random_expression(seed)
        ours, theirs = (
            [Value(x) for x in numbers],
            [torch.tensor(x, dtype=torch.float64) for x in numbers],
        )
        end = f(ours)
        assert end.data == pytest.approx(float(f(theirs)), rel=1e-12)
        assert random_expression(seed)[1] == numbers
        values = value_graph.ancestors(end)
        twice += any(
            sum(p is v for w in values for p in w.parents) > 1 for v in values if v.parents
        )
    assert twice > 10


def test_random_expressions_need_no_seed_of_pythons_own():
    random.seed(1)
    first = random_expression(7)[1]
    random.seed(2)
    assert random_expression(7)[1] == first and re.fullmatch(
        r"[\d.\-e, ]+", ", ".join(map(str, first))
    )


def test_operations_can_be_left_out(monkeypatch):
    monkeypatch.delattr(Value, "exp")
    for seed in range(50):
        f, numbers = random_expression(seed, without=("exp",))
        f([Value(x) for x in numbers])
