"""The checks of gptlab/finetuning.py."""

import torch
from torch import Tensor

from gptlab.exercises.case import EDGE, Case, RandomInputs, case, in_all_dtypes, property_holds

START, DELIM, EXTRACT = 1, 2, 3


def _texts(seed: int, *lengths: int) -> list[list[int]]:
    """Texts without special tokens, no two of one length."""
    inputs = RandomInputs(seed)
    return [inputs.ids(90, n).add(10).tolist() for n in lengths]


def classification_input() -> list[Case]:
    """By hand; the special tokens may be any ids."""
    (long,) = _texts(141, 9)
    return [
        case([5, 6, 7], START, EXTRACT, expected=[1, 5, 6, 7, 3]),
        case(long, 700, 900, expected=[700, *long, 900], about="other special ids"),
        case([8, 8], 0, 4, expected=[0, 8, 8, 4], about="the start token is 0"),
        case([], START, EXTRACT, expected=[1, 3], stage=EDGE, about="an empty text"),
    ]


def entailment_input() -> list[Case]:
    """By hand."""
    premise, hypothesis = _texts(142, 6, 4)
    return [
        case([5, 6], [8], START, DELIM, EXTRACT, expected=[1, 5, 6, 2, 8, 3]),
        case([8], [6, 7, 5], START, DELIM, EXTRACT, expected=[1, 8, 2, 6, 7, 5, 3]),
        case(
            premise,
            hypothesis,
            701,
            0,
            600,
            expected=[701, *premise, 0, *hypothesis, 600],
            about="other special ids",
        ),
        case([], [4], START, DELIM, EXTRACT, expected=[1, 2, 4, 3], stage=EDGE, about="no premise"),
    ]


def similarity_inputs() -> list[Case]:
    """By hand; exchanged arguments exchange the results."""
    a, b = _texts(143, 5, 3)
    return [
        case(
            [5, 6, 7], [8, 9], START, DELIM, EXTRACT,
            expected=([1, 5, 6, 7, 2, 8, 9, 3], [1, 8, 9, 2, 5, 6, 7, 3]),
        ),
        case(
            a, b, 0, 602, 701,
            expected=([0, *a, 602, *b, 701], [0, *b, 602, *a, 701]),
            about="other special ids",
        ),
        case(
            [4], [], START, DELIM, EXTRACT,
            expected=([1, 4, 2, 3], [1, 2, 4, 3]),
            stage=EDGE, about="b is empty",
        ),
    ]  # fmt: skip


def multiple_choice_inputs() -> list[Case]:
    """By hand, with options of unequal length."""
    z, q, first, second, third = _texts(144, 6, 4, 1, 3, 2)
    beginning = (701, *z, *q, 0)
    return [
        case(
            [5, 6], [7], [[8], [9, 4]], START, DELIM, EXTRACT,
            expected=[[1, 5, 6, 7, 2, 8, 3], [1, 5, 6, 7, 2, 9, 4, 3]],
        ),
        case(
            z, q, [first, second, third], 701, 0, 600,
            expected=[[*beginning, *option, 600] for option in (first, second, third)],
            about="three options, other special ids",
        ),
        case(
            [], [7, 7], [[8], [9]], START, DELIM, EXTRACT,
            expected=[[1, 7, 7, 2, 8, 3], [1, 7, 7, 2, 9, 3]],
            about="an empty context",
        ),
        case(
            [5], [7, 6], [[8, 9]], START, DELIM, EXTRACT,
            expected=[[1, 5, 7, 6, 2, 8, 9, 3]],
            stage=EDGE, about="a single option",
        ),
    ]  # fmt: skip


def _refuses(function, ids: Tensor, extract: int) -> bool | str:
    """A ValueError is promised; another error stops her as well."""
    try:
        came = function(ids, extract)
    except (ValueError, IndexError, RuntimeError, AssertionError, StopIteration):
        return True
    return f"{came.tolist() if isinstance(came, Tensor) else came}"


def read_position() -> list[Case]:
    """Positions read off by eye."""
    right = torch.tensor(
        [[1, 8, 3, 0, 0, 0], [1, 9, 5, 6, 8, 3], [1, 4, 4, 7, 3, 0], [3, 0, 0, 0, 0, 0]]
    )
    left = torch.tensor([[0, 0, 1, 8, 3], [0, 1, 6, 7, 3], [1, 5, 5, 9, 3]])
    same = torch.tensor([[1, 8, 3, 3, 3, 3, 3], [1, 9, 5, 6, 8, 3, 3], [1, 4, 4, 7, 6, 8, 3]])
    both = torch.tensor([[0, 1, 8, 700, 0], [1, 9, 700, 700, 700], [0, 0, 1, 700, 0]])
    inputs = RandomInputs(147)
    drawn, extract, places = inputs.ids(400, 7, 12), inputs.whole(500, 900), inputs.ids(12, 7)
    drawn[torch.arange(7), places] = extract
    return [
        case(right, EXTRACT, expected=torch.tensor([2, 5, 4, 0]), about="padding (0) on the right"),
        case(left, EXTRACT, expected=torch.tensor([4, 4, 4]), about="padding (0) on the left"),
        case(
            same,
            EXTRACT,
            expected=torch.tensor([2, 5, 6]),
            about="padded with the extract token itself",
        ),
        case(both, 700, expected=torch.tensor([3, 2, 3]), about="another extract token"),
        case(
            torch.tensor([[9, 0, 6], [8, 9, 0]]),
            0,
            expected=torch.tensor([1, 2]),
            about="the extract token is 0",
        ),
        case(drawn, extract, expected=places),
        case(
            same.T.contiguous().T,
            EXTRACT,
            expected=torch.tensor([2, 5, 6]),
            about="not contiguous in memory",
        ),
        case(
            torch.tensor([[4, 6, 3, 0]]),
            EXTRACT,
            expected=torch.tensor([2]),
            stage=EDGE,
            about="a batch of one row",
        ),
        property_holds(
            _refuses,
            torch.tensor([[1, 8, 4, 0], [1, 9, 5, 6]]),
            EXTRACT,
            stage=EDGE,
            about="a ValueError, for no row has an extract token",
        ),
        property_holds(
            _refuses,
            torch.tensor([[1, 8, 3, 0], [1, 9, 5, 6]]),
            EXTRACT,
            stage=EDGE,
            about="a ValueError, for the second row has no extract token",
        ),
    ]  # fmt: skip


def finetuning_loss() -> list[Case]:
    """By hand, with default and without."""
    inputs = RandomInputs(146)
    task, lm = inputs.numbers().abs() + 0.3, inputs.numbers().abs() + 1.7

    def number(x: float) -> Tensor:
        return torch.tensor(x, dtype=torch.float64)

    def oracle(task_loss: Tensor, lm_loss: Tensor, weight: float = 0.5) -> Tensor:
        return torch.stack([task_loss, lm_loss]) @ torch.tensor([1.0, weight]).to(task_loss)

    return [
        case(number(0.7), number(3.0), expected=number(2.2), about="λ is ½ when it is not given"),
        case(number(0.7), number(3.0), weight=0.1, expected=number(1.0)),
        case(number(0.7), number(3.0), 0.0, expected=number(0.7), about="λ = 0: the labels alone"),
        case(number(0.7), number(3.0), 2.0, expected=number(6.7), about="λ above 1"),
        *in_all_dtypes(task, lm, oracle=oracle),
        *in_all_dtypes(task, lm, weight=0.2, oracle=oracle),
    ]
