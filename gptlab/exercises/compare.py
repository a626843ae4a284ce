"""Compares two results: whether they are the same, and where they differ first."""

import math
import numbers
from typing import Any

import torch
from torch import Tensor


def is_number(value: Any) -> bool:
    """True for one number: Python's, numpy's, or a tensor without axes."""
    return isinstance(value, numbers.Number) or (
        hasattr(value, "item") and getattr(value, "ndim", 1) == 0
    )


def a_kind(value: Any) -> str:
    """The type of a value with its article: "a list", "an int"."""
    kind = type(value).__name__
    return f"{'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}"


def same(a: Any, b: Any, rtol: float, atol: float) -> bool:
    """Compare numbers, tensors, lists, tuples and dicts of these; anything else by ==."""
    if isinstance(a, Tensor) or isinstance(b, Tensor):
        if not (isinstance(a, Tensor) and isinstance(b, Tensor)) and torch.float32 in (
            _dtype(a),
            _dtype(b),
        ):
            rtol = max(rtol, 1e-5)  # a number was expected, and one in single precision came
        if {_dtype(a), _dtype(b)} == {torch.float32, torch.float64}:
            rtol, atol = (
                max(rtol, 2e-4),
                max(atol, 2e-5),
            )  # one of the two was worked out in single precision
        a, b = _tensor(a), _tensor(b)
        if a is None or b is None or a.shape != b.shape:
            return False
        return bool(close(a, b, rtol, atol).all())
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(same(x, y, rtol, atol) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key], rtol, atol) for key in a)
    if is_number(a) and is_number(b):
        a, b = float(a), float(b)
        return a == b or math.isclose(a, b, rel_tol=rtol, abs_tol=atol) or (a != a and b != b)
    try:
        return type(a) is type(b) and bool(a == b)
    except (TypeError, ValueError, RuntimeError):
        return False


def close(a: Tensor, b: Tensor, rtol: float, atol: float) -> Tensor:
    """Say for each place of two tensors of one shape whether they agree; nan agrees with nan."""
    if not (a.is_floating_point() or b.is_floating_point()):
        return a == b
    return torch.isclose(
        a.detach().double(), b.detach().double(), rtol=rtol, atol=atol, equal_nan=True
    )


def _dtype(value: Any) -> torch.dtype | None:
    return getattr(value, "dtype", None)


def _tensor(value: Any) -> Tensor | None:
    """A tensor as it is, a number or an array as a tensor, None for the rest."""
    if isinstance(value, Tensor):
        return value.detach()
    if is_number(value) or hasattr(value, "__array__"):
        try:
            return torch.as_tensor(value, dtype=torch.float64 if isinstance(value, float) else None)
        except (TypeError, ValueError, RuntimeError):
            return None
    return None


def first_difference(a: Tensor, b: Tensor, rtol: float, atol: float) -> tuple[tuple[int, ...], int]:
    """The first place where two tensors of one shape differ, and the number of such places."""
    wrong = (~close(a, b, rtol, atol)).nonzero()
    return tuple(wrong[0].tolist()), len(wrong)
