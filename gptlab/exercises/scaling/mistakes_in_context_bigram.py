"""Wrong bodies of `in_context_bigram` in gptlab/scaling.py."""

import torch
import torch.nn.functional as F

from gptlab.exercises.mistake import another_way, mistake


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
