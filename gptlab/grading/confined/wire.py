"""Values as bytes between the judge and the process that runs a submission's code.

What crosses is data alone: nothing is unpickled, and no name that comes over is imported. A message is JSON in which
a container is a list that begins with its tag, and a block of bytes for the numbers of tensors. A callable crosses
as a number under which the other side may call it.

Objects with an identity (lists, dicts, tensors, generators, Values) are numbered in the order in which a message
first names them, the same on both sides. So the answer to a call can say "your third object", and what the
function wrote into its arguments can be written into the caller's.
"""

import importlib
import inspect
import itertools
import math
import sys
from collections.abc import Callable
from typing import Any

import numpy
import torch
from torch import Generator, Tensor

from gptlab.exercises.autograd.counted_parents import CountedParents
from gptlab.grading.confined import chance

DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float16,
        torch.bfloat16,
        torch.float32,
        torch.float64,
        torch.uint8,
        torch.int8,
        torch.int16,
        torch.int32,
        torch.int64,
        torch.bool,
        torch.complex64,
        torch.complex128,
    )
}
MOST_AXES = 64  # of a tensor
MOST_VALUES = 2_000_000  # in a message, each counted as often as it stands in another
LEAF, MADE = 1, 2  # how a tensor takes part in a gradient: as a leaf, or as the result of something
VALUE_FIELDS = ("data", "grad", "parents", "local_gradients", "label")


class ProtocolError(Exception):
    """What came over the wire is no message."""


class Opaque:
    """Stands for something that cannot cross, such as an object of a class of the submission's own.

    It is of a class of that name, so that a message says what came.
    """

    @staticmethod
    def of(kind: str) -> "Opaque":
        """What stands for an object of a class of that name."""
        return type(kind, (Opaque,), {})()

    def __repr__(self) -> str:
        return f"<a {type(self).__name__}>"


class Packer:
    """Writes one message's values."""

    def __init__(
        self, lend: Callable[[Callable], list], known: dict[int, int] | None = None
    ) -> None:
        self._lend = lend
        self._known = known or {}  # id of an object -> its number on the other side
        self._numbers: dict[int, int] = {}
        self.objects: list[Any] = []  # by number; keeps them alive, so that an id stays theirs
        self.tracked: list[Tensor] = []  # the tensors that take part in a gradient
        self.block = bytearray()

    def pack(self, value: Any) -> Any:
        """A value in the form that JSON takes."""
        if value is None or type(value) in (bool, int, float, str):
            return value
        if id(value) in self._known:
            return ["known", self._known[id(value)]]
        if id(value) in self._numbers:
            return ["again", self._numbers[id(value)]]
        if isinstance(value, tuple):
            tag = "counted" if isinstance(value, CountedParents) else "tuple"
            return [tag, [self.pack(item) for item in tuple.__iter__(value)]]
        if isinstance(value, (bool, int, float, str)):  # of a subclass
            base = next(kind for kind in (bool, int, float, str) if isinstance(value, kind))
            return base(value)
        if isinstance(value, (bytes, bytearray)):
            return ["bytes", *self._bytes(bytes(value))]
        return self._with_identity(value)

    def _with_identity(self, value: Any) -> Any:
        is_list, is_dict = isinstance(value, list), isinstance(value, dict)
        number = len(self.objects)
        if (
            is_list
            or is_dict
            or isinstance(value, (set, frozenset, Tensor, Generator))
            or is_value(value)
        ):
            self._numbers[id(value)] = number
            self.objects.append(value)
        if isinstance(value, Tensor):
            return self._tensor(value)
        if is_list:
            return ["list", [self.pack(item) for item in value]]
        if is_dict:
            return ["dict", [[self.pack(key), self.pack(item)] for key, item in value.items()]]
        if isinstance(value, (set, frozenset)):
            return ["set", [self.pack(item) for item in value]]
        if isinstance(value, Generator):
            return ["generator", *self._bytes(value.get_state().numpy().tobytes())]
        if is_value(value):
            return ["value", *(self.pack(getattr(value, name)) for name in VALUE_FIELDS)]
        return self._other(value)

    def _other(self, value: Any) -> Any:
        if isinstance(value, (numpy.ndarray, numpy.generic)) and value.dtype.kind in "biufc":
            array = numpy.ascontiguousarray(value)
            shape = list(numpy.shape(value))
            return ["array", str(array.dtype), shape, *self._bytes(array.tobytes())]
        if inspect.isgenerator(value):
            return ["iterator"]
        if callable(value):
            return ["callable", *self._lend(value)]
        return ["opaque", type(value).__name__[:80]]

    def _bytes(self, content: bytes) -> tuple[int, int]:
        start = len(self.block)
        self.block += content
        return start, len(content)

    def _tensor(self, x: Tensor) -> Any:
        kind = str(x.dtype).removeprefix("torch.")
        if kind not in DTYPES or x.layout != torch.strided or x.device.type != "cpu":
            return ["opaque", "tensor of an unusual kind"]
        part = 0
        if x.requires_grad and torch.is_grad_enabled():
            part = LEAF if x.is_leaf else MADE
            self.tracked.append(x)
        plain = x.detach().resolve_conj().resolve_neg()
        stride = list(plain.stride()) if _is_dense(plain) else None
        raw = plain.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
        return ["tensor", kind, list(plain.shape), stride, part, *self._bytes(raw)]


def is_value(x: Any) -> bool:
    """True for a Value of lesson 3, by its attributes: each side has a class of its own."""
    kind = type(x)
    return kind.__name__ == "Value" and kind.__module__ == "gptlab.autograd"


def _is_dense(x: Tensor) -> bool:
    """True where the numbers of a tensor fill a block of memory in some order of its axes, but not in the usual one."""
    if x.is_contiguous() or x.numel() == 0:
        return False
    expected = 1
    for stride, size in sorted(zip(x.stride(), x.shape, strict=True)):
        if size != 1 and stride != expected:
            return False
        expected *= size
    return True


class Unpacker:
    """Reads one message's values."""

    def __init__(
        self,
        block: bytes,
        borrow: Callable[..., Callable],
        known: list[Any] | None = None,
        attach: Callable[[Tensor, int, int], Tensor] | None = None,
        trusted: bool = False,
    ) -> None:
        self._block = block
        self._borrow = borrow
        self._known = known or []  # the objects of a call, in its answer
        self._attach = attach or (lambda x, part, number: x)
        self._trusted = trusted  # then nothing is counted, and tensors lie in memory as they did
        self._n_tracked = itertools.count()
        self._count = 0
        self._sizes: dict[int, int] = {}  # of objects that are whole: how many values stand in them
        self.objects: list[Any] = []

    def unpack(self, form: Any) -> Any:
        """The value that a form stands for.

        Raises ProtocolError where it stands for none.
        """
        try:
            return self._unpacked(form)
        except ProtocolError:
            raise
        except (ArithmeticError, LookupError, MemoryError, RecursionError, RuntimeError) as error:
            raise ProtocolError(type(error).__name__) from None
        except (AttributeError, TypeError, ValueError) as error:
            raise ProtocolError(type(error).__name__) from None

    def _unpacked(self, form: Any) -> Any:
        self._add(1)
        if not isinstance(form, list):
            if isinstance(form, dict):
                raise ProtocolError("no value")
            return form
        tag, *rest = form
        read = _READERS.get(tag)
        if read is None:
            raise ProtocolError("no such tag")
        number, before = len(self.objects), self._count
        value = read(self, *rest)
        if len(self.objects) > number:
            self._sizes.setdefault(number, self._count - before)
        return value

    def _add(self, values: int) -> None:
        """Count values; a few lists that name each other again and again would be more than can be looked at."""
        self._count += values
        if self._count > MOST_VALUES and not self._trusted:
            raise ProtocolError("too many values")

    def _add_rows(self, shape: list) -> None:
        """Count what an empty tensor is as lists: without a number in it, it may have any number of rows."""
        if 0 in shape:
            self._add(math.prod(size for size in shape if size))

    def _note(self, value: Any) -> Any:
        self.objects.append(value)
        return value

    def _each(self, forms: list) -> list:
        return [self._unpacked(form) for form in forms]

    def _list(self, forms: list) -> list:
        found = self._note([])
        found.extend(self._each(forms))
        return found

    def _dict(self, pairs: list) -> dict:
        found = self._note({})
        for key, item in pairs:
            found[self._unpacked(key)] = self._unpacked(item)
        return found

    def _set(self, forms: list) -> set:
        found = self._note(set())
        found.update(self._each(forms))
        return found

    def _counted(self, forms: list) -> tuple:
        CountedParents.looks = 0
        return CountedParents(self._each(forms))

    def _raw(self, start: int, length: int) -> bytes:
        if not 0 <= start <= start + length <= len(self._block):
            raise ProtocolError("bytes that are not there")
        return bytes(self._block[start : start + length])

    def _tensor(self, kind: str, shape: list, stride: Any, part: int, start: int, n: int) -> Tensor:
        number = len(self.objects)
        self._note(None)
        if len(shape) > MOST_AXES:  # torch's tolist() calls itself for each
            raise ProtocolError("too many axes")
        self._add_rows(shape)
        raw, dtype = bytearray(self._raw(start, n)), DTYPES[kind]
        flat = torch.frombuffer(raw, dtype=dtype) if n else torch.empty(0, dtype=dtype)
        x = flat.reshape(shape).clone()  # so many numbers as came, whatever the shape says
        if self._trusted and stride is not None:
            x = torch.empty_strided(shape, stride, dtype=x.dtype).copy_(x)
        if part:
            x = self._attach(x, part, next(self._n_tracked))
        self.objects[number] = x
        return x

    def _generator(self, start: int, n: int) -> Generator:
        return self._note(Generator().set_state(chance.state(self._raw(start, n))))

    def _array(self, kind: str, shape: list, start: int, n: int) -> Any:
        dtype = numpy.dtype(kind)
        if dtype.kind not in "biufc":
            raise ProtocolError("no array of numbers")
        self._add_rows(shape)
        found = numpy.frombuffer(self._raw(start, n), dtype=dtype).reshape(shape)
        return found.copy() if shape else found[()]

    def _value(self, *forms: Any) -> Any:
        value = self._note(importlib.import_module("gptlab.autograd").Value(0.0))
        for name, form in zip(VALUE_FIELDS, forms, strict=True):
            setattr(value, name, self._unpacked(form))
        return value

    def _again(self, number: int) -> Any:
        self._add(self._sizes[index(number)])  # one that is not whole yet would stand in itself
        return self.objects[number]

    def _of_the_call(self, number: int) -> Any:
        return self._known[index(number)]


def index(number: Any) -> int:
    if type(number) is not int or number < 0:
        raise ProtocolError("no number of an object")
    return number


_READERS: dict[Any, Callable] = {
    "tuple": lambda self, forms: tuple(self._each(forms)),
    "counted": Unpacker._counted,
    "list": Unpacker._list,
    "dict": Unpacker._dict,
    "set": Unpacker._set,
    "bytes": Unpacker._raw,
    "tensor": Unpacker._tensor,
    "generator": Unpacker._generator,
    "array": Unpacker._array,
    "value": Unpacker._value,
    "iterator": lambda self: (item for item in ()),
    "callable": lambda self, *where: self._borrow(*where),
    "opaque": lambda self, kind: Opaque.of(printable(kind, 80)),
    "again": Unpacker._again,
    "known": Unpacker._of_the_call,
}


def printable(text: Any, most: int = 400) -> str:
    """Text from the other side with nothing in it that a terminal would obey."""
    letters = str(text)[:most]
    return "".join(x if x.isprintable() or x == "\n" else "�" for x in letters)


# -- errors -------------------------------------------------------------------------------------


def simple(arguments: tuple) -> list | None:
    """An exception's arguments where they are plain; None where they are not."""
    plain = all(type(one) in (str, int, float, bool, type(None)) for one in arguments)
    return list(arguments) if plain else None


def builtin_error(name: Any) -> type[Exception] | None:
    """Python's own exception of that name; none of those that end a program, such as SystemExit."""
    kind = getattr(sys.modules["builtins"], name, None) if isinstance(name, str) else None
    return kind if isinstance(kind, type) and issubclass(kind, Exception) else None
