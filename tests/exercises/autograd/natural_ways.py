"""Wrong bodies of gptlab/autograd.py as people write them, and what each is to be told."""

import math

from gptlab import autograd
from gptlab.autograd import Value
from tests.support.natural_ways import natural


@natural("autograd.add", "a number for a Value")
def number(a, b):
    return a.data + b.data


@natural("autograd.add", "a result without parents")
def no_parents(a, b):
    return Value(a.data + b.data)


@natural("autograd.multiply", "each factor's own number as its local gradient")
def swapped(a, b):
    return Value(a.data * b.data, (a, b), (a.data, b.data))


@natural("autograd.multiply", "the Values as local gradients")
def values_as_slopes(a, b):
    return Value(a.data * b.data, (a, b), (b, a))


@natural("autograd.power", "one taken off the power, not off the exponent")
def precedence(a, exponent):
    return Value(a.data**exponent, (a,), (exponent * a.data**exponent - 1,))


@natural("autograd.power", "a parent without its comma")
def no_comma(a, exponent):
    return Value(a.data**exponent, (a), (exponent * a.data ** (exponent - 1)))


@natural("autograd.tanh", "a number given to the blank itself")
def the_blank_with_a_number(a):
    out = autograd.tanh(a.data)
    return Value(out, (a,), (1 - out**2,))


@natural("autograd.tanh", "the Value itself given to math")
def value_to_math(a):
    out = math.tanh(a)
    return Value(out, (a,), (1 - out**2,))


@natural("autograd.tanh", "the square left out")
def no_square(a):
    out = math.tanh(a.data)
    return Value(out, (a,), (1 - out,))


@natural("autograd.exp", "a number given to the blank itself")
def exp_of_a_number(a):
    out = autograd.exp(a.data)
    return Value(out, (a,), (out,))


# ---- topological_order


@natural("autograd.topological_order", "every path walked")
def all_paths_then_distinct(value):
    order = []

    def visit(v):
        for parent in v.parents:
            visit(parent)
        order.append(v)

    visit(value)
    return list(dict.fromkeys(order))


@natural("autograd.topological_order", "reverse gives nothing back")
def reverse(value):
    order = [value]
    for v in order:
        for parent in v.parents:
            if parent not in order:
                order.append(parent)
    return order.reverse()


# ---- backward


@natural("autograd.backward", "every path walked")
def share_along_each_path(value):
    def walk(v, share):
        v.grad += share
        for parent, local in zip(v.parents, v.local_gradients):
            walk(parent, share * local)

    walk(value, 1.0)


@natural("autograd.backward", "the shares stop at the parents of the end")
def forwards(value):
    value.grad = 1.0
    for v in autograd.topological_order(value):
        for parent, local in zip(v.parents, v.local_gradients):
            parent.grad += local * v.grad


@natural("autograd.backward", "a share overwrites the one before")
def assigned(value):
    value.grad = 1.0
    for v in reversed(autograd.topological_order(value)):
        for parent, local in zip(v.parents, v.local_gradients):
            parent.grad = local * v.grad


@natural("autograd.backward", "reverse gives nothing back")
def reverse_in_the_loop(value):
    value.grad = 1.0
    for v in autograd.topological_order(value).reverse():
        for parent, local in zip(v.parents, v.local_gradients):
            parent.grad += local * v.grad


@natural("autograd.backward", "the end's grad left at 0")
def no_start(value):
    for v in reversed(autograd.topological_order(value)):
        for parent, local in zip(v.parents, v.local_gradients):
            parent.grad += local * v.grad


# ---- one fault in a body that is right otherwise


@natural("autograd.power", "divided by a")
def power_over_a(a, exponent):
    c = a.data**exponent
    return Value(c, (a,), (exponent * c / a.data,))


@natural("autograd.power", "base and exponent swapped")
def n_to_the_a(a, exponent):
    return Value(a.data**exponent, (a,), (exponent ** (a.data - 1),))


@natural("autograd.power", "base and exponent swapped")
def a_times_n_to_the_a(a, exponent):
    return Value(a.data**exponent, (a,), (a.data * exponent ** (a.data - 1),))


@natural("autograd.topological_order", "the way down turned around")
def a_stack(value):
    order, todo = [], [value]
    while todo:
        v = todo.pop()
        if v not in order:
            order.append(v)
            todo.extend(v.parents)
    return order[::-1]


@natural("autograd.topological_order", "the way down turned around")
def a_stack_marked_when_pushed(value):
    order, todo, seen = [], [value], {value}
    while todo:
        v = todo.pop()
        order.append(v)
        for parent in v.parents:
            if parent not in seen:
                seen.add(parent)
                todo.append(parent)
    return list(reversed(order))


@natural("autograd.topological_order", "the way down turned around")
def a_stack_asked_when_pushed(value):
    order, todo = [], [value]
    while todo:
        v = todo.pop()
        order.append(v)
        for parent in v.parents:
            if parent not in order and parent not in todo:
                todo.append(parent)
    order.reverse()
    return order


@natural("autograd.topological_order", "Values listed again and again")
def a_stack_without_memory(value):
    order, todo = [], [value]
    while todo:
        v = todo.pop()
        order.append(v)
        todo.extend(v.parents)
    return order[::-1]
