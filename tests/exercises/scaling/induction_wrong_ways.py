"""Wrong bodies about induction heads, right almost everywhere: the checks must reject each."""

import torch

from gptlab.blanks.registry import reference
from tests.support.wrong_ways import wrong


@wrong("scaling.previous_token_score")
def never_above_a_half(attention):
    return reference("scaling.previous_token_score")(attention).clamp(max=0.5)


@wrong("scaling.previous_token_score")
def for_three_axes_only(attention):
    return attention.reshape(-1, *attention.shape[-2:]).diagonal(-1, -2, -1).mean(-1)


@wrong("scaling.induction_score")
def at_most_two_earlier_ones(attention, ids):
    total, n = torch.zeros(attention.shape[:-2], dtype=attention.dtype), 0
    for t in range(len(ids)):
        earlier = (ids[:t] == ids[t]).nonzero()[:, 0].tolist()
        n += bool(earlier)
        for s in earlier[-2:]:
            total = total + attention[..., t, s + 1]
    return total / max(n, 1)


@wrong("scaling.induction_score")
def a_new_token_costs_nothing_if_it_comes_again(attention, ids):
    score = reference("scaling.induction_score")(attention, ids)
    return score if len(ids) > 1 else score + 1


@wrong("scaling.in_context_bigram")
def the_vocabulary_of_the_page(ids, vocab_size):
    found = reference("scaling.in_context_bigram")(ids, vocab_size)
    n = len(ids.unique())
    return torch.where(found == 1 / vocab_size, torch.tensor(1 / n), found)


@wrong("scaling.in_context_bigram")
def a_repeated_token_counts_once(ids, vocab_size):
    rows = []
    for t in range(len(ids)):
        after = {int(ids[s + 1]) for s in range(t) if ids[s] == ids[t]}
        row = torch.full((vocab_size,), 1 / vocab_size)
        if after:
            row = torch.zeros(vocab_size)
            row[list(after)] = 1 / len(after)
        rows.append(row)
    return torch.stack(rows)


@wrong("scaling.smear_keys")
def the_same_in_every_text(k, alpha):
    return reference("scaling.smear_keys")(k, alpha)[:1].expand_as(k)


@wrong("scaling.smear_keys")
def a_gate_that_never_closes(k, alpha):
    return reference("scaling.smear_keys")(k, alpha.clamp(-4, 4))
