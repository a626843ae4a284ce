"""The checks of the functions of memory in gptlab/agents.py."""

from collections.abc import Callable
from numbers import Integral

import numpy as np
import torch
from torch import Tensor

from gptlab.exercises.case import EDGE, Case, RandomInputs, case, in_all_dtypes, property_holds
from gptlab.exercises.compare import a_kind


def recency_decay() -> list[Case]:
    """Python's own power, number by number, is the oracle; halves by hand."""
    hours = torch.tensor([0.0, 0.5, 7.25, 48.0, 2.0]).double()
    inputs = RandomInputs(167)
    drawn, rate = 20 * inputs.numbers(6).abs(), inputs.between(0.9, 0.99)

    def oracle(hours: Tensor, rate: float = 0.995) -> Tensor:
        return torch.stack([pow(rate, hour) for hour in hours])

    return [
        case(
            torch.tensor([0.0, 1.0, 3.0]).double(),
            0.5,
            expected=torch.tensor([1.0, 0.5, 0.125]).double(),
            about="a half is lost each hour",
        ),
        *in_all_dtypes(hours, oracle=oracle, gradient=False),
        *in_all_dtypes(hours, 0.9, oracle=oracle, gradient=False),
        case(drawn, rate, oracle=oracle),
        case(hours, 1.0, oracle=oracle, stage=EDGE, about="nothing is forgotten"),
        case(torch.tensor([30.0]).double(), 0.99, oracle=oracle, stage=EDGE, about="one memory"),
    ]


def _scored(
    recency: Tensor, importance: Tensor, relevance: Tensor, weights=(1.0, 1.0, 1.0)
) -> Tensor:
    """numpy's interpolation between the smallest and the largest value."""
    total = np.zeros(len(recency))
    for weight, x in zip(weights, (recency, importance, relevance)):
        values = x.double().numpy()
        if np.ptp(values):
            total += weight * np.interp(values, [values.min(), values.max()], [0.0, 1.0])
    return torch.from_numpy(total).to(recency.dtype)


def retrieval_score() -> list[Case]:
    """numpy's interpolation is the oracle; two memories by hand."""
    inputs = RandomInputs(161)

    def given(n: int) -> tuple[Tensor, Tensor, Tensor]:
        return (
            0.995 ** (20 * inputs.numbers(n).abs()),
            1 + inputs.ids(10, n).double(),
            inputs.numbers(n).tanh(),
        )

    seven, four = given(7), given(4)
    same = torch.full((7,), 5.0).double()
    two = [torch.tensor(x).double() for x in ([1.0, 0.5], [2.0, 8.0], [0.3, 0.3])]
    below = -3 - inputs.numbers(6).abs()
    return [
        case(*two, expected=torch.tensor([1.0, 1.0]).double(), about="relevance is the same"),
        *in_all_dtypes(*seven, oracle=_scored, gradient=False),
        case(*four, oracle=_scored),
        case(*seven, weights=(0.5, 2.0, 3.0), oracle=_scored, about="three weights"),
        case(*four, weights=(0.0, 0.0, 1.0), oracle=_scored, about="relevance alone"),
        case(below, below.flip(0) * 9, below / 7, oracle=_scored, about="all below 0"),
        case(seven[0], same, seven[2], oracle=_scored, stage=EDGE, about="importance is the same"),
        case(same, seven[1], same, oracle=_scored, stage=EDGE, about="two are the same for all"),
        case(
            *(x[:1] for x in seven),
            expected=torch.zeros(1).double(),
            stage=EDGE,
            about="one memory",
        ),
    ]


def gives_a_plain_list(function: Callable, *arguments) -> bool | str:
    """Places that go on as indices of lists, or into JSON: a list, and whole numbers in it."""
    found = function(*arguments)
    if isinstance(found, list) and all(isinstance(n, Integral) for n in found):
        return True
    if isinstance(found, list):
        kinds = sorted({type(n).__name__ for n in found if not isinstance(n, Integral)})
        return f"a list, but one of {', '.join(kinds)}"
    return a_kind(found)


def _ranked(hours, importance, query, keys, k, rate=0.995) -> list[int]:
    """Everything in numpy, one memory at a time."""
    recency = torch.tensor([rate ** float(h) for h in hours]).double()
    q = query.double().numpy()
    rows = [row / (np.linalg.norm(row) or 1.0) for row in keys.double().numpy()]
    relevance = torch.tensor([float(row @ q / np.linalg.norm(q)) for row in rows]).double()
    scores = _scored(recency, importance.double(), relevance).tolist()
    return sorted(range(len(scores)), key=lambda i: -round(scores[i], 9))[:k]


def retrieve() -> list[Case]:
    """A slow ranking in numpy is the oracle; four memories by hand."""
    inputs = RandomInputs(162)
    by_hand = (
        torch.tensor([0.0, 10.0, 20.0, 40.0]).double(),
        torch.tensor([1.0, 9.0, 2.0, 5.0]).double(),
        torch.tensor([1.0, 0.0]).double(),
        torch.tensor([[0.0, 1.0], [1.0, 1.0], [3.0, 0.0], [0.0, 2.0]]).double(),
    )

    def given(n: int, c: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        hours = 60 * inputs.numbers(n).abs()
        lengths = 3 * inputs.numbers(n, 1).abs() + 0.1
        importance = 1 + inputs.ids(9, n).double() + inputs.numbers(n).tanh() / 3
        return hours, importance, inputs.numbers(c), inputs.numbers(n, c) * lengths

    nine, thirty = given(9, 5), given(30, 4)
    alike = (
        torch.zeros(3).double(),
        torch.tensor([4.0, 4.0, 4.0]).double(),
        torch.tensor([1.0, 0.0]).double(),
        torch.tensor([[0.0, 1.0], [1.0, 0.0], [1.0, 0.0]]).double(),
    )
    many = (
        torch.tensor([0.0, 1.0]).double().repeat(32),
        torch.tensor([5.0, 1.0, 9.0, 5.0, 1.0, 9.0, 5.0, 5.0]).double().repeat(8),
        torch.tensor([1.0, 0.0]).double(),
        torch.tensor([[0.0, 1.0], [2.0, 0.0], [0.0, 3.0], [1.0, 0.0]]).double().repeat(16, 1),
    )  # 64 memories, scores of 0, 0.5, 1 … exactly, whatever is added first
    return [
        case(*by_hand, 2, expected=[1, 2], about="two of four memories"),
        case(*nine, 3, oracle=_ranked),
        case(*nine, 5, rate=0.5, oracle=_ranked, about="fast forgetting"),
        case(*thirty, 10, oracle=_ranked),
        case(*(x.float() for x in thirty), 4, oracle=_ranked, about="float32"),
        case(*nine, 1, oracle=_ranked, about="only the best"),
        case(
            torch.tensor([0.9, 0.1]).double(),
            torch.tensor([3.0, 3.0]).double(),
            torch.tensor([1.0, 0.0]).double(),
            torch.tensor([[1.0, 0.0], [2.0, 0.0]]).double(),
            2,
            rate=0.5,
            expected=[1, 0],
            about="48 minutes decide",
        ),
        property_holds(gives_a_plain_list, *nine, 3, about="a plain list of int", stage=EDGE),
        case(*nine, 20, oracle=_ranked, stage=EDGE, about="fewer memories than k"),
        case(*alike, 3, expected=[1, 2, 0], stage=EDGE, about="two memories are alike"),
        case(*many, 20, rate=0.5, oracle=_ranked, stage=EDGE, about="many equal scores"),
        case(*many, 64, rate=0.5, oracle=_ranked, stage=EDGE, about="all of many"),
    ]


def _stretch_by_stretch(importance: list[int], threshold: int) -> list[int]:
    """The shortest stretch that is more than the threshold, then the next one from there on."""
    places, start = [], 0
    for end in range(1, len(importance) + 1):
        if sum(importance[start:end]) > threshold:
            places.append(end - 1)
            start = end
    return places


def reflection_points() -> list[Case]:
    """Numbers worked by hand; every stretch added anew where they are drawn."""
    inputs = RandomInputs(168)
    drawn = (inputs.ids(10, 40) + 1).tolist()
    return [
        case([60, 60, 60, 100], expected=[2], about="180 is reached, 100 is not enough again"),
        case([3, 4, 5, 1, 9, 2, 2, 8], 10, expected=[2, 5], about="12, then 12, then 10"),
        case([7, 7, 7, 7, 7, 7], 12, expected=[1, 3, 5]),
        case([2.5, 2.5, 0.5, 9.0, 0.25], 5, expected=[2, 3], about="5 is not more than 5"),
        case([1, 2, 30, 1, 2, 3], 5, expected=[2, 5], about="what is left over is dropped"),
        case(drawn, inputs.whole(20, 50), oracle=_stretch_by_stretch),
        case([], expected=[], stage=EDGE, about="no memories"),
        case([40, 50, 60], expected=[], stage=EDGE, about="exactly the threshold"),
        case([100, 50.5, 1], expected=[1], stage=EDGE, about="a little more than the threshold"),
    ]
