"""Wrong bodies of the blanks about induction heads in gptlab/scaling.py."""

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


_induct(
    "0 divided by 0",
    "Where no token occurs twice there is nothing to average, and the score is 0.",
)(lambda attention, ids: _total(attention, _at(ids, 1)) / _same(ids).any(-1).sum())


@_induct(
    "the largest weight instead of the sum",
    "With two earlier occurrences, the weights on what followed them are added.",
)
def _largest(attention, ids):
    rows = (attention * _at(ids, 1)).amax(-1)
    return rows.sum(-1) / _n(ids)


# ---- in_context_bigram


def _page(name, hint):
    return mistake("scaling.in_context_bigram", name, hint)


def _pairs(ids, vocab_size):
    """Counts of all pairs of neighbours."""
    counts = torch.zeros(vocab_size, vocab_size)
    for first, second in zip(ids[:-1].tolist(), ids[1:].tolist(), strict=True):
        counts[first, second] += 1
    return counts


def _rows(counts, vocab_size):
    total = counts.sum(-1, keepdim=True)
    return torch.where(total > 0, counts / total.clamp(min=1), 1 / vocab_size)


def _so_far(ids, vocab_size, until=1):
    """The counts after each position's token, of the pairs before `until` places later."""
    return torch.stack(
        [_pairs(ids[: t + until], vocab_size)[token] for t, token in enumerate(ids.tolist())]
    )


_page(
    "the whole page is counted",
    "Position t may know ids[0 … t] only: your table has seen the token that it is to predict.",
)(lambda ids, vocab_size: _rows(_pairs(ids, vocab_size), vocab_size)[ids])
_page(
    "one pair too many",
    "The pair (ids[t], ids[t + 1]) is the answer: at position t it is still to come.",
)(lambda ids, vocab_size: _rows(_so_far(ids, vocab_size, 2), vocab_size))
_page(
    "one pair too few",
    "The pair that ends at ids[t] has been read already, and counts.",
)(lambda ids, vocab_size: _rows(_so_far(ids, vocab_size, 0), vocab_size))
_page("counts, not shares", "Every row sums to 1: divide by the number of pairs that it counts.")(
    lambda ids, vocab_size: torch.where(
        (c := _so_far(ids, vocab_size)).sum(-1, keepdim=True) > 0, c, 1 / vocab_size
    )
)
_page("0 where nothing came after it yet", "With nothing known, every token is as likely.")(
    lambda ids, vocab_size: (c := _so_far(ids, vocab_size)) / c.sum(-1, keepdim=True).clamp(min=1)
)
_page("0 divided by 0", "With nothing known, every token is as likely: 1 / vocab_size.")(
    lambda ids, vocab_size: (c := _so_far(ids, vocab_size)) / c.sum(-1, keepdim=True)
)
_page("counts begin at 1", "That is smoothing: here a token that never came after it gets 0.")(
    lambda ids, vocab_size: (c := _so_far(ids, vocab_size) + 1) / c.sum(-1, keepdim=True)
)
_page(
    "a table of the vocabulary",
    "One row for each position of the page: look up the row of the token there.",
)(lambda ids, vocab_size: _rows(_pairs(ids, vocab_size), vocab_size))


def _single_tokens(ids, vocab_size):
    return torch.stack(
        [torch.bincount(ids[: t + 1], minlength=vocab_size).float() for t in range(len(ids))]
    )


_page(
    "tokens are counted, not pairs",
    "Only what came right after an earlier ids[t] counts, not everything on the page.",
)(lambda ids, vocab_size: _rows(_single_tokens(ids, vocab_size), vocab_size))
_page(
    "what came before, not after",
    "A pair is (token, the one after it): look the row up by the first of the two.",
)(
    lambda ids, vocab_size: _rows(
        torch.stack([_pairs(ids[: t + 1], vocab_size)[:, v] for t, v in enumerate(ids.tolist())]),
        vocab_size,
    )
)


def _latest(ids, vocab_size, which):
    rows = []
    for t, token in enumerate(ids.tolist()):
        earlier = (ids[:t] == token).nonzero()[:, 0].tolist()
        row = torch.full((vocab_size,), 1 / vocab_size)
        if earlier:
            row = F.one_hot(ids[earlier[which] + 1], vocab_size).float()
        rows.append(row)
    return torch.stack(rows)


_page("only the latest time", "Every earlier occurrence of ids[t] counts, not only the latest.")(
    lambda ids, vocab_size: _latest(ids, vocab_size, -1)
)
_page("only the first time", "Every earlier occurrence of ids[t] counts, not only the first.")(
    lambda ids, vocab_size: _latest(ids, vocab_size, 0)
)
_page(
    "the row of the token before",
    "Row t predicts what comes after ids[t], so it is looked up by ids[t].",
)(
    lambda ids, vocab_size: _rows(
        torch.stack(
            [_pairs(ids[: t + 1], vocab_size)[ids[max(t - 1, 0)]] for t in range(len(ids))]
        ),
        vocab_size,
    )
)
_page(
    "the page counted without the last pair",
    "Position t may know ids[0 … t] only: the earlier rows know what is still to come.",
)(lambda ids, vocab_size: _rows(_pairs(ids[:-1], vocab_size), vocab_size)[ids])
_page(
    "as likely among the tokens seen",
    "With nothing known, every token of the vocabulary is as likely, also one that has not occurred.",
)(
    lambda ids, vocab_size: torch.where(
        (c := _so_far(ids, vocab_size)).sum(-1, keepdim=True) > 0,
        c / c.sum(-1, keepdim=True).clamp(min=1),
        (s := (_single_tokens(ids, vocab_size) > 0).float()) / s.sum(-1, keepdim=True),
    )
)

# ---- smear_keys


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
