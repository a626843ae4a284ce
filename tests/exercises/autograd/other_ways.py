"""Other ways to write gptlab/autograd.py."""

import math
from graphlib import TopologicalSorter

import torch

from gptlab import autograd
from gptlab.autograd import Value
from tests.support.other_ways import other_way


@other_way("autograd.add")
def with_names(a, b):
    return Value(data=a.data + b.data, parents=(a, b), local_gradients=(1, 1))


@other_way("autograd.add")
def with_lists(a, b):
    return Value(a.data + b.data, [b, a], [1.0, 1.0], "a sum")


@other_way("autograd.add")
def filled_in_afterwards(a, b):
    out = Value(math.fsum([a.data, b.data]))
    out.parents = (a, b)
    out.local_gradients = (1.0, 1.0)
    return out


@other_way("autograd.add")
def twice_the_same_as_one(a, b):
    return Value(2 * a.data, (a,), (2.0,)) if a is b else Value(a.data + b.data, (a, b), (1.0, 1.0))


@other_way("autograd.multiply")
def the_other_order(a, b):
    return Value(a.data * b.data, (b, a), (a.data, b.data))


@other_way("autograd.multiply")
def a_square_has_one_parent(a, b):
    if a is b:
        return Value(a.data**2, (a,), (2 * a.data,))
    return Value(a.data * b.data, (a, b), (b.data, a.data))


@other_way("autograd.multiply")
def by_torch(a, b):
    x, y = (torch.tensor(v.data, dtype=torch.float64, requires_grad=True) for v in (a, b))
    c = x * y
    c.backward()
    return Value(c.item(), (a, b), (x.grad.item(), y.grad.item()))


@other_way("autograd.power")
def with_pow(a, exponent):
    return Value(pow(a.data, exponent), (a,), [exponent * pow(a.data, exponent - 1)])


@other_way("autograd.power")
def from_the_result(a, exponent):
    out = math.pow(a.data, exponent)
    slope = exponent * out / a.data if a.data else exponent * a.data ** (exponent - 1)
    return Value(out, (a,), (slope,))


@other_way("autograd.power")
def without_work_for_nothing(a, exponent):
    if exponent == 1:
        return Value(a.data, (a,), (1.0,))
    if exponent == 0:
        return Value(1.0, (a,), (0.0,))
    return Value(a.data**exponent, (a,), (exponent * a.data ** (exponent - 1),))


@other_way("autograd.tanh")
def from_exponentials(a):
    up, down = math.exp(a.data), math.exp(-a.data)
    out = (up - down) / (up + down)
    return Value(out, (a,), (4 / (up + down) ** 2,))


@other_way("autograd.tanh")
def out_of_other_values(a):
    twice = (2 * a).exp()
    return (twice - 1) / (twice + 1)


@other_way("autograd.tanh")
def with_cosh(a):
    return Value(math.tanh(a.data), (a,), (1 / math.cosh(a.data) ** 2,))


@other_way("autograd.tanh")
def in_single_precision(a):
    out = torch.tanh(torch.tensor(a.data)).item()
    return Value(out, (a,), (1 - out**2,))


@other_way("autograd.exp")
def with_e(a):
    return Value(math.e**a.data, (a,), (math.e**a.data,))


@other_way("autograd.exp")
def named_first(a):
    out = Value(math.exp(a.data), parents=(a,), local_gradients=(0.0,))
    out.local_gradients = (out.data,)
    return out


@other_way("autograd.exp")
def torch_exp(a):
    grown = torch.tensor(a.data, dtype=torch.float64).exp()
    return Value(grown, (a,), (grown,))


@other_way("autograd.topological_order")
def visit(value):
    order, seen = [], set()

    def down(v):
        if v in seen:
            return
        seen.add(v)
        for parent in v.parents:
            down(parent)
        order.append(v)

    down(value)
    return order


@other_way("autograd.topological_order")
def from_pythons_library(value):
    parents, waiting = {}, [value]
    while waiting:
        v = waiting.pop()
        if v not in parents:
            parents[v] = v.parents
            waiting.extend(v.parents)
    return tuple(TopologicalSorter(parents).static_order())


@other_way("autograd.topological_order")
def those_without_open_children_first(value):
    children, waiting = {value: 0}, [value]
    while waiting:
        for parent in waiting.pop().parents:
            if parent not in children:
                waiting.append(parent)
                children[parent] = 0
            children[parent] += 1
    order, free = [], [value]
    while free:
        v = free.pop()
        order.append(v)
        for parent in v.parents:
            children[parent] -= 1
            if children[parent] == 0:
                free.append(parent)
    return order[::-1]


@other_way("autograd.topological_order")
def by_depth(value):
    depth = {}

    def deep(v):
        if id(v) not in depth:
            depth[id(v)] = (1 + max((deep(parent)[0] for parent in v.parents), default=0), v)
        return depth[id(v)]

    deep(value)
    return [v for _, v in sorted(depth.values(), key=lambda pair: pair[0])]


@other_way("autograd.backward")
def by_index(value):
    order = autograd.topological_order(value)
    value.grad = 1
    for i in range(len(order) - 1, -1, -1):
        v = order[i]
        for j in range(len(v.parents)):
            v.parents[j].grad = v.parents[j].grad + v.grad * v.local_gradients[j]


@other_way("autograd.backward")
def in_a_dictionary_first(value):
    shares = {value: 1.0}
    for v in reversed(visit(value)):
        for parent, local in zip(v.parents, v.local_gradients):
            shares[parent] = shares.get(parent, 0.0) + local * shares[v]
    for v, share in shares.items():
        v.grad = 1.0 if v is value else v.grad + share
    return value.grad


@other_way("autograd.backward")
def clearing_all_but_the_leaves(value):
    order = those_without_open_children_first(value)
    for v in order:
        v.grad = 0.0 if v.parents else v.grad
    value.grad = 1.0
    while order:
        v = order.pop()
        for parent, local in zip(v.parents, v.local_gradients, strict=True):
            parent.grad += local * v.grad
