"""torch's state of chance as bytes from the other side, looked at before torch takes it."""

import struct

import torch
from torch import Tensor

PLACE = 8  # in a state, of the fields: how many numbers are left, is it seeded, which is next
FIELDS = struct.Struct("=iiQ")
MADE_AT_ONCE = 624  # numbers of the Mersenne twister


def state(content: bytes) -> Tensor:
    """A state that torch can take.

    Raises ValueError for one by which torch would go on reading behind the numbers that it holds.
    """
    if len(content) < PLACE + FIELDS.size:
        raise ValueError("no state of chance")
    left, _, following = FIELDS.unpack_from(content, PLACE)
    if not (left == 1 or left + following <= MADE_AT_ONCE + 1):
        raise ValueError("a state of chance that leads outside of it")
    return torch.frombuffer(bytearray(content), dtype=torch.uint8)
