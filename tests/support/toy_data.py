"""Small data that several tests share: an expression, word vectors at two steps, combinations held out."""

import functools

import torch

from gptlab.autograd import Value
from gptlab.experiments.neural_lm.word_vectors import vector_history
from gptlab.experiments.unseen_combinations import Combinations
from gptlab.world.web import Web


def toy_expression(a=2.0, b=-3.0, c=5.0):
    """tanh(a·b + c) · a, with labels on its leaves."""
    a = Value(a, label="a")
    b = Value(b, label="b")
    c = Value(c, label="c")
    return (a * b + c).tanh() * a


@functools.cache
def toy_history():
    """Six words of two kinds: at random first, each kind in a direction of its own after 70 steps."""
    generator = torch.Generator().manual_seed(5)
    first = torch.randn(7, 5, generator=generator)
    last = first.clone()
    last[1:4] = torch.tensor([3.0, 0, 0, 0, 0])
    last[4:7] = torch.tensor([0, 3.0, 0, 0, 0])
    last = last + 0.01 * torch.randn(7, 5, generator=generator)
    kinds = {"early": tuple("abc"), "late": tuple("def")}
    return vector_history([(0, first), (70, last.requires_grad_())], ["|", *"abcdef"], kinds)


@functools.cache
def few_combinations():
    """Combinations of the sixty most popular facts."""
    return Combinations(Web(), n_facts=60, n_train=1500, n_test=120)
