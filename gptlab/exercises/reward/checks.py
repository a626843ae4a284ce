"""The checks of gptlab/reward.py."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab.exercises.case import EDGE, Case, RandomInputs, case, in_all_dtypes

FAR = torch.tensor([1e4, -1e4, 0.5, 3.0]).double()


def last_token_index() -> list[Case]:
    """Places read off by eye."""
    right = torch.tensor([[1, 1, 1, 0, 0], [1, 0, 0, 0, 0], [1, 1, 1, 1, 1]]).bool()
    left = torch.tensor([[0, 0, 1, 1, 1, 1], [0, 0, 0, 0, 0, 1], [0, 1, 1, 1, 1, 0]]).bool()
    holes = torch.tensor([[1, 0, 1, 0], [0, 1, 0, 1], [1, 1, 0, 0]]).bool()
    drawn = RandomInputs(76).ids(2, 8, 11).bool()
    drawn[torch.arange(8), torch.arange(8)] = True
    last = [max(t for t, kept in enumerate(row) if kept) for row in drawn.tolist()]
    return [
        case(right, expected=torch.tensor([2, 0, 4]), about="padding on the right"),
        case(left, expected=torch.tensor([5, 5, 4]), about="padding on the left"),
        case(holes, expected=torch.tensor([2, 3, 1]), about="padding in between"),
        case(drawn, expected=torch.tensor(last), about="padding anywhere"),
        case(
            right.T.contiguous().T,
            expected=torch.tensor([2, 0, 4]),
            about="not contiguous in memory",
        ),
        case(
            torch.tensor([[True]]), expected=torch.tensor([0]), stage=EDGE, about="a single token"
        ),
    ]


def _preferred(chosen: Tensor, rejected: Tensor) -> Tensor:
    return F.softplus(rejected - chosen).mean()


def pairwise_loss() -> list[Case]:
    """log σ(x) = −softplus(−x) is the oracle; ln 2 by hand where nobody is preferred."""
    inputs = RandomInputs(71)
    chosen, rejected = inputs.numbers(5) + 1, inputs.numbers(5)
    zero = torch.zeros(4).double()
    return [
        case(
            zero,
            zero,
            expected=torch.tensor(0.6931471805599453, dtype=torch.float64),
            about="equal rewards: ln 2",
        ),
        *in_all_dtypes(chosen, rejected, oracle=_preferred),
        *in_all_dtypes(FAR, -FAR, oracle=_preferred, stage=EDGE, about="differences of ±20,000"),
        *in_all_dtypes(zero, FAR, oracle=_preferred, stage=EDGE, about="differences of ±10,000"),
    ]


def _ranked(rewards: Tensor) -> Tensor:
    """Pair by pair."""
    K = rewards.shape[-1]
    losses = []
    for row in rewards.reshape(-1, K):
        losses += [
            F.softplus(row[lower] - row[upper])
            for upper in range(K)
            for lower in range(upper + 1, K)
        ]
    return torch.stack(losses).mean()


def ranking_loss() -> list[Case]:
    """Pair by pair is the oracle; three replies by hand."""
    inputs = RandomInputs(72)
    three = torch.tensor([math.log(3), 0.0, 0.0]).double()
    return [
        case(
            three,
            expected=torch.tensor(-math.log(3 / 4 * 3 / 4 * 1 / 2) / 3).double(),
            rtol=1e-5,
            about="three pairs, of the probabilities ¾, ¾ and ½",
        ),
        *in_all_dtypes(inputs.numbers(3, 4), oracle=_ranked),
        *in_all_dtypes(inputs.numbers(5), oracle=_ranked, about="one prompt"),
        case(inputs.numbers(2, 3, 4), oracle=_ranked),
        case(inputs.numbers(6, 2), oracle=_ranked, about="K = 2"),
        case(inputs.numbers(1, 4), oracle=_ranked, stage=EDGE, about="a batch of one prompt"),
        case(
            torch.tensor([[-1e4, 1e4, 0.0], [3.0, -1e4, 1e4]]).double(),
            stage=EDGE,
            about="rewards of ±10,000",
            expected=torch.tensor((20000 + 10000 + 0 + 0 + 9997 + 20000) / 6, dtype=torch.float64),
        ),
    ]


def agreement() -> list[Case]:
    """Counted by hand; one by one where the answers are drawn."""
    a, b = RandomInputs(77).ids(3, 2, 80).tolist()
    shared = [i for i in range(80) if a[i] == b[i]]
    return [
        case([1, 0, 1, 1], [1, 1, 1, 0], expected=0.5),
        case([0, 0, 2, 1, 0], [0, 0, 2, 2, 0], expected=0.8),
        case([True, False, False], [True, False, False], expected=1.0),
        case([1, 2, 3], [3, 1, 2], expected=0.0),
        case(a, b, expected=len(shared) / 80, about="80 answers of three kinds"),
        case(
            torch.tensor([1, 0, 0, 1, 0, 0, 0, 1]),
            torch.tensor([0, 0, 0, 1, 1, 1, 0, 0]),
            expected=0.5,
            about="tensors",
            rtol=1e-6,
        ),
        case(
            torch.tensor([1, 0, 1, 0]),
            torch.tensor([1, 0, 1, 1]),
            expected=0.75,
            about="tensors",
            rtol=1e-6,
        ),
    ]


def _missed(sure: Tensor, right: Tensor, n_bins: int = 10) -> float:
    """Answer by answer into a dictionary of bins: n · |mean − mean| is the size of a sum of differences."""
    bins: dict[int, float] = {}
    for said, came in zip(sure.tolist(), right.tolist(), strict=True):
        b = min(int(said * n_bins), n_bins - 1)
        bins[b] = bins.get(b, 0.0) + came - said
    return sum(map(abs, bins.values())) / len(sure)


def calibration_error() -> list[Case]:
    """Bins counted in plain Python are the oracle; three worked by hand."""
    inputs = RandomInputs(74)
    sure = (inputs.numbers(60) / 2 + 0.7).sigmoid()
    right = (inputs.numbers(60) > -0.4).double()
    shares = inputs.numbers(60).sigmoid()

    def these(*numbers: float) -> Tensor:
        return torch.tensor(numbers, dtype=torch.float64)

    return [
        case(
            these(0.95, 0.95, 0.65, 0.65),
            these(1, 1, 1, 0),
            expected=0.1,
            about="the card's example",
        ),
        case(
            these(0.82, 0.82, 0.82, 0.87, 0.34, 0.37),
            these(1, 0, 1, 1, 1, 0),
            expected=(0.33 + 0.29) / 6,
            about="four answers in one bin, two in another",
        ),
        case(
            these(0.75, 0.55, 0.75, 0.75, 0.55, 0.75),
            these(1, 0.5, 1, 0, 0.6, 1),
            expected=0.0,
            about="as many are right as it says",
        ),
        case(sure, right, oracle=_missed),
        case(sure.float(), right.float(), oracle=_missed, about="float32", rtol=1e-4),
        case(sure, shares, oracle=_missed, about="shares of people"),
        case(sure, right, 4, oracle=_missed, about="4 bins"),
        case(sure, right, 1, oracle=_missed, about="a single bin"),
        case(sure, right, 23, oracle=_missed, about="23 bins, many of them empty"),
        case(
            these(1, 1, 1, 0.93, 0.0, 0.04),
            these(1, 0, 1, 1, 1, 0),
            expected=(0.93 + 0.96) / 6,
            stage=EDGE,
            about="quite sure: 1, and 0",
        ),
        case(these(0.73), these(0), expected=0.73, stage=EDGE, about="one answer"),
    ]


def normalize() -> list[Case]:
    """The formula, in another order."""
    inputs = RandomInputs(73)

    def oracle(rewards: Tensor, mean: float, std: float) -> Tensor:
        return torch.stack([(r - mean) / std for r in rewards.flatten()]).reshape(rewards.shape)

    return [
        case(
            torch.tensor([5.0, 1.0]).double(), 3.0, 2.0, expected=torch.tensor([1.0, -1.0]).double()
        ),
        *in_all_dtypes(inputs.numbers(4), 0.7, 0.25, oracle=oracle, gradient=False),
        *in_all_dtypes(inputs.numbers(2, 3), -1.5, 3.0, oracle=oracle, gradient=False),
    ]
