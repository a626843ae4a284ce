"""Wrong bodies of `topological_order` and `backward`."""

from gptlab.exercises.mistake import another_way, mistake


def ordered(value):
    """The right way, for the others to go wrong from."""
    order = []

    def visit(v):
        if v not in order:
            for parent in v.parents:
                visit(parent)
            order.append(v)

    visit(value)
    return order


# ---- topological_order


def _order(name, hint):
    return mistake("autograd.topological_order", name, hint)


_order("turned around", "Parents first: the Value that you were given comes last.")(
    lambda value: ordered(value)[::-1]
)
_order("the Value itself left out", "The list ends with the Value that you were given.")(
    lambda value: ordered(value)[:-1]
)
_order(
    "the Value alone", "Everything that it was made from belongs in the list, down to the leaves."
)(lambda value: [value])
_order("only the parents", "The parents have parents too, down to the leaves.")(
    lambda value: [*dict.fromkeys(value.parents), value]
)
_order("the leaves left out", "A Value without parents belongs in the list too.")(
    lambda value: [v for v in ordered(value) if v.parents]
)
_order("only the leaves", "Results in the middle belong in the list too.")(
    lambda value: [v for v in ordered(value) if not v.parents]
)
_order("sorted by data", "The order of the numbers says nothing about who was made from whom.")(
    lambda value: sorted(ordered(value), key=lambda v: v.data)
)


@_order(
    "Values listed again and again",
    "A Value used twice is visited twice: remember which ones you have listed.",
)
def _(value):
    order = []

    def visit(v):
        for parent in v.parents:
            visit(parent)
        order.append(v)

    visit(value)
    return order


@_order(
    "a Value before its parents", "Append it behind the loop over its parents, not in front of it."
)
def _(value):
    return _downwards(value)


def _downwards(value):
    order = []

    def visit(v):
        if v not in order:
            order.append(v)
            for parent in v.parents:
                visit(parent)

    visit(value)
    return order


@_order(
    "the way down turned around",
    "A Value reached early on the way down may still be needed by one found later:"
    " append each one when all its parents are listed.",
)
def _(value):
    return _downwards(value)[::-1]


def _stacked(value, mark_early):
    """The way down with a stack: a Value is marked when it is put there, or when it is taken off."""
    order, todo, seen = [], [value], set()
    while todo:
        v = todo.pop()
        if v in seen and not mark_early:
            continue
        seen.add(v)
        order.append(v)
        for parent in v.parents:
            if parent not in seen:
                todo.append(parent)
                if mark_early:
                    seen.add(parent)
    return order[::-1]


for _early in (True, False):
    another_way("autograd.topological_order", "the way down turned around")(
        lambda value, early=_early: _stacked(value, early)
    )


@_order(
    "layer by layer",
    "A Value used at two depths belongs behind the deepest way to it, not at the nearest.",
)
def _(value):
    return _layers(value)[::-1]


@_order(
    "layer by layer, from the top",
    "Parents first; and a Value used at two depths has to wait for both.",
)
def _(value):
    return _layers(value)


def _layers(value):
    order, waiting = [], [value]
    while waiting:
        v = waiting.pop(0)
        if v not in order:
            order.append(v)
            waiting += v.parents
    return order


@_order(
    "Values with the same data taken for one",
    "Two Values may hold the same number: remember the Values themselves.",
)
def _(value):
    order, seen = [], set()

    def visit(v):
        if v.data not in seen:
            seen.add(v.data)
            for parent in v.parents:
                visit(parent)
            order.append(v)

    visit(value)
    return order


@_order("only the first parent", "Go down to every parent; a return inside the loop ends it.")
def _(value):
    order = [value]
    while order[-1].parents:
        order.append(order[-1].parents[0])
    return order[::-1]


@_order(
    "one list for all calls",
    "A default such as order=[] or seen=set() is made once and outlives the call.",
)
def _(value, order=[]):  # noqa: B006
    for parent in value.parents:
        if parent not in order:
            _kept(parent, order)
    order.append(value)
    return order


def _kept(value, order):
    for parent in value.parents:
        if parent not in order:
            _kept(parent, order)
    order.append(value)


@_order(
    "what was seen remembered too long",
    "Marks on the Values, or a default such as seen=set(), outlive the call:"
    " the next one starts anew.",
)
def _(value, seen=set()):  # noqa: B006
    order = []

    def visit(v):
        if v not in seen:
            seen.add(v)
            for parent in v.parents:
                visit(parent)
            order.append(v)

    visit(value)
    return order


# ---- backward


def _back(name, hint):
    return mistake("autograd.backward", name, hint)


def _walk(
    order=lambda value: ordered(value)[::-1],
    first=lambda value: 1.0,
    clear=False,
    share=lambda child, parent, local: parent.grad + local * child.grad,
):
    """A backward with one thing changed."""

    def body(value):
        steps = order(value)
        if clear:
            for v in steps:
                v.grad = 0.0
        value.grad = first(value)
        for child in steps:
            for parent, local in zip(child.parents, child.local_gradients, strict=True):
                parent.grad = share(child, parent, local)

    return body


_back("a share overwrites the one before", "A Value used twice gets two shares: add them up.")(
    _walk(share=lambda child, parent, local: local * child.grad)
)
_back("the end's grad left at 0", "value.grad is 1: everything else is a multiple of it.")(
    _walk(first=lambda value: 0.0)
)
_back("the end's grad is its data", "value grows exactly as fast as itself.")(
    _walk(first=lambda value: value.data)
)
_back(
    "the shares stop at the parents of the end",
    "Go from the last Value to the first, or those in between have"
    " nothing to pass on yet; and every one gets its turn.",
)(_walk(order=ordered))
_back(
    "the child's grad left out",
    "A share is the local gradient times what the child itself has got.",
)(_walk(share=lambda child, parent, local: parent.grad + local))
_back("the local gradient left out", "A share is what the child has got times the local gradient.")(
    _walk(share=lambda child, parent, local: parent.grad + child.grad)
)
_back("data in place of grad", "A share is the local gradient times the child's grad.")(
    _walk(share=lambda child, parent, local: parent.grad + local * child.data)
)
_back(
    "the parent's data in place of the local gradient",
    "How fast the child grows is in its local_gradients.",
)(_walk(share=lambda child, parent, local: parent.grad + parent.data * child.grad))
_back(
    "the local gradient added, not multiplied",
    "Rates in a chain multiply; only different ways add up.",
)(_walk(share=lambda child, parent, local: parent.grad + local + child.grad))
_back("a Value for a grad", "A share is made of plain numbers: the child's grad, not the child.")(
    _walk(share=lambda child, parent, local: parent.grad + local * child)
)
_back(
    "all grads cleared first",
    "A leaf may hold what another graph gave it: shares are only ever added.",
)(_walk(clear=True))
_back("downhill at once", "The gradient keeps its sign; the minus comes with the step.")(
    _walk(share=lambda child, parent, local: parent.grad - local * child.grad)
)
_back(
    "layer by layer",
    "A Value may pass on only when all its shares have come: walk topological_order from its end.",
)(_walk(order=_layers))
_back(
    "on the way down",
    "A Value may pass on only when all its shares have come: walk topological_order from its end.",
)(_walk(order=_downwards))


@_back(
    "what is there passed on again",
    "Coming a second time, a Value passes on its first share once more: wait until all have come.",
)
def _(value):
    def pass_on(v):
        for parent, local in zip(v.parents, v.local_gradients, strict=True):
            parent.grad += local * v.grad
            pass_on(parent)

    value.grad = 1.0
    pass_on(value)


@_back(
    "local gradients paired with the wrong parents",
    "The first local gradient belongs to the first parent.",
)
def _(value):
    value.grad = 1.0
    for child in ordered(value)[::-1]:
        for parent, local in zip(child.parents, child.local_gradients[::-1], strict=True):
            parent.grad += local * child.grad


@_back("one way only", "Every parent gets a share, not only the first.")
def _(value):
    value.grad = 1.0
    for child in ordered(value)[::-1]:
        for parent, local in list(zip(child.parents, child.local_gradients, strict=True))[:1]:
            parent.grad += local * child.grad


@_back("leaves only", "Results in the middle have a grad too.")
def _(value):
    inner = dict.fromkeys(ordered(value), 0.0)
    inner[value] = 1.0
    for child in ordered(value)[::-1]:
        for parent, local in zip(child.parents, child.local_gradients, strict=True):
            inner[parent] += local * inner[child]
    for v, grad in inner.items():
        if not v.parents:
            v.grad += grad


PATHS = "every path walked"


@_order(
    PATHS,
    "A graph has far more paths than Values: ask before you go down whether a Value was visited already.",
)
def _(value):
    order = []

    def visit(v):
        for parent in v.parents:
            visit(parent)
        if v not in order:
            order.append(v)

    visit(value)
    return order


@_back(
    PATHS,
    "Right, but a graph has far more paths than Values: collect a Value's shares, and pass them on once.",
)
def _(value):
    def walk(v, share):
        v.grad += share
        for parent, local in zip(v.parents, v.local_gradients, strict=True):
            walk(parent, share * local)

    walk(value, 1.0)


REVERSED = "reverse gives nothing back"
BACKWARDS = "list.reverse turns the list itself around and returns None: reversed(…), or [::-1]."

_order(REVERSED, BACKWARDS)(lambda value: ordered(value).reverse())


@_back(REVERSED, BACKWARDS)
def _(value):
    value.grad = 1.0
    for child in ordered(value).reverse():
        child.grad += 0
