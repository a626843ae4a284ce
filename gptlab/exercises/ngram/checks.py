"""The checks of gptlab/ngram.py."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab.exercises.case import (
    EDGE,
    Case,
    RandomInputs,
    case,
    in_all_dtypes,
    property_holds,
)


def _pairs_counted(ids: Tensor, vocab_size: int) -> Tensor:
    """Counts by a loop over plain numbers."""
    counts = [[0] * vocab_size for _ in range(vocab_size)]
    text = ids.tolist()
    for first, second in zip(text, text[1:], strict=False):
        counts[first][second] += 1
    return torch.tensor(counts)


def bigram_counts() -> list[Case]:
    """Loops are the oracle."""
    ids = RandomInputs(1).ids(5, 60)
    return [
        case(
            torch.tensor([0, 1, 0, 1, 1, 2]),
            3,
            expected=torch.tensor([[0, 2, 0], [1, 1, 1], [0, 0, 0]]),
        ),
        case(
            torch.tensor([2, 2, 2, 2]), 3, expected=torch.tensor([[0, 0, 0], [0, 0, 0], [0, 0, 3]])
        ),
        *in_all_dtypes(ids, 7, oracle=_pairs_counted, gradient=False),
        case(
            torch.tensor([1, 0]).repeat_interleave(300),
            2,
            expected=torch.tensor([[299, 0], [1, 299]]),
            stage=EDGE,
            about="counts of several hundred",
        ),
        case(
            torch.tensor([3]),
            4,
            expected=torch.zeros(4, 4, dtype=torch.int64),
            stage=EDGE,
            about="one token, no pair",
        ),
    ]


def _rows_divided(counts: Tensor, smoothing: float = 0.0) -> Tensor:
    """Probabilities by a loop over plain numbers."""
    rows = []
    for row in counts.tolist():
        total = sum(n + smoothing for n in row)
        rows.append([(n + smoothing) / total if total > 0 else 1 / len(row) for n in row])
    return torch.tensor(rows, dtype=torch.float64)


def _zero_where_unseen(function, counts: Tensor) -> bool | str:
    """An unseen pair has no chance at all, or the surprise at it would be finite."""
    above = function(counts)[counts == 0] > 0
    return not bool(above.any()) or "a chance above 0"


def bigram_probabilities() -> list[Case]:
    """Loops are the oracle; integers give the default float, so the tolerance is float32's."""
    seen = RandomInputs(2).ids(9, 5, 5) + 1
    unseen = seen.clone()
    unseen[3] = 0
    near = {"rtol": 1e-5, "atol": 1e-7, "oracle": _rows_divided}
    return [
        case(
            torch.tensor([[1, 3], [4, 1]]),
            expected=torch.tensor([[0.25, 0.75], [0.8, 0.2]]),
            rtol=1e-6,
        ),
        case(seen, **near),
        case(unseen, smoothing=1.0, **near),
        case(seen, smoothing=0.25, **near),
        case(unseen, smoothing=0.125, **near),
        case(seen.T, smoothing=0, about="not contiguous in memory", **near),
        case(unseen, about="row 3 was never seen", stage=EDGE, **near),
        case(torch.zeros(3, 3, dtype=torch.int64), about="nothing was seen", stage=EDGE, **near),
        case(
            torch.tensor([[0, 1, 0], [2, 2, 0], [1, 0, 1]]),
            oracle=_rows_divided,
            rtol=1e-5,
            atol=1e-7,
            about="a token seen once",
        ),
        case(
            torch.tensor([[2, 0], [0, 0]]),
            expected=torch.tensor([[1.0, 0.0], [0.5, 0.5]]),
            stage=EDGE,
            about="the second token was never seen",
            rtol=1e-6,
        ),
        property_holds(
            _zero_where_unseen,
            torch.tensor([[1, 3], [4, 0]]),
            about="a pair that was never seen has a chance of exactly 0",
            stage=EDGE,
        ),
    ]


def _surprise(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    return F.cross_entropy(
        logits.reshape(-1, logits.shape[-1]), targets.reshape(-1), ignore_index=ignore_index
    )


def cross_entropy() -> list[Case]:
    """torch's own loss is the oracle, and two numbers worked by hand."""
    inputs = RandomInputs(3)
    logits, targets = inputs.numbers(6, 7), inputs.ids(7, 6)
    batch, batch_targets = inputs.numbers(2, 3, 5), torch.tensor([[4, -100, -100], [0, 2, 1]])
    other = torch.tensor([[1, 3, 2], [0, 3, 4]])
    wide = torch.tensor([[1e4, -1e4, 0.0], [-1e4, -1e4, 1e4]], dtype=torch.float64)
    return [
        case(
            torch.zeros(2, 4, dtype=torch.float64),
            torch.tensor([3, 1]),
            expected=torch.tensor(math.log(4)),
            about="all tokens equally likely: ln 4",
        ),
        *in_all_dtypes(logits, targets, oracle=_surprise),
        *in_all_dtypes(batch, batch_targets, oracle=_surprise, about="two targets ignored"),
        *in_all_dtypes(batch, other, ignore_index=3, oracle=_surprise),
        case(
            torch.tensor([[1e4, -1e4, 0.0]], dtype=torch.float64),
            torch.tensor([1]),
            stage=EDGE,
            expected=torch.tensor(2e4, dtype=torch.float64),
            about="scores of ±10,000",
        ),
        *in_all_dtypes(
            wide, torch.tensor([1, 0]), oracle=_surprise, stage=EDGE, about="scores of ±10,000"
        ),
        *in_all_dtypes(
            wide, torch.tensor([0, 2]), oracle=_surprise, stage=EDGE, about="scores of ±10,000"
        ),
    ]


def perplexity() -> list[Case]:
    """Numbers worked by hand."""
    losses = torch.tensor([[0.0, 1.0, 2.0], [0.5, math.log(10), 3.0]], dtype=torch.float64)
    inputs = RandomInputs(4)
    drawn = inputs.numbers(2, 4).abs()
    return [
        case(0.0, expected=1.0),
        case(math.log(10), expected=10.0, about="ln 10"),
        case(
            torch.tensor(math.log(7), dtype=torch.float64),
            expected=torch.tensor(7.0, dtype=torch.float64),
        ),
        *in_all_dtypes(losses, oracle=lambda loss: torch.pow(math.e, loss), gradient=False),
        case(1.5, expected=4.4816890703380645),
        case(drawn, oracle=lambda loss: torch.pow(math.e, loss)),
        case(loss := inputs.between(0.1, 6.0), expected=math.pow(math.e, loss)),
    ]
