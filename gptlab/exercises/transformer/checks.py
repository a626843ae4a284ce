"""The checks of gptlab/transformer.py, but for those in the other modules of this folder."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab.exercises.case import EDGE, Case, RandomInputs, case, in_all_dtypes
from gptlab.exercises.transformer.checks_gpt_logits import gpt_logits
from gptlab.exercises.transformer.checks_mask_tokens import gpt2_init_std, mask_tokens

__all__ = [
    "feed_forward",
    "gelu",
    "gpt2_init_std",
    "gpt_logits",
    "layer_norm",
    "mask_tokens",
    "post_ln_block",
    "pre_ln_block",
]


def _normed(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    return F.layer_norm(x, weight.shape, weight, bias, eps)


def layer_norm() -> list[Case]:
    """torch's own is the oracle; 9, 5, 9, 5 by hand."""
    inputs = RandomInputs(31)
    by_hand = torch.tensor([9.0, 5.0, 9.0, 5.0])
    shifted = torch.tensor([[10009.0, 10005.0, 10009.0, 10005.0]])
    ones = torch.ones(4)
    zeros = torch.zeros(4)
    x, weight, bias = inputs.numbers(2, 3, 5) + 1, inputs.numbers(5), inputs.numbers(5)
    square, one_row = inputs.numbers(5, 5) * 3, inputs.numbers(5)
    flat = torch.tensor([[2.0, 2.0, 2.0, 2.0, 2.0], [1.0, 0.0, -1.0, 3.0, 0.5]]).double()
    return [
        case(
            by_hand,
            ones,
            zeros,
            expected=torch.tensor([1.0, -1.0, 1.0, -1.0]),
            about="mean 7, variance 4",
        ),
        *in_all_dtypes(x, weight, bias, oracle=_normed),
        *in_all_dtypes(square, weight, bias, eps=0.5, oracle=_normed),
        case(one_row, weight, bias, oracle=_normed, about="one vector"),
        case(x * 1e-3, weight, bias, oracle=_normed, about="a variance as small as eps"),
        *in_all_dtypes(
            flat, weight, bias, oracle=_normed, stage=EDGE, about="row 0 has variance 0"
        ),
        case(x * 1e-3, weight, bias, eps=0.0, oracle=_normed, stage=EDGE, about="no eps"),
        case(
            shifted,
            ones,
            zeros,
            expected=torch.tensor([[1.0, -1.0, 1.0, -1.0]]),
            rtol=1e-3,
            stage=EDGE,
            about="float32, mean 10007, variance 4",
        ),
    ]


def gelu() -> list[Case]:
    """torch's own, in the tanh form, is the oracle; tanh(1) comes of a number worked by hand."""

    def oracle(x: Tensor) -> Tensor:
        return F.gelu(x, approximate="tanh")

    x = RandomInputs(32).numbers(2, 3, 4) * 2
    return [
        case(
            torch.tensor([0.0, 1.0, -1.0]).double(),
            expected=torch.tensor([0, 0.8411919906, -0.1588080094]).double(),
            rtol=1e-7,
        ),
        *in_all_dtypes(x, oracle=oracle),
        *in_all_dtypes(
            torch.tensor([1e4, -1e4, 30.0, -30.0]).double(),
            oracle=oracle,
            stage=EDGE,
            about="large numbers",
        ),
    ]


def _fed(x, w_in, b_in, w_out, b_out):
    inner = torch.einsum("...c,cf->...f", x, w_in) + b_in
    return torch.einsum("...f,fc->...c", F.gelu(inner, approximate="tanh"), w_out) + b_out


def feed_forward() -> list[Case]:
    """einsum and torch's gelu are the oracle; gelu(1) and gelu(−1) by hand."""
    inputs = RandomInputs(33)
    weights = inputs.numbers(5, 7), inputs.numbers(7), inputs.numbers(7, 5), inputs.numbers(5)
    square = inputs.numbers(4, 4), inputs.numbers(4), inputs.numbers(4, 4), inputs.numbers(4)
    w_in = torch.tensor([[1.0, 0.0, -1.0], [1.0, 0.0, -1.0]]).double()
    w_out = torch.tensor([[1.0, 0.0], [5.0, 5.0], [0.0, 10.0]]).double()
    b_in = torch.tensor([-1.0, 0.0, 1.0]).double()
    return [
        case(
            torch.tensor([1.0, 1.0]).double(),
            w_in,
            b_in,
            w_out,
            torch.tensor([0.0, 1.0]).double(),
            expected=torch.tensor([0.8411919906, -0.588080094]).double(),
            about="gelu of 1, 0, −1 is 0.84119, 0, −0.158808",
        ),
        *in_all_dtypes(inputs.numbers(2, 3, 5), *weights, oracle=_fed),
        *in_all_dtypes(inputs.numbers(3, 4), *square, oracle=_fed, about="F = C"),
        case(inputs.numbers(5), *weights, oracle=_fed, about="one vector"),
    ]


def _parts() -> dict[str, Callable]:
    """Four different functions (B, T, C) -> (B, T, C) in the places of attention, MLP and norms."""
    return {
        "attend": lambda x: 0.5 * x.cumsum(dim=1),
        "mlp": lambda x: torch.sin(2 * x) + 0.3,
        "norm1": lambda x: 0.7 * x + 0.1,
        "norm2": lambda x: torch.tanh(x) * 1.5,
    }


def _by_hand(expected: list[float]) -> Case:
    """Four functions that can be worked out in the head."""
    return case(
        torch.tensor([[[2.0, 4.0]]]),
        attend=lambda x: 10 * x,
        mlp=lambda x: x + 100,
        norm1=lambda x: x / 2,
        norm2=lambda x: x / 4,
        expected=torch.tensor([[expected]]),
        about="attend(x) = 10x, mlp(x) = x + 100, norm1(x) = x/2, norm2(x) = x/4",
    )


def _pre(x, attend, mlp, norm1, norm2):
    found = attend(norm1(x))
    thought = mlp(norm2(torch.add(x, found)))
    return torch.stack([x, found, thought]).sum(dim=0)


def _post(x, attend, mlp, norm1, norm2):
    h = norm1(torch.stack([x, attend(x)]).sum(dim=0))
    return norm2(torch.stack([h, mlp(h)]).sum(dim=0))


def pre_ln_block() -> list[Case]:
    """Four simple functions, put together another way, are the oracle."""
    inputs = RandomInputs(34)
    return [
        _by_hand([115.0, 130.0]),
        *in_all_dtypes(inputs.numbers(2, 3, 4), oracle=_pre, **_parts()),
        *in_all_dtypes(inputs.numbers(1, 5, 2), oracle=_pre, **_parts() | {"attend": math_root}),
    ]


def post_ln_block() -> list[Case]:
    """Four simple functions, put together another way, are the oracle."""
    inputs = RandomInputs(35)
    return [
        _by_hand([30.5, 36.0]),
        *in_all_dtypes(inputs.numbers(2, 3, 4), oracle=_post, **_parts()),
        *in_all_dtypes(inputs.numbers(1, 5, 2), oracle=_post, **_parts() | {"attend": math_root}),
    ]


def math_root(x: Tensor) -> Tensor:
    """Another stand-in for attention."""
    return (x * x + math.pi).sqrt()
