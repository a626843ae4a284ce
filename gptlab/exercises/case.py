"""The cases of a check: what a function is called with, and what must come back.

A check is a function that returns a list of cases. What is expected comes from an oracle (torch, loops
written apart from the reference, numbers worked by hand) or is a property that has to hold.
"""

import contextlib
import functools
import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

PLAIN = "plain"
EDGE = "edge"
STAGES = (PLAIN, EDGE)  # judged and diagnosed in this order


@dataclass(frozen=True)
class Seed:
    """Stands for a generator among the arguments; each call gets a fresh one."""

    number: int


@dataclass(frozen=True)
class Case:
    """One call, and what has to come of it."""

    arguments: tuple
    options: dict
    expected: Any = None
    about: str = ""  # what is special about this input, in a few words
    stage: str = PLAIN
    rtol: float = 1e-5  # float32 constants may stand in a right answer
    atol: float = 1e-6
    call: Callable | None = None  # call(function, *arguments, **options) -> what is compared
    summary: Callable | None = None  # what of the result is compared
    shapes: bool = True  # hold the call against the docstring
    changes: bool = False  # the function may write into its arguments
    gradient: bool = False
    parts: tuple[
        str, ...
    ] = ()  # names of the numbers of `expected`: only those that differ are shown


@dataclass(frozen=True)
class NoGradient:
    """Came of a result that no gradient can flow through."""

    text: str = "numbers of which torch no longer knows how they were worked out"


def case(
    *arguments,
    oracle: Callable | None = None,
    expected: Any = None,
    about: str = "",
    stage: str = PLAIN,
    rtol: float = 1e-5,
    atol: float = 1e-6,
    call: Callable | None = None,
    summary: Callable | None = None,
    shapes: bool = True,
    changes: bool = False,
    parts: tuple[str, ...] = (),
    **options,
) -> Case:
    """One case; what remains of the keywords is given to the function."""
    if oracle is not None:
        expected = oracle(*deep_copy(arguments), **deep_copy(options))
    return Case(
        arguments,
        options,
        expected,
        about,
        stage,
        rtol,
        atol,
        call,
        summary,
        shapes and call is None,
        changes,
        parts=parts,
    )


def in_all_dtypes(
    *arguments,
    oracle: Callable,
    gradient: bool = True,
    no_gradient_for: tuple[int, ...] = (),
    about: str = "",
    stage: str = PLAIN,
    **options,
) -> list[Case]:
    """The same numbers in float64, in float32 and not contiguous in memory, and the gradient.

    Arguments at the places in `no_gradient_for` get no gradient, so a body may detach them or not.
    """
    plain = case(*arguments, oracle=oracle, about=about, stage=stage, **options)
    single = map_tensors((arguments, options), lambda x: x.float() if x.is_floating_point() else x)
    wide = map_tensors(single, lambda x: x.double() if x.is_floating_point() else x)
    cases = [plain]
    if _has_floats((arguments, options)):
        atol = 5e-3 if stage == EDGE else 2e-5  # float32 has no more near 10,000
        cases.append(
            case(
                *single[0],
                expected=oracle(*wide[0], **wide[1]),
                about=_with(about, "float32"),
                stage=stage,
                rtol=2e-4,
                atol=atol,
                **single[1],
            )
        )
    loose = map_tensors((arguments, options), not_contiguous)
    cases.append(
        case(
            *loose[0],
            expected=plain.expected,
            about=_with(about, "not contiguous in memory"),
            stage=stage,
            **loose[1],
        )
    )
    if gradient:
        several = isinstance(plain.expected, tuple)
        call = functools.partial(
            gradients_of_several if several else gradients, no_gradient_for=no_gradient_for
        )
        expected = call(oracle, *deep_copy(arguments), **deep_copy(options))
        cases.append(
            Case(
                arguments,
                options,
                expected,
                _with(about, "the gradient"),
                stage,
                rtol=1e-4,
                atol=1e-5,
                call=call,
                shapes=False,
                gradient=True,
            )
        )
    return cases


def property_holds(call: Callable, *arguments, about: str, stage: str = PLAIN, **options) -> Case:
    """A property: call(function, *arguments, **options) gives True, or says in words what came instead."""
    return Case(
        arguments, options, expected=True, about=about, stage=stage, call=call, shapes=False
    )


def reproducible(*arguments, about: str = "twice with the same seed", **options) -> Case:
    """A property: one seed gives one draw, the next draw is another, and torch's own generator is not used."""

    def twice(function: Callable, *arguments, generator: Tensor, **options) -> Any:
        torch_state = torch.get_rng_state()
        given = torch.Generator().manual_seed(generator.initial_seed())
        first = function(*arguments, generator=given, **options)
        torch.manual_seed(torch.initial_seed() + 1)
        second = function(
            *arguments, generator=torch.Generator().manual_seed(generator.initial_seed()), **options
        )
        third = function(*arguments, generator=given, **options)
        torch.set_rng_state(torch_state)
        if not _equal(first, second):
            return "two draws from the same seed differ"
        return (
            not _equal(first, third)
            or "one generator gives the same draw twice: is it made anew each time?"
        )

    return property_holds(twice, *arguments, generator=Seed(5), about=about, **options)


def _equal(a: Any, b: Any) -> bool:
    several = isinstance(a, (tuple, list))
    return all(torch.equal(x, y) for x, y in (zip(a, b, strict=True) if several else [(a, b)]))


def gradients(
    function: Callable, *arguments, no_gradient_for: tuple[int, ...] = (), **options
) -> list[Tensor] | NoGradient:
    """The gradient of a fixed weighted sum of the result with regard to the float tensors.

    Arguments at the places in `no_gradient_for` are left out.
    """
    leaves: list[Tensor] = []

    def leaf(x: Tensor) -> Tensor:
        if not x.is_floating_point():
            return x
        leaves.append(x.detach().clone().requires_grad_())
        return leaves[-1]

    with torch.enable_grad():
        arguments = tuple(
            x if i in no_gradient_for else map_tensors(x, leaf) for i, x in enumerate(arguments)
        )
        options = map_tensors(options, leaf)
        result = function(*arguments, **options)
        results = result if isinstance(result, (tuple, list)) else [result]
        floats = [x for x in results if isinstance(x, Tensor) and x.is_floating_point()]
        if not any(x.requires_grad for x in floats):
            return NoGradient()
        total = sum((x * _weights(x)).sum() for x in floats)
        found = torch.autograd.grad(total, leaves, allow_unused=True)
    return [
        torch.zeros_like(x) if grad is None else grad for x, grad in zip(leaves, found, strict=True)
    ]


def gradients_of_several(
    function: Callable, *arguments, no_gradient_for: tuple[int, ...] = (), **options
) -> list[Tensor] | NoGradient:
    """The same for a function with several results, also where they come as one tensor."""

    def apart(*arguments, **options) -> tuple:
        return tuple(function(*arguments, **options))

    return gradients(apart, *arguments, no_gradient_for=no_gradient_for, **options)


def _weights(x: Tensor) -> Tensor:
    """Fixed numbers of either sign, no two alike."""
    return (
        torch.cos(torch.arange(1, x.numel() + 1, dtype=torch.float64)).reshape(x.shape).to(x.dtype)
    )


def not_contiguous(x: Tensor) -> Tensor:
    """The same numbers with other strides."""
    if x.ndim >= 2:
        return x.transpose(0, -1).contiguous().transpose(0, -1)
    return torch.stack([x, x.clone()], dim=-1)[..., 0] if x.ndim else x


def deep_copy(value: Any) -> Any:
    """A deep copy with its own tensors, lists and generators."""
    return map_tensors(
        value, lambda x: x.clone(memory_format=torch.preserve_format), copy_lists=True
    )


def map_tensors(value: Any, change: Callable[[Tensor], Tensor], copy_lists: bool = False) -> Any:
    """Apply a function to each tensor inside lists, tuples and dicts."""
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, Seed):
        return torch.Generator().manual_seed(value.number) if copy_lists else value
    if isinstance(value, (list, tuple)):
        return type(value)(map_tensors(item, change, copy_lists) for item in value)
    if isinstance(value, dict):
        return {key: map_tensors(item, change, copy_lists) for key, item in value.items()}
    return value


def _has_floats(value: Any) -> bool:
    found = []
    map_tensors(value, lambda x: found.append(x.is_floating_point()) or x)
    return any(found)


def _with(about: str, more: str) -> str:
    return f"{about}, {more}" if about else more


_more_seed = 0


@contextlib.contextmanager
def other_numbers(seed: int) -> Iterator[None]:
    """Have cases that are made inside draw other inputs, the same for the same seed; 0 for those of every day."""
    global _more_seed  # noqa: PLW0603 - of this process, like torch's own seed
    before, _more_seed = _more_seed, seed
    try:
        yield
    finally:
        _more_seed = before


def more_seed() -> int:
    """What `other_numbers` adds now."""
    return _more_seed


@dataclass
class RandomInputs:
    """Random numbers for the inputs of cases, the same in every run."""

    seed: int
    _generators: list[torch.Generator] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._generators = [torch.Generator().manual_seed(seed) for seed in self._seeds()]

    def _seeds(self) -> list[int]:
        """More than one where the inputs must not be guessed: of a seed torch's generator takes 32 bits."""
        if not more_seed():
            return [self.seed]
        digest = hashlib.sha256(f"{self.seed} {more_seed()}".encode()).digest()
        return [int.from_bytes(digest[i : i + 4], "big") for i in range(0, 16, 4)]

    def numbers(self, *shape: int) -> Tensor:
        """Normal float64 numbers."""
        drawn = [torch.randn(shape, generator=g, dtype=torch.float64) for g in self._generators]
        return sum(drawn[1:], drawn[0]) / math.sqrt(len(drawn))

    def ids(self, below: int, *shape: int) -> Tensor:
        """Whole numbers from 0 up to `below`, that one not included."""
        drawn = [torch.randint(below, shape, generator=g) for g in self._generators]
        return sum(drawn[1:], drawn[0]) % below

    def whole(self, low: int, high: int) -> int:
        """One whole number from `low` to `high`, both included."""
        return low + int(self.ids(high - low + 1))

    def between(self, low: float, high: float) -> float:
        """One number with few digits, so that a message can show it; `high` is not included."""
        return round(low + (high - low) * int(self.ids(10**6)) / 10**6, 6)

    def word(self, length: int, letters: int = 26) -> str:
        """Small letters, of the first `letters` of the alphabet."""
        return "".join(chr(97 + n) for n in self.ids(letters, length).tolist())

    def words(self, lengths: list[int]) -> str:
        """Words of these lengths with a space in between."""
        return " ".join(self.word(length) for length in lengths)
