"""The checks of gptlab/neural_lm.py."""

from dataclasses import replace

import torch
from torch import Tensor

from gptlab.exercises.case import EDGE, Case, RandomInputs, case, in_all_dtypes


def _windows(ids: Tensor, n: int) -> tuple[Tensor, Tensor]:
    """Window by window."""
    text = ids.tolist()
    starts = range(len(text) - n)
    return (
        torch.tensor([[text[i + j] for j in range(n)] for i in starts]),
        torch.tensor([text[i + n] for i in starts]),
    )


def context_windows() -> list[Case]:
    """Windows cut one by one out of a list are the oracle, and one worked by hand."""
    text = torch.tensor([31, 4, 15, 92, 65, 35, 89, 79, 32])
    hand = torch.tensor([[5, 6, 7], [6, 7, 8]]), torch.tensor([8, 9])
    return [
        case(torch.tensor([5, 6, 7, 8, 9]), 3, expected=hand),
        *[case(text, n, oracle=_windows) for n in (2, 4)],
        case(RandomInputs(61).ids(5, 30), 3, oracle=_windows),
        case(text.int(), 3, oracle=_windows, about="int32"),
        case(
            torch.stack([text, text + 1], 1)[:, 0],
            3,
            oracle=_windows,
            about="not contiguous in memory",
        ),
        case(text, 1, oracle=_windows, stage=EDGE, about="windows of one token"),
        case(text, 8, oracle=_windows, stage=EDGE, about="a single window"),
    ]


def _scores(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    """One text, one hidden unit, one word of the vocabulary at a time."""
    T = context_ids.shape[1]
    C = embedding.shape[1]
    rows = []
    for ids in context_ids.tolist():
        hidden = []
        for f in range(w_hidden.shape[1]):
            parts = [
                (embedding[token] * w_hidden[t * C : (t + 1) * C, f]).sum()
                for t, token in enumerate(ids)
            ]
            hidden.append(torch.tanh(torch.stack(parts).sum() + b_hidden[f]))
        assert len(parts) == T
        rows.append(
            torch.stack(
                [
                    (torch.stack(hidden) * w_out[:, v]).sum() + b_out[v]
                    for v in range(w_out.shape[1])
                ]
            )
        )
    return torch.stack(rows)


def _network(inputs: RandomInputs, T: int, V: int, C: int, F: int) -> tuple[Tensor, ...]:
    shapes = (V, C), (T * C, F), (F,), (F, V), (V,)
    return tuple(inputs.numbers(*shape) for shape in shapes)


def _each_network(ids: Tensor, *network: Tensor, about: str = "") -> list[Case]:
    """Weights of every kind; ids lie in order in memory, as view() wants the vectors that they look up."""
    cases = in_all_dtypes(ids, *network, oracle=_scores, about=about)
    return [replace(case, arguments=(ids, *case.arguments[1:])) for case in cases]


def mlp_logits() -> list[Case]:
    """One number at a time is the oracle."""
    inputs = RandomInputs(62)
    ids = inputs.ids(7, 2, 3)
    network = _network(inputs, 3, 7, 4, 5)
    near = [part * 0.3 for part in network]
    small = [
        torch.eye(2).double(),
        torch.tensor([[1.0], [0], [0], [-1]]).double(),
        torch.tensor([0.0]).double(),
        torch.tensor([[2.0, -1.0]]).double(),
        torch.tensor([0.5, 0.0]).double(),
    ]
    return [
        case(torch.tensor([[0, 0]]), *small, oracle=_scores, about="the hidden unit is tanh 1"),
        *_each_network(ids, *network),
        *_each_network(inputs.ids(7, 4, 3), *near, about="small weights"),
        case(
            torch.tensor([[1, 1, 1], [6, 0, 6]]),
            *near,
            oracle=_scores,
            about="a token more than once",
        ),
        case(
            inputs.ids(6, 3, 1),
            *_network(inputs, 1, 6, 4, 2),
            oracle=_scores,
            stage=EDGE,
            about="a context of one token",
        ),
        case(ids[:1], *network, oracle=_scores, stage=EDGE, about="one text"),
    ]


def _stepped(params: list[Tensor], grads: list[Tensor], lr: float) -> list[Tensor]:
    """torch's own optimizer, on copies."""
    moved = [param.clone().requires_grad_() for param in params]
    for param, grad in zip(moved, grads, strict=True):
        param.grad = grad.clone()
    torch.optim.SGD(moved, lr=lr, foreach=False).step()
    return [param.detach() for param in moved]


def sgd_step() -> list[Case]:
    """torch's own optimizer is the oracle, and a step worked by hand."""
    inputs = RandomInputs(63)
    params = [inputs.numbers(2, 3), inputs.numbers(2, 3), inputs.numbers(4), inputs.numbers()]
    grads = [inputs.numbers(*param.shape) for param in params]
    hand = [torch.tensor([0.5, 4.5]).double()]
    return [
        case(
            [torch.tensor([1.0, 4.0]).double()],
            [torch.tensor([1.0, -1.0]).double()],
            0.5,
            expected=hand,
        ),
        *in_all_dtypes(params, grads, 0.1, oracle=_stepped, gradient=False),
        *in_all_dtypes(params[:2], grads[:2], 2.5, oracle=_stepped, gradient=False),
        case(tuple(params), tuple(grads), 0.01, oracle=_stepped, about="tuples"),
        case(
            params[:1],
            [torch.zeros(2, 3).double()],
            0.1,
            oracle=_stepped,
            stage=EDGE,
            about="a gradient of 0",
        ),
    ]
