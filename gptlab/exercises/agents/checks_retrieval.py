"""The checks of what finds passages: chunks, similarities, the best matches."""

from collections.abc import Callable

import torch
from torch import Tensor

from gptlab.exercises.agents.checks_memory import gives_a_plain_list
from gptlab.exercises.case import EDGE, Case, RandomInputs, case, in_all_dtypes, property_holds


def or_refused(function: Callable, *arguments):
    """What a function returns, or the word ValueError where it refuses its argument."""
    try:
        return function(*arguments)
    except ValueError:
        return "ValueError"


def _covers(ids, size, overlap):
    """Chunks by the sentence in the docstring, token by token."""
    chunks, start = [], 0
    while ids and (start == 0 or start + overlap < len(ids)):
        chunks.append([ids[i] for i in range(start, min(start + size, len(ids)))])
        start += size - overlap
    return chunks


def overlapping_chunks() -> list[Case]:
    """Walking along the document is the oracle; the first ones are worked by hand."""
    ids = list(range(11, 31))
    inputs = RandomInputs(169)
    drawn, size = inputs.ids(9_000, 30).tolist(), inputs.whole(5, 9)
    cases = [
        case([1, 2, 3, 4, 5], 3, 1, expected=[[1, 2, 3], [3, 4, 5]]),
        case([1, 2, 3, 4, 5, 6], 3, 1, expected=[[1, 2, 3], [3, 4, 5], [5, 6]]),
        case([1, 2, 3, 4, 5, 6], 3, 0, expected=[[1, 2, 3], [4, 5, 6]], about="no overlap"),
        case([1, 2], 3, 1, expected=[[1, 2]], about="shorter than a chunk"),
        case([1, 2, 3], 3, 2, expected=[[1, 2, 3]], about="exactly one chunk"),
    ]
    shapes = [(7, 2), (5, 4), (4, 0), (20, 3), (8, 5), (6, 3), (1, 0)]
    cases += [case(ids, size, overlap, oracle=_covers) for size, overlap in shapes]
    cases.append(case(drawn, size, inputs.whole(1, 4), oracle=_covers))
    cases += [
        case([], 3, 1, expected=[], stage=EDGE, about="an empty document"),
        case([1], 4, 3, expected=[[1]], stage=EDGE, about="one token"),
    ]
    for size, overlap in ((3, 3), (3, 4), (3, -1)):
        cases.append(
            case(
                [1, 2, 3, 4],
                size,
                overlap,
                call=or_refused,
                expected="ValueError",
                stage=EDGE,
                about="a ValueError, for the overlap is out of its range",
            )
        )
    return cases


def _cosines(query: Tensor, keys: Tensor) -> Tensor:
    """Key by key, in plain numbers."""

    def one(key: Tensor) -> Tensor:
        lengths = (query * query).sum().sqrt() * (key * key).sum().sqrt()
        return (query * key).sum() / lengths

    return torch.stack([one(key) for key in keys])


def cosine_similarity() -> list[Case]:
    """Key by key is the oracle; the first ones are worked by hand."""
    inputs = RandomInputs(161)
    query, keys = inputs.numbers(5), inputs.numbers(7, 5)
    plain = torch.tensor([3.0, 4.0]).double()
    rows = torch.tensor([[6.0, 8.0], [-4.0, 3.0], [0.0, 1.0], [-3.0, -4.0]]).double()
    zero = torch.tensor([[0.0, 0.0], [3.0, 4.0]]).double()
    return [
        case(plain, rows, expected=torch.tensor([1.0, 0.0, 0.8, -1.0]).double()),
        *in_all_dtypes(query, keys, oracle=_cosines, gradient=False),
        case(100 * query, keys / 7, oracle=_cosines, about="other lengths, the same directions"),
        case(query, keys[:1], oracle=_cosines, about="one key"),
        case(query[:1], keys[:, :1], oracle=_cosines, about="one number a vector"),
        case(
            plain,
            zero,
            expected=torch.tensor([0.0, 1.0]).double(),
            stage=EDGE,
            about="a key of length 0",
        ),
        case(
            0 * plain,
            rows,
            expected=torch.zeros(4).double(),
            stage=EDGE,
            about="a query of length 0",
        ),
    ]


def _in_order(similarities: Tensor) -> list[int]:
    """All places, the largest first and of equal ones the earlier."""
    return sorted(range(len(similarities)), key=lambda n: -float(similarities[n]))


def best_matches() -> list[Case]:
    """Lists that were put in order by hand; Python's own sorting, which keeps equal ones in order, for a long one."""
    s = torch.tensor([0.25, 0.875, 0.5, -0.5, 0.75])
    ties = torch.tensor([0.5, 0.75, 0.5, 0.75, 0.5])
    many = torch.tensor([0.5, 0.25, 1.0, 0.75]).repeat(16)
    inputs = RandomInputs(170)
    drawn, k, enough = inputs.numbers(20).tanh(), inputs.whole(2, 6), inputs.between(-0.5, 0.0)
    found = [place for place in _in_order(drawn) if float(drawn[place]) > enough]
    return [
        case(torch.tensor([0.2, 0.9, 0.5]), 2, 0.4, expected=[1, 2]),
        case(s, 3, 0.0, expected=[1, 4, 2], about="one that is good enough has no place"),
        case(s, 4, 0.6, expected=[1, 4], about="k larger than what is good enough"),
        case(s, 1, 0.0, expected=[1], about="only the best"),
        case(s, 3, 0.9, expected=[], about="nothing is good enough"),
        case(s, 2, 0.75, expected=[1, 4], about="one that is exactly the threshold"),
        case(drawn, k, enough, expected=found[:k]),
        property_holds(gives_a_plain_list, s, 3, 0.0, about="a plain list of int", stage=EDGE),
        case(ties, 4, 0.0, expected=[1, 3, 0, 2], stage=EDGE, about="equal ones"),
        case(many, 20, 0.5, expected=_in_order(many)[:20], stage=EDGE, about="many equal ones"),
        case(many, 64, 0.5, expected=_in_order(many)[:48], stage=EDGE, about="all of many"),
        case(s, 9, -1.0, expected=[1, 4, 2, 0, 3], stage=EDGE, about="fewer than k"),
        case(s, 0, 0.0, expected=[], stage=EDGE, about="k = 0"),
        case(torch.zeros(0), 2, 0.0, expected=[], stage=EDGE, about="no passages"),
    ]
