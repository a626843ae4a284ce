"""Wrong bodies of gptlab/autograd.py, right in every small graph: its checks must reject each."""

from tests.support.wrong_ways import wrong


@wrong("autograd.topological_order")
def calling_the_blank_itself(value):
    order = []
    for parent in value.parents:
        order += [v for v in calling_the_blank_itself(parent) if v not in order]
    return [*order, value]


@wrong("autograd.backward")
def way_by_way(value):
    def pass_on(v, share):
        for parent, local in zip(v.parents, v.local_gradients):
            parent.grad += share * local
            pass_on(parent, share * local)

    value.grad = 1.0
    pass_on(value, 1.0)
