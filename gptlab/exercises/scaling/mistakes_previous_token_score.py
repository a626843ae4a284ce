"""Wrong bodies of `previous_token_score` in gptlab/scaling.py."""

import torch
import torch.nn.functional as F

from gptlab.exercises.mistake import another_way, mistake


def _previous(name, hint):
    return mistake("scaling.previous_token_score", name, hint)


def _band(attention, offset):
    return attention.diagonal(offset=offset, dim1=-2, dim2=-1)


_previous("the token after", "Row t asks, column t − 1 is looked at: below the main diagonal.")(
    lambda attention: _band(attention, 1).mean(-1)
)
_previous("the token itself", "The main diagonal is how much each position looks at itself.")(
    lambda attention: _band(attention, 0).mean(-1)
)
_previous("two tokens before", "One place below the main diagonal, not two.")(
    lambda attention: _band(attention, -2).mean(-1)
)
_previous("divided by T", "Position 0 has nothing before it: T − 1 weights are averaged.")(
    lambda attention: _band(attention, -1).sum(-1) / attention.shape[-1]
)
_previous("a sum for a mean", "Divide by the number of positions that have a token before them.")(
    lambda attention: _band(attention, -1).sum(-1)
)
_previous("one number for all heads", "Each head has a score of its own.")(
    lambda attention: _band(attention, -1).mean()
)
_previous(
    "the first position that counts is left out", "Position 1 has a token before it: position 0."
)(lambda attention: _band(attention, -1)[..., 1:].mean(-1))
_previous("the last position is left out", "Position T − 1 looks back as well.")(
    lambda attention: _band(attention, -1)[..., :-1].mean(-1)
)
_previous("only the last row", "Every position from 1 on counts.")(
    lambda attention: attention[..., -1, -2]
)
_previous("the largest weight", "The mean, not the maximum.")(
    lambda attention: _band(attention, -1).amax(-1)
)
_previous(
    "how often it is looked at most",
    "The weights themselves are averaged, not how often they win.",
)(
    lambda attention: (
        (attention.argmax(-1)[..., 1:] == torch.arange(attention.shape[-1] - 1)).double().mean(-1)
    )
)
_previous("one weight a position", "The mean over positions is one number a head.")(
    lambda attention: _band(attention, -1)
)
_previous("everything before the token", "Only the token just before counts.")(
    lambda attention: attention.tril(-1).sum(-1)[..., 1:].mean(-1)
)
_previous(
    "torch.diagonal without axes",
    "diagonal takes the first two axes unless it is told otherwise: dim1=-2, dim2=-1.",
)(lambda attention: torch.diagonal(attention, offset=-1).mean(-1))
