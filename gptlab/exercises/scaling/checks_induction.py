"""The checks of the blanks about induction heads in gptlab/scaling.py."""

import math

import torch
from torch import Tensor

from gptlab.exercises.case import EDGE, Case, RandomInputs, case, in_all_dtypes

THREE = torch.tensor([[1, 0, 0], [0.6, 0.4, 0], [0.1, 0.2, 0.7]]).double()


def _maps(inputs: RandomInputs, *shape: int) -> Tensor:
    """Attention maps: every row sums to 1 over itself and what is before it."""
    scores = inputs.numbers(*shape) * 1.5
    later = torch.ones(shape[-2:], dtype=torch.bool).triu(1)
    return scores.masked_fill(later, -math.inf).softmax(-1)


def _previous(attention: Tensor) -> Tensor:
    weights = [attention[..., t, t - 1] for t in range(1, attention.shape[-1])]
    return torch.stack(weights).mean(0)


def previous_token_score() -> list[Case]:
    """Weight by weight is the oracle; one map by hand."""
    inputs = RandomInputs(111)
    perfect = torch.eye(4).double().roll(-1, dims=1).tril(-1)
    perfect[0, 0] = 1
    both_ways = inputs.numbers(2, 3, 5, 5).softmax(-1)
    return [
        case(THREE, expected=torch.tensor(0.4).double()),
        case(torch.eye(4).double(), expected=torch.tensor(0.0).double(), about=_ITSELF),
        *in_all_dtypes(_maps(inputs, 3, 4, 4), oracle=_previous, gradient=False, about="3 heads"),
        *in_all_dtypes(
            _maps(inputs, 2, 3, 5, 5), oracle=_previous, gradient=False, about="2 layers of 3 heads"
        ),
        case(both_ways, oracle=_previous, about="maps that look ahead as well"),
        case(
            torch.eye(5).double().roll(1, dims=0)[None],
            expected=torch.ones(1).double(),
            about="a head that looks at the token before and nowhere else",
        ),
        case(_maps(inputs, 3, 2, 2), oracle=_previous, about="two tokens", stage=EDGE),
    ]


_ITSELF = "a head that looks only at itself"


def _induction(attention: Tensor, ids: Tensor) -> Tensor:
    """Place by place."""
    tokens = ids.tolist()
    total, n = torch.zeros(attention.shape[:-2], dtype=attention.dtype), 0
    for t, token in enumerate(tokens):
        earlier = [s for s in range(t) if tokens[s] == token]
        for s in earlier:
            total = total + attention[..., t, s + 1]
        n += bool(earlier)
    return total / max(n, 1)


def induction_score() -> list[Case]:
    """Place by place is the oracle; one map by hand."""
    inputs = RandomInputs(112)
    twice = torch.tensor([3, 8, 5, 1, 3, 8, 5, 1])
    uneven = torch.tensor([4, 9, 4, 2, 7, 9, 2, 4, 9])
    doubled = torch.tensor([6, 6, 1, 6, 1, 1, 6])
    new = torch.tensor([5, 2, 8, 0])
    ideal = torch.eye(8).double()
    ideal[4:] = ideal[4:].roll(-3, dims=1)  # row 4 + i looks at 1 + i
    return [
        case(THREE, torch.tensor([7, 8, 7]), expected=torch.tensor(0.2).double()),
        *in_all_dtypes(
            _maps(inputs, 3, 8, 8),
            twice,
            oracle=_induction,
            gradient=False,
            about="A B C D A B C D",
        ),
        case(_maps(inputs, 2, 3, 9, 9), uneven, oracle=_induction, about="2 layers of 3 heads"),
        case(_maps(inputs, 4, 9, 9), uneven.flip(0), oracle=_induction, about="uneven distances"),
        case(_maps(inputs, 4, 7, 7), doubled, oracle=_induction, about="neighbours that are alike"),
        case(ideal, twice, expected=torch.tensor(1.0).double(), about="an ideal induction head"),
        case(
            _maps(inputs, 3, 4, 4),
            new,
            expected=torch.zeros(3).double(),
            about="no token occurs twice",
            stage=EDGE,
        ),
        case(
            _maps(inputs, 2, 1, 1),
            torch.tensor([3]),
            expected=torch.zeros(2).double(),
            about="a single token",
            stage=EDGE,
        ),
    ]


def _bigram(ids: Tensor, vocab_size: int) -> Tensor:
    """Pair by pair."""
    tokens = ids.tolist()
    rows = []
    for t, token in enumerate(tokens):
        pairs = zip(tokens[:t], tokens[1 : t + 1], strict=True)
        after = [second for first, second in pairs if first == token]
        share = [
            after.count(v) / len(after) if after else 1 / vocab_size for v in range(vocab_size)
        ]
        rows.append(share)
    return torch.tensor(rows, dtype=torch.float64)


def in_context_bigram() -> list[Case]:
    """Pair by pair is the oracle; four rows by hand."""
    inputs = RandomInputs(113)
    third = 1 / 3
    four = torch.tensor([[third] * 3, [third] * 3, [1, 0, 0], [0, 0, 1]]).double()
    long = inputs.ids(4, 30)
    loose = torch.stack([long, long.clone()], dim=-1)[..., 0]
    forks = torch.tensor([1, 4, 1, 3, 1, 4, 0, 1])
    return [
        case(torch.tensor([2, 0, 2, 0]), 3, expected=four),
        case(forks, 5, oracle=_bigram, about="one token with two successors"),
        case(torch.tensor([1, 1, 0, 1, 1, 1]), 4, oracle=_bigram, about="the same token in a row"),
        case(inputs.ids(7, 12), 9, oracle=_bigram),
        case(long, 6, oracle=_bigram, about="tokens 4 and 5 never occur"),
        case(loose, 6, oracle=_bigram, about="not contiguous in memory"),
        case(torch.tensor([2]), 3, oracle=_bigram, about="a single token", stage=EDGE),
        case(torch.tensor([0, 1, 2, 3]), 4, oracle=_bigram, about="every token is new", stage=EDGE),
    ]


def _smeared(k: Tensor, alpha: Tensor) -> Tensor:
    """Key by key."""
    rows = [k[:, :, 0]]
    own = 1 / (1 + (-alpha).exp())
    for j in range(1, k.shape[2]):
        pair = [own[h] * k[:, h, j] + (1 - own[h]) * k[:, h, j - 1] for h in range(len(alpha))]
        rows.append(torch.stack(pair, dim=1))
    return torch.stack(rows, dim=2)


def smear_keys() -> list[Case]:
    """Key by key is the oracle; three keys by hand."""
    inputs = RandomInputs(114)
    keys, alpha = inputs.numbers(2, 3, 4, 5), torch.tensor([-1.5, 0.3, 2.0]).double()
    three = torch.tensor([1.0, 3.0, 5.0]).double().reshape(1, 1, 3, 1)
    mixed = torch.tensor([1.0, 2.0, 4.0]).double().reshape(1, 1, 3, 1)
    far = torch.tensor([-500.0, 500.0, 0.0]).double()
    return [
        case(three, torch.zeros(1).double(), expected=mixed),
        *in_all_dtypes(keys, alpha, oracle=_smeared, about="three heads"),
        case(inputs.numbers(3, 2, 5, 1), inputs.numbers(2), oracle=_smeared, about="D = 1"),
        case(inputs.numbers(4, 5, 3, 2), inputs.numbers(5), oracle=_smeared, about="five heads"),
        case(keys[:, :, :1], alpha, oracle=_smeared, about="a single key", stage=EDGE),
        case(keys, far, expected=_at_the_ends(keys), about="σ of 0 and of 1", stage=EDGE),
    ]


def _at_the_ends(k: Tensor) -> Tensor:
    """Head 0 has only the keys before, head 1 only its own, head 2 half of each."""
    before = torch.cat([k[:, :, :1], k[:, :, :-1]], dim=2)
    return torch.stack([before[:, 0], k[:, 1], (k[:, 2] + before[:, 2]) / 2], dim=1)
