"""Wrong bodies of `smear_keys` in gptlab/scaling.py."""

import torch
import torch.nn.functional as F

from gptlab.exercises.mistake import another_way, mistake


def _smear(name, hint):
    return mistake("scaling.smear_keys", name, hint)


def _mixed(k, own, other):
    """own·k_j + (1 − own)·other_j from the second key on."""
    return torch.cat([k[:, :, :1], own * k[:, :, 1:] + (1 - own) * other], dim=2)


def _own(alpha):
    return torch.sigmoid(alpha)[:, None, None]


_smear("the two shares exchanged", "σ(α) is the share of the key itself.")(
    lambda k, alpha: _mixed(k, 1 - _own(alpha), k[:, :, :-1])
)
_smear("α without its sigmoid", "σ turns any α into a share between 0 and 1.")(
    lambda k, alpha: _mixed(k, alpha[:, None, None], k[:, :, :-1])
)
_smear(
    "the first key is mixed with zeros",
    "It has none before it and stays as it is: your first key has shrunk.",
)(lambda k, alpha: _own(alpha) * k + (1 - _own(alpha)) * F.pad(k, (0, 0, 1, 0))[:, :, : k.shape[2]])
_smear(
    "the first key is mixed with the last",
    "torch.roll goes round: what falls off at one end comes in at the other.",
)(lambda k, alpha: _own(alpha) * k + (1 - _own(alpha)) * k.roll(1, dims=2))
_smear("the first key is gone", "As many keys come out as went in.")(
    lambda k, alpha: _own(alpha) * k[:, :, 1:] + (1 - _own(alpha)) * k[:, :, :-1]
)
_smear("the key after", "Mixed in is the key of the token before: no key may know what comes.")(
    lambda k, alpha: torch.cat(
        [_own(alpha) * k[:, :, :-1] + (1 - _own(alpha)) * k[:, :, 1:], k[:, :, -1:]], dim=2
    )
)


@_smear(
    "mixed with keys that are mixed already",
    "Yours hands on a little of every earlier key; mixed in is the key before as it was.",
)
def _running(k, alpha):
    rows, own = [k[:, :, 0]], torch.sigmoid(alpha)[:, None]
    for j in range(1, k.shape[2]):
        rows.append(own * k[:, :, j] + (1 - own) * rows[-1])
    return torch.stack(rows, dim=2)


_smear("a plain sum", "The shares of the two keys add up to 1.")(
    lambda k, alpha: torch.cat([k[:, :, :1], _own(alpha) * k[:, :, 1:] + k[:, :, :-1]], dim=2)
)
_smear("half of each, whatever α is", "The argument `alpha` changes nothing in your result.")(
    lambda k, alpha: _mixed(k, 0.5 + 0 * alpha[:, None, None], k[:, :, :-1])
)
_smear("one α for all heads", "Each head has its own: give alpha axes for T and D.")(
    lambda k, alpha: _mixed(k, torch.sigmoid(alpha.mean()), k[:, :, :-1])
)
_smear(
    "α laid along the last axis",
    "torch lines axes up from the last one: alpha belongs to H, so it needs two axes after it.",
)(lambda k, alpha: _mixed(k, torch.sigmoid(alpha), k[:, :, :-1]))
_smear("a softmax for the sigmoid", "A sigmoid looks at one number; softmax makes heads compete.")(
    lambda k, alpha: _mixed(k, alpha.softmax(0)[:, None, None], k[:, :, :-1])
)
_smear(
    "mixed along D",
    "The token axis is the last but one; the last holds the numbers of one key.",
)(
    lambda k, alpha: torch.cat(
        [k[..., :1], _own(alpha) * k[..., 1:] + (1 - _own(alpha)) * k[..., :-1]], dim=-1
    )
)
_smear(
    "mixed across heads",
    "Axis 1 holds the heads; the token before is on axis 2.",
)(
    lambda k, alpha: torch.cat(
        [
            k[:, :1],
            _own(alpha)[1:] * k[:, 1:] + (1 - _own(alpha)[1:]) * k[:, :-1],
        ],
        dim=1,
    )
)


@_smear("keys that are written over", "Make new keys: the ones given are still needed.")
def _in_place(k, alpha):
    k[:, :, 1:] = _own(alpha) * k[:, :, 1:] + (1 - _own(alpha)) * k[:, :, :-1].clone()
    return k


another_way("scaling.smear_keys", "the first key is mixed with zeros")(
    lambda k, alpha: torch.cat(
        [_own(alpha) * k[:, :, :1], _own(alpha) * k[:, :, 1:] + (1 - _own(alpha)) * k[:, :, :-1]],
        dim=2,
    )
)
