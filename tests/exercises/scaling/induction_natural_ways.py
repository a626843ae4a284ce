"""Wrong bodies about induction heads as people write them, and what each is to be told."""

import torch

from gptlab import ngram
from tests.support.natural_ways import natural

PREVIOUS = "scaling.previous_token_score"
INDUCT = "scaling.induction_score"
PAGE = "scaling.in_context_bigram"
SMEAR = "scaling.smear_keys"


@natural(PREVIOUS, "the token after")
def offset_one(attention):
    return torch.diagonal(attention, offset=1, dim1=-2, dim2=-1).mean(-1)


@natural(PREVIOUS, "torch.diagonal without axes")
def no_axes(attention):
    return attention.diagonal(-1).mean(-1)


@natural(PREVIOUS, "the token itself")
def main_diagonal(attention):
    t = torch.arange(attention.shape[-1])
    return attention[..., t, t].mean(-1)


@natural(PREVIOUS, "divided by T")
def with_the_first_row(attention):
    n = attention.shape[-1]
    return sum(attention[..., t, t - 1] for t in range(1, n)) / n


@natural(PREVIOUS, "one number for all heads")
def a_mean_of_everything(attention):
    return torch.diagonal(attention, -1, -2, -1).mean()


@natural(PREVIOUS, "a sum for a mean")
def summed(attention):
    return torch.diagonal(attention, -1, -2, -1).sum(-1)


@natural(INDUCT, "the earlier occurrence itself")
def off_by_one(attention, ids):
    same = (ids[:, None] == ids[None, :]) & torch.ones(len(ids), len(ids)).tril(-1).bool()
    n = same.any(1).sum()
    return (attention * same).sum((-1, -2)) / n.clamp(min=1)


@natural(INDUCT, "the token before the earlier occurrence")
def off_by_one_the_other_way(attention, ids):
    scores, n = 0, 0
    for t in range(len(ids)):
        earlier = [s for s in range(t) if ids[s] == ids[t]]
        if earlier:
            n += 1
            scores = scores + sum(attention[..., t, s - 1] for s in earlier if s > 0)
    return scores / n if n else torch.zeros(attention.shape[:-2])


@natural(INDUCT, "divided by T")
def a_mean_over_all_rows(attention, ids):
    same = (ids[:, None] == ids).tril(-1)
    target = torch.zeros_like(same)
    target[:, 1:] = same[:, :-1]
    return (attention * target).sum(-1).mean(-1)


@natural(INDUCT, "divided by the number of occurrences")
def a_mean_over_the_places(attention, ids):
    weights = []
    for t in range(len(ids)):
        weights += [attention[..., t, s + 1] for s in range(t) if ids[s] == ids[t]]
    return torch.stack(weights).mean(0) if weights else torch.zeros(attention.shape[:-2])


@natural(INDUCT, "only the latest earlier occurrence")
def the_latest(attention, ids):
    last, weights = {}, []
    for t, token in enumerate(ids.tolist()):
        if token in last:
            weights.append(attention[..., t, last[token] + 1])
        last[token] = t
    return torch.stack(weights).mean(0) if weights else torch.zeros(attention.shape[:-2])


@natural(INDUCT, "only the first occurrence")
def the_first(attention, ids):
    tokens, weights = ids.tolist(), []
    for t, token in enumerate(tokens):
        s = tokens.index(token)
        if s < t:
            weights.append(attention[..., t, s + 1])
    return torch.stack(weights).mean(0) if weights else torch.zeros(attention.shape[:-2])


@natural(INDUCT, "a fixed distance back, counted from the second time on")
def as_for_a_page_twice(attention, ids):
    period = len(ids) // 2
    return attention.diagonal(offset=1 - period, dim1=-2, dim2=-1)[..., 1:].mean(-1)


@natural(INDUCT, "0 divided by 0")
def without_a_guard(attention, ids):
    same = (ids[:, None] == ids).tril(-1)
    target = torch.nn.functional.pad(same, (1, 0))[:, :-1]
    return (attention * target).sum((-1, -2)) / same.any(1).sum()


@natural(INDUCT, "alike neighbours left out")
def before_t_only(attention, ids):
    scores, n = torch.zeros(attention.shape[:-2], dtype=attention.dtype), 0
    for t in range(len(ids)):
        found = False
        for s in range(t):
            if ids[s] == ids[t]:
                found = True
                if s + 1 < t:
                    scores = scores + attention[..., t, s + 1]
        n += found
    return scores / max(n, 1)


@natural(INDUCT, "one number for all heads")
def everything(attention, ids):
    same = (ids[:, None] == ids).tril(-1)
    target = torch.nn.functional.pad(same, (1, 0))[:, :-1]
    rows = (attention * target).sum(-1)[..., same.any(1)]
    return rows.mean() if rows.numel() else torch.zeros(attention.shape[:-2])


@natural(PAGE, "the whole page is counted")
def the_table_of_the_page(ids, vocab_size):
    table = ngram.bigram_probabilities(ngram.bigram_counts(ids, vocab_size))
    return table[ids]


@natural(PAGE, "a table of the vocabulary")
def the_table_itself(ids, vocab_size):
    return ngram.bigram_probabilities(ngram.bigram_counts(ids, vocab_size))


@natural(PAGE, "one pair too many")
def up_to_the_next(ids, vocab_size):
    rows = []
    for t in range(len(ids)):
        counts = ngram.bigram_counts(ids[: t + 2], vocab_size)
        rows.append(ngram.bigram_probabilities(counts)[ids[t]])
    return torch.stack(rows)


@natural(PAGE, "one pair too few")
def before_t(ids, vocab_size):
    rows = []
    for t in range(len(ids)):
        counts = ngram.bigram_counts(ids[:t], vocab_size)
        rows.append(ngram.bigram_probabilities(counts)[ids[t]])
    return torch.stack(rows)


@natural(PAGE, "0 where nothing came after it yet")
def zeros(ids, vocab_size):
    out = torch.zeros(len(ids), vocab_size)
    for t in range(len(ids)):
        followers = [int(ids[s + 1]) for s in range(t) if ids[s] == ids[t]]
        for v in followers:
            out[t, v] += 1 / len(followers)
    return out


@natural(PAGE, "0 divided by 0")
def nan_rows(ids, vocab_size):
    out = torch.zeros(len(ids), vocab_size)
    for t in range(len(ids)):
        for s in range(t):
            if ids[s] == ids[t]:
                out[t, ids[s + 1]] += 1
    return out / out.sum(1, keepdim=True)


@natural(PAGE, "counts begin at 1")
def smoothed(ids, vocab_size):
    rows = []
    for t in range(len(ids)):
        counts = ngram.bigram_counts(ids[: t + 1], vocab_size)
        rows.append(ngram.bigram_probabilities(counts, smoothing=1.0)[ids[t]])
    return torch.stack(rows)


@natural(PAGE, "only the latest time")
def a_dict_of_the_latest(ids, vocab_size):
    after, rows = {}, []
    for t, token in enumerate(ids.tolist()):
        if t:
            after[int(ids[t - 1])] = token
        row = torch.full((vocab_size,), 1 / vocab_size)
        if token in after:
            row = torch.zeros(vocab_size)
            row[after[token]] = 1.0
        rows.append(row)
    return torch.stack(rows)


@natural(PAGE, "what came before, not after")
def turned_round(ids, vocab_size):
    rows = []
    for t in range(len(ids)):
        counts = ngram.bigram_counts(ids[: t + 1], vocab_size).T
        rows.append(ngram.bigram_probabilities(counts)[ids[t]])
    return torch.stack(rows)


@natural(SMEAR, "the first key is mixed with the last")
def rolled(k, alpha):
    own = torch.sigmoid(alpha).view(1, -1, 1, 1)
    return own * k + (1 - own) * torch.roll(k, 1, 2)


@natural(SMEAR, "the first key is mixed with zeros")
def padded_with_zeros(k, alpha):
    own = torch.sigmoid(alpha).view(1, -1, 1, 1)
    before = torch.zeros_like(k)
    before[:, :, 1:] = k[:, :, :-1]
    return own * k + (1 - own) * before


@natural(SMEAR, "the two shares exchanged")
def exchanged(k, alpha):
    own = torch.sigmoid(alpha).view(1, -1, 1, 1)
    before = torch.cat([k[:, :, :1], k[:, :, :-1]], dim=2)
    return (1 - own) * k + own * before


@natural(SMEAR, "α without its sigmoid")
def plain_alpha(k, alpha):
    a = alpha.view(1, -1, 1, 1)
    before = torch.cat([k[:, :, :1], k[:, :, :-1]], dim=2)
    return a * k + (1 - a) * before


@natural(SMEAR, "mixed with keys that are mixed already")
def one_after_the_other(k, alpha):
    own = torch.sigmoid(alpha).view(1, -1, 1)
    new = [k[:, :, 0]]
    for j in range(1, k.shape[2]):
        new.append(own * k[:, :, j] + (1 - own) * new[j - 1])
    return torch.stack(new, dim=2)


@natural(SMEAR, "mixed with keys that are mixed already")
def cloned_and_written_over(k, alpha):
    own = torch.sigmoid(alpha)[:, None]
    k = k.clone()
    for j in range(1, k.shape[2]):
        k[:, :, j] = own * k[:, :, j].clone() + (1 - own) * k[:, :, j - 1].clone()
    return k


@natural(SMEAR, "the first key is gone")
def one_shorter(k, alpha):
    own = torch.sigmoid(alpha)[None, :, None, None]
    return own * k[:, :, 1:] + (1 - own) * k[:, :, :-1]


@natural(SMEAR, "the key after")
def the_wrong_way(k, alpha):
    own = torch.sigmoid(alpha)[None, :, None, None]
    after = torch.cat([k[:, :, 1:], k[:, :, -1:]], dim=2)
    return own * k + (1 - own) * after


@natural(SMEAR, "α laid along the last axis")
def no_axes_added(k, alpha):
    own = torch.sigmoid(alpha)
    return torch.cat([k[:, :, :1], own * k[:, :, 1:] + (1 - own) * k[:, :, :-1]], dim=2)
