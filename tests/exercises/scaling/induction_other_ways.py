"""Other ways to write the blanks about induction heads in gptlab/scaling.py."""

import torch
import torch.nn.functional as F

from gptlab import ngram
from tests.support.other_ways import other_way


@other_way("scaling.previous_token_score")
def with_indexing(attention):
    t = torch.arange(1, attention.shape[-1])
    return attention[..., t, t - 1].mean(-1)


@other_way("scaling.previous_token_score")
def with_a_mask(attention):
    n = attention.shape[-1]
    below = torch.ones(n, n).tril(-1) - torch.ones(n, n).tril(-2)
    return (attention * below).sum((-2, -1)) / (n - 1)


@other_way("scaling.previous_token_score")
def with_a_loop(attention):
    total = 0
    for t in range(1, attention.shape[-1]):
        total = total + attention[..., t, t - 1]
    return total / (attention.shape[-1] - 1)


@other_way("scaling.previous_token_score")
def without_the_first_row_and_the_last_column(attention):
    return torch.diagonal(attention[..., 1:, :-1], dim1=-2, dim2=-1).mean(dim=-1)


@other_way("scaling.induction_score")
def with_loops(attention, ids):
    scores, positions = torch.zeros_like(attention[..., 0, 0]), 0
    for t in range(len(ids)):
        weight, found = 0, False
        for s in range(t):
            if ids[s] == ids[t]:
                weight = weight + attention[..., t, s + 1]
                found = True
        if found:
            scores = scores + weight
            positions += 1
    return scores / positions if positions else scores


@other_way("scaling.induction_score")
def by_the_token_before(attention, ids):
    before = torch.cat([torch.tensor([-1]), ids[:-1]])
    target = (ids[:, None] == before[None, :]) & torch.ones(len(ids), len(ids)).tril().bool()
    n = target.any(dim=1).sum()
    if n == 0:
        return torch.zeros(attention.shape[:-2])
    return torch.where(target, attention, 0.0).sum(dim=(-2, -1)) / n


@other_way("scaling.induction_score")
def row_by_row(attention, ids):
    rows = []
    for t in range(1, len(ids)):
        places = (ids[:t] == ids[t]).nonzero().flatten() + 1
        if len(places):
            rows.append(attention[..., t, places].sum(-1))
    return torch.stack(rows).mean(0) if rows else attention.new_zeros(attention.shape[:-2])


@other_way("scaling.induction_score")
def with_einsum(attention, ids):
    same = (ids.unsqueeze(1) == ids.unsqueeze(0)).double().tril(diagonal=-1)
    target = F.pad(same, (1, 0))[:, :-1].to(attention.dtype)
    n = (same.sum(1) > 0).sum()
    return torch.einsum("...ts,ts->...", attention, target) / max(int(n), 1)


@other_way("scaling.in_context_bigram")
def with_the_bigram_table(ids, vocab_size):
    rows = []
    for t in range(len(ids)):
        counts = ngram.bigram_counts(ids[: t + 1], vocab_size)
        rows.append(ngram.bigram_probabilities(counts)[ids[t]])
    return torch.stack(rows)


@other_way("scaling.in_context_bigram")
def with_a_growing_table(ids, vocab_size):
    table = torch.zeros(vocab_size, vocab_size)
    out = torch.full((len(ids), vocab_size), 1 / vocab_size)
    for t in range(len(ids)):
        if t:
            table[ids[t - 1], ids[t]] += 1
        if table[ids[t]].sum() > 0:
            out[t] = table[ids[t]] / table[ids[t]].sum()
    return out


@other_way("scaling.in_context_bigram")
def with_dicts(ids, vocab_size):
    after: dict[int, list[int]] = {}
    rows, last = [], None
    for token in ids.tolist():
        if last is not None:
            after.setdefault(last, []).append(token)
        seen = after.get(token, [])
        rows.append(
            [seen.count(v) / len(seen) if seen else 1 / vocab_size for v in range(vocab_size)]
        )
        last = token
    return torch.tensor(rows)


@other_way("scaling.in_context_bigram")
def as_a_match_and_a_copy(ids, vocab_size):
    before = F.pad(ids[:-1], (1, 0), value=-1)
    match = ((ids[:, None] == before) & torch.ones(len(ids), len(ids)).tril().bool()).double()
    share = match / match.sum(1, keepdim=True)
    copied = share @ torch.eye(vocab_size, dtype=torch.float64)[ids]
    return torch.where(match.any(1, keepdim=True), copied, 1 / vocab_size)


@other_way("scaling.smear_keys")
def with_padding(k, alpha):
    before = torch.cat([k[:, :, :1], k[:, :, :-1]], dim=2)
    own = alpha.sigmoid().reshape(1, -1, 1, 1)
    return own * k + (1 - own) * before


@other_way("scaling.smear_keys")
def with_lerp(k, alpha):
    own = torch.sigmoid(alpha).view(-1, 1, 1)
    mixed = torch.lerp(k[:, :, :-1], k[:, :, 1:], own)
    return torch.cat((k[:, :, 0:1], mixed), 2)


@other_way("scaling.smear_keys")
def head_by_head(k, alpha):
    heads = []
    for h in range(k.shape[1]):
        a = torch.sigmoid(alpha[h])
        rows = [k[:, h, 0]] + [
            a * k[:, h, j] + (1 - a) * k[:, h, j - 1] for j in range(1, k.shape[2])
        ]
        heads.append(torch.stack(rows, dim=1))
    return torch.stack(heads, dim=1)


@other_way("scaling.smear_keys")
def with_a_matrix(k, alpha):
    n = k.shape[2]
    own = torch.sigmoid(alpha)[:, None, None]
    first = torch.zeros(n, n, dtype=k.dtype)
    first[0, 0] = 1
    eye, below = (
        torch.eye(n, dtype=k.dtype) - first,
        torch.eye(n, dtype=k.dtype).roll(1, 0).tril(-1),
    )
    return (first + own * eye + (1 - own) * below) @ k
