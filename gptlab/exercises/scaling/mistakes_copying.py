"""Wrong bodies of `in_context_bigram` and `smear_keys` in gptlab/scaling.py."""

import torch
import torch.nn.functional as F

from gptlab.exercises.mistake import another_way, mistake

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
another_way("scaling.in_context_bigram", "counts, not shares")(
    lambda ids, vocab_size: _so_far(ids, vocab_size)
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


@mistake(
    "scaling.in_context_bigram",
    "the last occurrence counted below",
    "Nothing has come after the last occurrence yet: divide by what came after.",
)
def _(ids, vocab_size):
    T = len(ids)
    out = torch.full((T, vocab_size), 1 / vocab_size)
    for t in range(T):
        c = torch.zeros(vocab_size)
        for s in range(t):
            if ids[s] == ids[t]:
                c[ids[s + 1]] += 1
        if c.sum() > 0:
            out[t] = c / (ids[: t + 1] == ids[t]).sum()
    return out


@mistake(
    "scaling.in_context_bigram", "each follower counted once", "How often each one came counts."
)
def _(ids, vocab_size):
    T = len(ids)
    out = torch.full((T, vocab_size), 1 / vocab_size)
    for t in range(T):
        c = torch.zeros(vocab_size)
        for s in range(t):
            if ids[s] == ids[t]:
                c[ids[s + 1]] = 1
        if c.sum() > 0:
            out[t] = c / c.sum()
    return out


@mistake("scaling.smear_keys", "the first head's α for all", "Each head has an α of its own.")
def _(k, alpha):
    g = torch.sigmoid(alpha[0])
    out = k.clone()
    out[:, :, 1:] = g * k[:, :, 1:] + (1 - g) * k[:, :, :-1]
    return out


@mistake(
    "scaling.smear_keys",
    "the key itself kept whole",
    "The two shares add up to 1: σ(α) is that of the key itself.",
)
def _(k, alpha):
    g = torch.sigmoid(alpha)[None, :, None, None]
    out = k.clone()
    out[:, :, 1:] = k[:, :, 1:] + (1 - g) * k[:, :, :-1]
    return out


@mistake("scaling.smear_keys", "no gradient to α", "α is learnt: leave it in torch.")
def _(k, alpha):
    g = torch.sigmoid(alpha.detach())[None, :, None, None]
    return torch.cat([k[:, :, :1], g * k[:, :, 1:] + (1 - g) * k[:, :, :-1]], 2)
