"""The checks of gptlab/attention.py."""

import math

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from gptlab.exercises.case import EDGE, Case, RandomInputs, case, in_all_dtypes, property_holds


def _one_look(query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return torch.nn.functional.scaled_dot_product_attention(query[None], keys, values)[0]


def look() -> list[Case]:
    """torch's own attention, asked one query, is the oracle."""
    inputs = RandomInputs(20)
    query, keys, values = inputs.numbers(5), inputs.numbers(3, 5), inputs.numbers(3, 5)
    axes = 2 * torch.eye(4).double()
    by_hand = torch.tensor([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]]).double()
    far = torch.tensor([1e4, 1.0, -1.0, -1e4, 0.0]).double()
    return [
        case(axes[0], axes[:2], by_hand, oracle=_one_look),
        *in_all_dtypes(query, keys, values, oracle=_one_look),
        case(0 * query, keys, values, expected=values.mean(0), about="a query of zeros"),
        case(query, keys[:1], values[:1], expected=values[0], stage=EDGE, about="a single key"),
        case(query * far, keys, values, oracle=_one_look, stage=EDGE, about="scores of ±10,000"),
    ]


def causal_mask() -> list[Case]:
    """Loops are the oracle."""
    return [
        case(t, expected=torch.tensor([[j <= i for j in range(t)] for i in range(t)]))
        for t in (4, 7, 1, *(RandomInputs(24).ids(120, 3) + 8).tolist())
    ]


def attended(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    """Attention query by query, over the keys that it may look at and no others."""
    B, H, T, D = q.shape
    S = k.shape[2]
    allowed = torch.ones(B, 1, T, S, dtype=torch.bool) if mask is None else mask.expand(B, 1, T, S)
    rows = []
    for b in range(B):
        for h in range(H):
            for t in range(T):
                seen = [s for s in range(S) if allowed[b, 0, t, s]]
                scores = torch.stack([(q[b, h, t] * k[b, h, s]).sum() for s in seen]) / math.sqrt(D)
                chances = scores.softmax(0)
                rows.append(sum(chances[i] * v[b, h, s] for i, s in enumerate(seen)))
    return torch.stack(rows).reshape(B, H, T, D)


def scaled_dot_product_attention() -> list[Case]:
    """One query at a time is the oracle."""
    inputs = RandomInputs(21)
    q, k, v = inputs.numbers(2, 3, 4, 5), inputs.numbers(2, 3, 6, 5), inputs.numbers(2, 3, 6, 5)
    some = torch.tensor(
        [[1, 0, 0, 0, 0, 0], [1, 1, 0, 1, 0, 0], [0, 1, 1, 1, 1, 1], [1, 0, 1, 0, 1, 0]]
    ).bool()
    each = torch.stack([some, some.flip(1)])[:, None]
    one_q, two_k = (
        torch.tensor([[[[2.0, 0.0]]]]).double(),
        torch.tensor([[[[1.0, 0.0], [0.0, 1.0]]]]).double(),
    )
    far = torch.tensor([1e4, 1.0, -1.0, -1e4, 0.0]).double()
    low_q, one_k = -15000 * torch.ones(1, 1, 1, 1).double(), torch.ones(1, 1, 2, 1).double()
    first_only = torch.tensor([[True, False]])
    return [
        case(one_q, two_k, two_k * 10, oracle=attended),
        case(one_q, two_k, two_k * 10, mask=first_only, oracle=attended),
        *in_all_dtypes(q, k, v, oracle=attended),
        *in_all_dtypes(q, k, v, mask=some, oracle=attended),
        *in_all_dtypes(q, k, v, mask=each, oracle=attended, about="a mask for each text"),
        case(q * far, k, v, mask=some, oracle=attended, stage=EDGE, about="scores of ±10,000"),
        case(
            low_q,
            one_k,
            two_k[..., :1],
            mask=first_only,
            expected=torch.ones(1, 1, 1, 1).double(),
            stage=EDGE,
            about="scores of −15,000, and only the first key may be looked at",
        ),
    ]


def _split(x: Tensor, n_heads: int) -> Tensor:
    D = x.shape[2] // n_heads
    return torch.stack([x[:, :, h * D : (h + 1) * D] for h in range(n_heads)], dim=1)


class _Calls(TorchFunctionMode):
    """Counts the calls of torch that are made inside it."""

    n = 0

    def __torch_function__(self, function, types, args=(), kwargs=None):
        self.n += 1
        return function(*args, **(kwargs or {}))


def _whole_tensors(function, x: Tensor, *arguments) -> bool | str:
    """Fewer calls of torch than numbers."""
    with _Calls() as calls:
        function(x, *arguments)
    if calls.n < x.numel():
        return True
    return "the right numbers, one by one, with a call of torch or more for each"


MOVED = "numbers moved many at a time: one after the other, a lesson's training would take an hour"


def split_heads() -> list[Case]:
    """Slices of the width are the oracle."""
    x = RandomInputs(22).numbers(2, 3, 20)
    return [
        case(
            torch.arange(8.0).reshape(1, 2, 4),
            2,
            expected=torch.tensor([[[[0, 1], [4, 5]], [[2, 3], [6, 7.0]]]]),
        ),
        *in_all_dtypes(x, 4, oracle=_split),
        *in_all_dtypes(x, 5, oracle=_split),
        case(x, 1, oracle=_split, stage=EDGE, about="one head"),
        case(x, 20, oracle=_split, stage=EDGE, about="as many heads as channels"),
        property_holds(_whole_tensors, torch.ones(1, 8, 32), 4, stage=EDGE, about=MOVED),
    ]


def _merge(x: Tensor) -> Tensor:
    return torch.cat([x[:, h] for h in range(x.shape[1])], dim=-1)


def merge_heads() -> list[Case]:
    """Heads laid side by side are the oracle."""
    x = RandomInputs(23).numbers(2, 3, 4, 5)
    return [
        case(
            torch.arange(8.0).reshape(1, 2, 2, 2),
            expected=torch.tensor([[[0, 1, 4, 5], [2, 3, 6, 7.0]]]),
        ),
        *in_all_dtypes(x, oracle=_merge),
        case(
            _split(x.reshape(2, 3, 20), 4),
            expected=x.reshape(2, 3, 20),
            about="cut with 4 heads from (2, 3, 20)",
        ),
        case(x[:, :1], oracle=_merge, stage=EDGE, about="one head"),
        property_holds(_whole_tensors, torch.ones(1, 4, 8, 8), stage=EDGE, about=MOVED),
    ]


def _multi(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    """Head by head, out of slices of the weights."""
    C = x.shape[2]
    D = C // n_heads
    mixed = []
    for h in range(n_heads):
        columns = [slice(third * C + h * D, third * C + (h + 1) * D) for third in range(3)]
        q, k, v = (torch.einsum("btc,cd->btd", x, w_qkv[:, c]) + b_qkv[c] for c in columns)
        mixed.append(attended(q[:, None], k[:, None], v[:, None], mask)[:, 0])
    return torch.einsum("btc,cd->btd", torch.cat(mixed, dim=-1), w_out) + b_out


def multi_head_attention() -> list[Case]:
    """Head by head is the oracle; a head of width 1 by hand."""
    inputs = RandomInputs(24)
    by_hand = (
        torch.tensor([[[0.0], [1.0]]]),
        torch.tensor([[math.log(3), 1.0, 8.0]]),
        torch.tensor([0.0, 0.0, 4.0]),
        torch.tensor([[2.0]]),
        torch.tensor([1.0]),
    )
    B, T, C = 2, 4, 6
    weights = (
        inputs.numbers(C, 3 * C),
        inputs.numbers(3 * C),
        inputs.numbers(C, C),
        inputs.numbers(C),
    )
    x, causal = inputs.numbers(B, T, C), torch.ones(T, T).tril().bool()
    each = torch.stack([causal, torch.ones(T, T).bool()])[:, None]
    each[1, 0, :, 1] = False
    return [
        case(
            *by_hand,
            1,
            mask=torch.ones(2, 2).tril().bool(),
            expected=torch.tensor([[[9.0], [21.0]]]),
            about="one head; position 1 mixes the values 4 and 12 by ¼ and ¾",
        ),
        *in_all_dtypes(x, *weights, 3, oracle=_multi),
        *in_all_dtypes(x, *weights, 2, mask=causal, oracle=_multi, about="the causal mask"),
        *in_all_dtypes(x, *weights, 2, mask=each, oracle=_multi, about="a mask for each text"),
        case(x, *weights, 1, oracle=_multi, stage=EDGE, about="one head"),
    ]


def _waves(t: int, c: int) -> Tensor:
    rows = []
    for position in range(t):
        row = []
        for channel in range(c):
            angle = position / 10000 ** ((channel - channel % 2) / c)
            row.append(math.cos(angle) if channel % 2 else math.sin(angle))
        rows.append(row)
    return torch.tensor(rows, dtype=torch.float64)


def sinusoidal_positions() -> list[Case]:
    """Plain sines and cosines are the oracle; float32 may compute the angles."""
    near = {"rtol": 0.0, "atol": 3e-5, "oracle": _waves}
    inputs = RandomInputs(25)
    return [
        case(2, 4, **near),
        case(5, 6, **near),
        case(40, 10, **near),
        case(inputs.whole(3, 6), 2 * inputs.whole(6, 38), **near),
        case(inputs.whole(8, 39), 2 * inputs.whole(3, 5), **near),
        case(1, 2, **near, stage=EDGE),
    ]
