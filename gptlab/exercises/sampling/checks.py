"""The checks of gptlab/sampling.py, but for those in checks_generate.py."""

import torch
from torch import Tensor

from gptlab.exercises.case import (
    EDGE,
    Case,
    RandomInputs,
    case,
    in_all_dtypes,
    property_holds,
)
from gptlab.exercises.sampling.checks_generate import generate, sample_next

__all__ = ["append_token", "generate", "sample_next", "softmax", "top_k_filter", "top_p_filter"]
INF = float("inf")


def append_token() -> list[Case]:
    """Lists worked by hand, and one that is drawn: the numbers of a longer list without its last."""
    drawn = RandomInputs(201).ids(50_000, 9).tolist()
    return [
        case([5, 2], 9, expected=[5, 2, 9]),
        case([7, 7, 1], 7, expected=[7, 7, 1, 7]),
        case(list(range(12)), 0, expected=[*range(12), 0]),
        case(drawn[:-1], drawn[-1], expected=drawn),
        case([], 3, expected=[3], stage=EDGE),
    ]


def _softmax(logits: Tensor, temperature: float = 1.0) -> Tensor:
    return torch.softmax(logits / temperature, dim=-1)


def _own_dtype(function, logits: Tensor, temperature: float) -> bool | str:
    dtype = function(logits, temperature).dtype
    return dtype == logits.dtype or f"{dtype}".removeprefix("torch.")


def softmax() -> list[Case]:
    """torch's softmax is the oracle; at temperature 0, one-hots worked by hand."""
    inputs = RandomInputs(11)
    table, square, row = inputs.numbers(2, 3, 7), inputs.numbers(5, 5), inputs.numbers(4)
    wide = torch.tensor(
        [[1e4, -1e4, 0.0, 9999.0], [-1e4, -1e4, -9998.0, -1e4], [3.0, 1.0, 2.0, 0.0]]
    ).double()
    tie = torch.tensor([[1.0, 3.0, 3.0, 0.0], [2.0, 2.0, -1.0, 2.0], [0.0, 1.0, 5.0, 4.0]]).double()
    first = torch.tensor([[0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]])
    near = torch.tensor([1.0, 1.000001, 0.999999], dtype=torch.float64)
    return [
        case(
            torch.tensor([2.0, 1.0, 0.0]).double(),
            expected=torch.tensor([0.6652409557748218, 0.2447284710547976, 0.09003057317038046]),
            about="67, 24 and 9 %",
            rtol=1e-6,
        ),
        *in_all_dtypes(table, oracle=_softmax),
        *in_all_dtypes(square, oracle=_softmax, temperature=0.5),
        *in_all_dtypes(row, oracle=_softmax, temperature=2.5),
        *in_all_dtypes(wide, oracle=_softmax, stage=EDGE, about="scores of ±10,000"),
        case(wide, oracle=_softmax, temperature=0.01, stage=EDGE, about="scores of ±10,000"),
        case(wide[None], oracle=_softmax, stage=EDGE, about="scores of ±10,000, three axes"),
        case(
            tie[None],
            temperature=0.0,
            expected=first[None].double(),
            stage=EDGE,
            about="with ties, three axes",
        ),
        case(
            torch.tensor([[0.5, -INF, 1.0], [-INF, 2.0, -INF]]).double(),
            oracle=_softmax,
            stage=EDGE,
            about="scores of −inf",
        ),
        case(tie, temperature=0.0, expected=first.double(), stage=EDGE, about="with ties"),
        case(tie.float(), temperature=0, expected=first, stage=EDGE, about="with ties, float32"),
        case(
            wide,
            temperature=0.0,
            expected=torch.eye(4).double()[[0, 2, 0]],
            stage=EDGE,
            about="scores of ±10,000",
        ),
        case(
            near,
            temperature=1e-6,
            expected=_softmax(torch.tensor([0.0, 1.0, -1.0]).double()),
            stage=EDGE,
            about="a small temperature",
        ),
        case(
            torch.tensor([1.0, 3.0, 2.0, 0.0]).double(),
            oracle=_softmax,
            stage=EDGE,
            about="to the tenth digit",
            rtol=1e-10,
            atol=1e-12,
        ),
        property_holds(_own_dtype, tie, 0.0, about="float64, the dtype of logits", stage=EDGE),
    ]


def _top_k(logits: Tensor, k: int) -> Tensor:
    """By sorting plain numbers, row by row."""
    rows = []
    for row in logits.reshape(-1, logits.shape[-1]).tolist():
        limit = sorted(row)[-k] if k <= len(row) else -INF
        rows.append([z if z >= limit else -INF for z in row])
    return torch.tensor(rows, dtype=torch.float64).reshape(logits.shape)


def top_k_filter() -> list[Case]:
    """Python's sorted is the oracle."""
    inputs = RandomInputs(12)
    table, row = inputs.numbers(2, 3, 7), inputs.numbers(6)
    ties = torch.tensor([[2.0, 5.0, 2.0, 1.0, 2.0], [1.0, 1.0, 0.0, 4.0, 1.0]]).double()
    return [
        case(
            torch.tensor([3.0, 1.0, 2.0, 0.0]).double(),
            2,
            expected=torch.tensor([3.0, -INF, 2.0, -INF]),
        ),
        *in_all_dtypes(table, 3, oracle=_top_k, gradient=False),
        *in_all_dtypes(row, 2, oracle=_top_k, gradient=False),
        *in_all_dtypes(inputs.numbers(4, 5), 1, oracle=_top_k, gradient=False),
        case(ties, 2, oracle=_top_k, stage=EDGE, about="ties with the k-th"),
        case(ties, 3, oracle=_top_k, stage=EDGE, about="ties with the k-th"),
        case(row, 6, oracle=_top_k, stage=EDGE, about="k = V"),
        case(table, 9, oracle=_top_k, stage=EDGE, about="k > V"),
        case(
            torch.tensor([3.0, -INF, 1.0, -INF]).double(),
            3,
            oracle=_top_k,
            stage=EDGE,
            about="scores of −inf",
        ),
    ]


def _top_p(logits: Tensor, p: float) -> Tensor:
    """By adding up plain numbers, row by row, from the likeliest on."""
    rows = []
    for scores in logits.reshape(-1, logits.shape[-1]):
        row, chances = scores.tolist(), torch.softmax(scores.double(), dim=-1).tolist()
        kept, mass = set(), 0.0
        for i in sorted(range(len(row)), key=lambda i: -chances[i]):
            if mass >= p and kept:
                break
            kept.add(i)
            mass += chances[i]
        rows.append([z if i in kept or p >= 1 else -INF for i, z in enumerate(row)])
    return torch.tensor(rows, dtype=torch.float64).reshape(logits.shape)


def _keeps_everything(function, logits: Tensor, p: float) -> bool | str:
    """Where the running sum rounds to 1 before the end, the rest may stay or go."""
    came = function(logits, p)
    if not isinstance(came, Tensor) or came.shape != logits.shape:
        return "another shape"
    off = (came != logits) & ~((came == -INF) & (logits.softmax(dim=-1) < 1e-6))
    return not bool(off.any()) or f"{came.tolist()}"


def _fewest(function, logits: Tensor, p: float) -> bool | str:
    kept = int((function(logits, p) > -INF).sum())
    return kept == 2 or f"{kept} of 4 kept"


def top_p_filter() -> list[Case]:
    """A running sum of plain numbers is the oracle."""
    inputs = RandomInputs(13)
    table, row = inputs.numbers(2, 3, 7), inputs.numbers(6)
    known = torch.tensor([0.1, 0.4, 0.2, 0.3]).double().log()
    flat = torch.tensor([0.15, 0.3, 0.1, 0.25, 0.2]).double().log()
    wide = torch.tensor([[1e4, -1e4, 0.0], [0.0, 5.0, -60.0]]).double()
    return [
        case(
            known,
            0.65,
            expected=torch.where(torch.tensor([False, True, False, True]), known, -INF),
            about="probabilities 0.1, 0.4, 0.2, 0.3",
        ),
        case(flat, 0.35, oracle=_top_p, about="probabilities 0.15, 0.3, 0.1, 0.25, 0.2"),
        *in_all_dtypes(table, 0.75, oracle=_top_p, gradient=False),
        *in_all_dtypes(row, 0.4, oracle=_top_p, gradient=False),
        *in_all_dtypes(inputs.numbers(4, 5), 0.9, oracle=_top_p, gradient=False),
        case(known, 0.05, oracle=_top_p, stage=EDGE, about="the likeliest alone has more than p"),
        case(table, 0.0, oracle=_top_p, stage=EDGE, about="p = 0"),
        case(table, 1.0, oracle=_top_p, stage=EDGE, about="p = 1"),
        property_holds(
            _keeps_everything, wide, 1.0, about="everything that has a chance", stage=EDGE
        ),
        property_holds(
            _fewest,
            torch.zeros(4).double(),
            0.4,
            about="the fewest tokens that reach p: 2 of 4 equally likely ones",
            stage=EDGE,
        ),
        case(wide, 1.5, oracle=_top_p, stage=EDGE, about="p > 1"),
        case(wide, 0.5, oracle=_top_p, stage=EDGE, about="scores of ±10,000"),
        case(
            torch.tensor([0.5, -INF, 1.0, -INF]).double(),
            0.9,
            oracle=_top_p,
            stage=EDGE,
            about="scores of −inf",
        ),
    ]
