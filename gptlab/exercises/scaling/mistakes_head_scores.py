"""Wrong bodies of the two scores of heads in gptlab/scaling.py."""

import torch
import torch.nn.functional as F

from gptlab.exercises.mistake import another_way, mistake

# ---- previous_token_score


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

# ---- induction_score


def _induct(name, hint):
    return mistake("scaling.induction_score", name, hint)


def _same(ids):
    """[t, s]: the token of t occurred at s, and s is earlier."""
    return (ids[:, None] == ids).tril(-1)


def _at(ids, shift):
    """[t, s + shift] for each earlier occurrence s of the token of t."""
    same, moved = _same(ids), torch.zeros(len(ids), len(ids), dtype=torch.bool)
    for t, s in same.nonzero().tolist():
        if 0 <= s + shift < len(ids):
            moved[t, s + shift] = True
    return moved


def _n(ids):
    return _same(ids).any(-1).sum().clamp(min=1)


def _total(attention, places):
    return (attention * places).sum((-2, -1))


_induct(
    "the earlier occurrence itself",
    "That head looks for its own token. An induction head looks one place further: at what came next.",
)(lambda attention, ids: _total(attention, _at(ids, 0)) / _n(ids))
_induct(
    "the token before the earlier occurrence",
    "What came next is copied: one place after the earlier occurrence, not one before.",
)(lambda attention, ids: _total(attention, _at(ids, -1)) / _n(ids))
_induct("two places after the earlier occurrence", "One place after it.")(
    lambda attention, ids: _total(attention, _at(ids, 2)) / _n(ids)
)
_induct(
    "divided by T",
    "Positions whose token is new on the page cannot look back at it: they do not count.",
)(lambda attention, ids: _total(attention, _at(ids, 1)) / len(ids))
_induct(
    "divided by the number of occurrences",
    "With two earlier occurrences, their weights are added: the mean runs over positions.",
)(lambda attention, ids: _total(attention, _at(ids, 1)) / _same(ids).sum().clamp(min=1))
_induct("a sum for a mean", "Divide by the number of positions whose token has occurred before.")(
    lambda attention, ids: _total(attention, _at(ids, 1))
)
_induct("one number for all heads", "Each head has a score of its own.")(
    lambda attention, ids: (_total(attention, _at(ids, 1)) / _n(ids)).mean()
)
_induct(
    "positions that will occur again count too",
    "Earlier means s < t: the first occurrence has nothing to look back at.",
)(
    lambda attention, ids: (
        _total(attention, _at(ids, 1))
        / ((ids[:, None] == ids) & ~torch.eye(len(ids), dtype=torch.bool))
        .any(-1)
        .sum()
        .clamp(min=1)
    )
)
_induct(
    "rows and columns exchanged",
    "Row t is the position that asks, column s + 1 the one that is looked at.",
)(lambda attention, ids: _total(attention.mT, _at(ids, 1)) / _n(ids))
_induct("the next token is looked for", "The token that asks is ids[t], not the one after it.")(
    lambda attention, ids: (
        _total(attention[..., :-1, :-1], (ids[1:, None] == ids[:-1]).tril(-1)) / _n(ids)
    )
)


def _one_of(attention, ids, which):
    total, n = torch.zeros(attention.shape[:-2], dtype=attention.dtype), 0
    for t in range(len(ids)):
        earlier = (ids[:t] == ids[t]).nonzero()[:, 0].tolist()
        if earlier:
            total, n = total + attention[..., t, earlier[which] + 1], n + 1
    return total / max(n, 1)


_induct("only the latest earlier occurrence", "The weights on all of them are added up.")(
    lambda attention, ids: _one_of(attention, ids, -1)
)
_induct("only the first occurrence", "The weights on all of them are added up.")(
    lambda attention, ids: _one_of(attention, ids, 0)
)


@_induct(
    "a fixed distance back",
    "The page need not repeat with one period: look for the token, not for a distance.",
)
def _one_diagonal(attention, ids):
    distances = [t - s for t, s in _same(ids).nonzero().tolist()]
    if not distances:
        return torch.zeros(attention.shape[:-2], dtype=attention.dtype)
    return attention.diagonal(offset=1 - distances[0], dim1=-2, dim2=-1).mean(-1)


_induct(
    "a fixed distance back, counted from the second time on",
    "The page need not repeat with one period: look for the token, not for a distance.",
)(
    lambda attention, ids: attention.diagonal(offset=1 - len(ids) // 2, dim1=-2, dim2=-1)[
        ..., 1:
    ].mean(-1)
)


@_induct(
    "alike neighbours left out",
    "In A A the token after the first A is the second A itself: it counts.",
)
def _strictly_before(attention, ids):
    return _total(attention, _at(ids, 1).tril(-1)) / _n(ids)


@another_way("scaling.induction_score", "alike neighbours left out")
def _at_least_two_back(attention, ids):
    same = (ids[:, None] == ids).tril(-2)
    shares = [attention[..., t, s + 1] for t, s in same.nonzero().tolist()]
    if not shares:
        return torch.zeros(attention.shape[:-2], dtype=attention.dtype)
    return torch.stack(shares).sum(0) / same.any(-1).sum()


_induct(
    "0 divided by 0",
    "Where no token occurs twice there is nothing to average, and the score is 0.",
)(lambda attention, ids: _total(attention, _at(ids, 1)) / _same(ids).any(-1).sum())


@another_way("scaling.induction_score", "0 divided by 0")
def _mean_of_nothing(attention, ids):
    rows = [attention[..., t, 1:][..., _same(ids)[t, :-1]].sum(-1) for t in range(len(ids))]
    return torch.stack([row for t, row in enumerate(rows) if _same(ids)[t].any()]).mean(0)


@_induct(
    "the largest weight instead of the sum",
    "With two earlier occurrences, the weights on what followed them are added.",
)
def _largest(attention, ids):
    rows = (attention * _at(ids, 1)).amax(-1)
    return rows.sum(-1) / _n(ids)


@mistake(
    "scaling.previous_token_score",
    "divided by T²",
    "The mean is over T − 1 numbers: one for each position that counts.",
)
def _(attention):
    t = attention.shape[-1]
    return (attention * torch.diag(torch.ones(t - 1), -1)).mean((-2, -1))


@mistake("scaling.previous_token_score", "the last position left out", "t goes up to T − 1 itself.")
def _(attention):
    t = attention.shape[-1]
    return sum(attention[..., i, i - 1] for i in range(1, t - 1)) / (t - 1)


@mistake(
    "scaling.induction_score",
    "a mean over the places",
    "The share of a position is the sum over its places, not their mean.",
)
def _(attention, ids):
    T = len(ids)
    total, n = torch.zeros(attention.shape[:-2]), 0
    for t in range(T):
        places = [s + 1 for s in range(t) if ids[s] == ids[t]]
        if places:
            total = total + attention[..., t, places].mean(-1)
            n += 1
    return total / n if n else total
