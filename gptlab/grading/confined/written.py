"""What a call has written into its arguments: noticed on one side of the wire, written into them on the other."""

from typing import Any

import torch
from torch import Generator, Tensor

from gptlab.grading.confined.wire import VALUE_FIELDS, ProtocolError, is_value


def state_of(x: Any) -> Any:
    """What tells whether an object was written to; it holds the objects inside by identity."""
    if isinstance(x, Tensor):
        return x.dtype, x.shape, _numbers_of(x)
    if isinstance(x, list):
        return list(map(id, x))
    if isinstance(x, dict):
        return [(id(key), id(item)) for key, item in x.items()]
    if isinstance(x, (set, frozenset)):
        return set(map(id, x))
    if isinstance(x, Generator):
        return x.get_state().numpy().tobytes()
    return [id(getattr(x, name, None)) for name in VALUE_FIELDS]


def _numbers_of(x: Tensor) -> bytes:
    return x.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()


def rewrite(x: Any, new: Any) -> None:
    """Write into an object what stands in another of its kind."""
    if isinstance(x, Tensor) and isinstance(new, Tensor):
        if x.shape == new.shape and x.dtype == new.dtype:
            x.data.copy_(new)
        else:
            x.data = new
    elif isinstance(x, list) and isinstance(new, list):
        x[:] = new
    elif (isinstance(x, dict) and isinstance(new, dict)) or (
        isinstance(x, set) and isinstance(new, set)
    ):
        x.clear()
        x.update(new)
    elif isinstance(x, Generator) and isinstance(new, Generator):
        x.set_state(new.get_state())
    elif is_value(x) and is_value(new):
        vars(x).update({name: getattr(new, name) for name in VALUE_FIELDS})
    else:
        raise ProtocolError("an object of another kind")
