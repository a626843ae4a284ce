"""What a check asks of a function: every call with its arguments, in a form that can be compared and kept."""

import inspect

import torch
from torch import Generator, Tensor

from gptlab.blanks.registry import find, reference
from gptlab.exercises import judge
from gptlab.exercises.case import other_numbers
from gptlab.exercises.check import cases_of, room_of
from gptlab.exercises.guard import torch_by_default


def form(x):
    """A value as a text: equal texts for equal values."""
    if isinstance(x, Tensor):
        return f"{x.dtype} {tuple(x.shape)} {x.detach().tolist()}"
    if isinstance(x, Generator):
        return f"generator {hash(x.get_state().numpy().tobytes())}"
    if isinstance(x, (list, tuple)):
        return f"{type(x).__name__} [{', '.join(map(form, x))}]"
    if isinstance(x, dict):
        return f"dict {[(form(key), form(item)) for key, item in x.items()]}"
    if type(x).__name__ == "Value":
        return f"Value {x.data}"
    if callable(x):
        return f"callable {getattr(x, 'turns', '')}"
    return repr(x)


def stub_of(key):
    """The function of the room, whose signature and docstring a check reads."""
    entry = find(key)
    return getattr(room_of(entry), entry.name)


def run(key, function, seed=0):
    """Judge a function by the cases of a seed; returns the first fault, or None."""
    names = list(inspect.signature(stub_of(key)).parameters)
    with torch_by_default(), other_numbers(seed):
        tried = cases_of(key, seed)
        outcomes = judge.run_all(function, tried, names)
        return judge.first_fault(tried, outcomes, find(key).doc, names)


def inputs_of(key, seed=0):
    """All that a check asks with this seed, as texts; the reference answers."""
    asked = set()
    right = reference(key)

    def listening(*arguments, **options):
        asked.add(form([arguments, options]))
        return right(*arguments, **options)

    assert run(key, listening, seed) is None
    return asked


def answers_of(key):
    """What the reference answers to all that the check of every day asks: {arguments by name, as a text: answer}.

    An answer is ("error", name), or ("value", it, gradients), with those of the sum that a check differentiates.
    """
    right, signature = reference(key), inspect.signature(stub_of(key))
    kept = {}

    def listening(*arguments, **options):
        bound = signature.bind(*arguments, **options)
        bound.apply_defaults()
        place = form(dict(bound.arguments))
        try:
            value = right(*arguments, **options)
        except Exception as error:
            kept[place] = "error", type(error).__name__
            raise
        leaves = [x for x in bound.arguments.values() if isinstance(x, Tensor) and x.requires_grad]
        if place not in kept or leaves:
            kept[place] = "value", plain(value), [plain(x) for x in _gradients(value, leaves)]
        return value

    assert run(key, listening) is None
    return kept


def _gradients(value, leaves):
    if not leaves:
        return []
    weights = torch.cos(torch.arange(1, value.numel() + 1, dtype=torch.float64))
    total = (value * weights.reshape(value.shape).to(value.dtype)).sum()
    return torch.autograd.grad(total, leaves, retain_graph=True)


def plain(value):
    """A value in what `repr` can write down."""
    if isinstance(value, Tensor):
        return "tensor", str(value.dtype).removeprefix("torch."), value.detach().tolist()
    if isinstance(value, (list, tuple)):
        return type(value).__name__, [plain(item) for item in value]
    if type(value).__name__ == "Value":
        return "Value", value.data, value.local_gradients
    return "plain", value
