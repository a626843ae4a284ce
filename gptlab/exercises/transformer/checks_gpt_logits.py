"""The check of `gpt_logits`: three words by hand, and random weights with blocks of which no two commute."""

import torch
from torch import Tensor

from gptlab.exercises.case import EDGE, Case, RandomInputs, case, in_all_dtypes

__all__ = ["gpt_logits"]

WORDS = ("the", "cat", "sat", "down")
WTE = ((0.0, -1.0), (-2.0, -2.0), (1.0, 0.0), (-2.0, 2.0))
WPE = ((0.0, 0.0), (3.0, 2.0), (-2.0, 1.0))


def add_the_one_before(x: Tensor) -> Tensor:
    """Add to each position the vector of the one before it, as attention could; (B, T, C) -> (B, T, C)."""
    before = torch.cat([torch.zeros_like(x[:, :1]), x[:, :-1]], dim=1)
    return x + before


def double_the_positive(x: Tensor) -> Tensor:
    """Add relu(x) to x, as a feed-forward network could."""
    return x + x.clamp(min=0)


def halve(x: Tensor) -> Tensor:
    """Stands for the last norm where everything is to be worked out by hand."""
    return x / 2


def _mix(x: Tensor) -> Tensor:
    return x + torch.tanh(x.cumsum(dim=1))


def _bend(x: Tensor) -> Tensor:
    return x + torch.sin(2 * x) + 0.3


def _norm(x: Tensor) -> Tensor:
    return torch.tanh(x) * 1.5 + 0.2


def _whole(ids, wte, wpe, blocks, last_norm):
    """The oracle: one-hot rows for the look-ups, einsum for the head."""
    one_hot = torch.nn.functional.one_hot(ids, wte.shape[0]).to(wte)  # (B, T, V)
    x = torch.einsum("btv,vc->btc", one_hot, wte)
    x = x + wpe.narrow(0, 0, ids.shape[1]).expand_as(x)
    for block in blocks:
        x = block(x)
    return torch.einsum("btc,vc->btv", last_norm(x), wte)


def gpt_logits() -> list[Case]:
    """A GPT of four words by hand; random weights put together another way."""
    inputs = RandomInputs(36)
    by_hand = torch.tensor([[[0.5, 1, 0, -1], [0.5, -1, 1, -3], [-1, -2, 0, 2]]]).double()
    wte, wpe = inputs.numbers(7, 4), inputs.numbers(6, 4)
    square_wte, square_wpe = inputs.numbers(5, 5), inputs.numbers(5, 5)
    ids = torch.tensor([[3, 0, 3, 6, 1], [5, 2, 2, 4, 0]])
    parts = {"blocks": [_mix, _bend], "last_norm": _norm}
    return [
        case(
            torch.tensor([[0, 1, 2]]),
            torch.tensor(WTE).double(),
            torch.tensor(WPE).double(),
            blocks=[add_the_one_before, double_the_positive],
            last_norm=halve,
            expected=by_hand,
            about="the cat sat; block 0 adds the position before, block 1 adds relu(x), last_norm halves",
        ),
        *in_all_dtypes(ids, wte, wpe, oracle=_whole, about="N = 6 positions for T = 5", **parts),
        case(
            torch.tensor([[1, 4, 4, 0, 2], [3, 3, 0, 1, 2]]),
            square_wte,
            square_wpe,
            oracle=_whole,
            about="V = C = N = T = 5",
            **parts,
        ),
        case(ids[:, :1], wte, wpe, oracle=_whole, about="one token", **parts),
        case(ids, wte, wpe, blocks=[], last_norm=_norm, oracle=_whole, about="no blocks"),
        case(
            ids,
            wte,
            wpe,
            blocks=[_mix, _bend, _bend, _mix],
            last_norm=_norm,
            oracle=_whole,
            about="four blocks",
        ),
        case(
            ids,
            wte,
            wpe,
            blocks=(_bend, _mix),
            last_norm=_norm,
            oracle=_whole,
            stage=EDGE,
            about="blocks in a tuple",
        ),
    ]
