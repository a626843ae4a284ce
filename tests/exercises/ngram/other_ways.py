"""Other ways to write gptlab/ngram.py."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from tests.support.other_ways import other_way


@other_way("ngram.bigram_counts")
def with_a_loop(ids, vocab_size):
    counts = torch.zeros(vocab_size, vocab_size, dtype=torch.int64)
    for first, second in zip(ids[:-1], ids[1:], strict=True):
        counts[first, second] += 1
    return counts


@other_way("ngram.bigram_counts")
def with_numpy(ids, vocab_size):
    counts = np.zeros((vocab_size, vocab_size), dtype=np.int32)
    np.add.at(counts, (ids[:-1].numpy(), ids[1:].numpy()), 1)
    return torch.from_numpy(counts)


@other_way("ngram.bigram_counts")
def with_one_hots(ids, vocab_size):
    one_hot = F.one_hot(ids, vocab_size)
    return one_hot[:-1].T @ one_hot[1:]


@other_way("ngram.bigram_counts")
def with_index_put(ids, vocab_size):
    counts = torch.zeros((vocab_size, vocab_size), dtype=torch.long)
    counts.index_put_(
        (ids[:-1], ids[1:]), torch.ones(len(ids) - 1, dtype=torch.long), accumulate=True
    )
    return counts


@other_way("ngram.bigram_counts")
def without_a_check(ids, vocab_size):
    counts = torch.zeros(vocab_size, vocab_size, dtype=torch.int64)
    for t in range(len(ids) - 1):
        counts[ids[t], ids[t + 1]] += 1
    return counts


@other_way("ngram.bigram_probabilities")
def row_by_row(counts, smoothing=0.0):
    out = torch.empty(counts.shape, dtype=torch.float64)
    for i, row in enumerate(counts):
        total = row.sum() + smoothing * len(row)
        out[i] = 1 / len(row) if total == 0 else (row + smoothing) / total
    return out


@other_way("ngram.bigram_probabilities")
def with_an_empty_row_filled(counts, smoothing=0.0):
    n = counts.float() + smoothing
    n[n.sum(1) == 0] = 1.0
    return F.normalize(n, p=1, dim=1)


@other_way("ngram.bigram_probabilities")
def with_einsum(counts, smoothing=0.0):
    n = counts.double() + smoothing
    n = n + (n.sum(dim=1, keepdim=True) == 0)
    return torch.einsum("ab,a->ab", n, 1 / n.sum(dim=1))


@other_way("ngram.cross_entropy")
def with_torch(logits, targets, ignore_index=-100):
    return F.cross_entropy(
        logits.reshape(-1, logits.shape[-1]), targets.reshape(-1), ignore_index=ignore_index
    )


@other_way("ngram.cross_entropy")
def with_one_hot_targets(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    one_hot = F.one_hot(torch.where(keep, targets, 0), logits.shape[-1]).bool()
    losses = -torch.where(one_hot, logits.log_softmax(-1), 0.0).sum(-1)
    return (losses * keep).sum() / keep.sum()


@other_way("ngram.cross_entropy")
def shifted_by_the_maximum(logits, targets, ignore_index=-100):
    shifted = logits - logits.max(dim=-1, keepdim=True).values
    total = torch.log(torch.exp(shifted).sum(-1))
    keep = targets != ignore_index
    index = targets.clone()
    index[~keep] = 0
    chosen = torch.gather(shifted, -1, index[..., None])[..., 0]
    return (total - chosen)[keep].mean()


@other_way("ngram.cross_entropy")
def one_at_a_time(logits, targets, ignore_index=-100):
    rows = zip(logits.reshape(-1, logits.shape[-1]), targets.flatten().tolist(), strict=True)
    losses = [-row.log_softmax(0)[target] for row, target in rows if target != ignore_index]
    return sum(losses) / len(losses)


@other_way("ngram.perplexity")
def math_for_numbers(loss):
    return torch.exp(loss) if torch.is_tensor(loss) else math.exp(loss)


@other_way("ngram.perplexity")
def a_power(loss):
    return math.e**loss


@other_way("ngram.perplexity")
def numpy_for_numbers(loss):
    return loss.exp() if isinstance(loss, torch.Tensor) else np.exp(loss)


@other_way("ngram.perplexity")
def always_a_tensor(loss):
    return torch.exp(torch.as_tensor(loss))


@other_way("ngram.bigram_counts")
def with_plain_lists(ids, vocab_size):
    text = ids.tolist()
    pairs = list(zip(text, text[1:]))
    return torch.tensor(
        [[pairs.count((a, b)) for b in range(vocab_size)] for a in range(vocab_size)]
    )


@other_way("ngram.bigram_counts")
def with_unique_pairs(ids, vocab_size):
    counts = torch.zeros(vocab_size, vocab_size, dtype=torch.int32)
    pairs, times = torch.stack([ids[:-1], ids[1:]], dim=1).unique(dim=0, return_counts=True)
    counts[pairs[:, 0], pairs[:, 1]] = times.int()
    return counts


@other_way("ngram.bigram_counts")
def with_a_sparse_table(ids, vocab_size):
    places = torch.stack([ids[:-1], ids[1:]])
    ones = torch.ones(places.shape[1], dtype=torch.int64)
    return torch.sparse_coo_tensor(places, ones, (vocab_size, vocab_size)).to_dense()


@other_way("ngram.bigram_probabilities")
def with_plain_numbers(counts, smoothing=0.0):
    rows = []
    for row in counts.tolist():
        row = [n + smoothing for n in row]
        rows.append([n / sum(row) for n in row] if sum(row) else [1 / len(row)] * len(row))
    return torch.tensor(rows)


@other_way("ngram.bigram_probabilities")
def with_nan_replaced(counts, smoothing=0.0):
    n = counts + smoothing
    return torch.nan_to_num(n / n.sum(-1, keepdim=True), nan=1.0 / counts.size(-1))


@other_way("ngram.bigram_probabilities")
def in_the_log(counts, smoothing=0.0):
    scores = (counts.double() + smoothing).log()
    return torch.where(scores.isneginf().all(dim=1, keepdim=True), 0.0, scores).softmax(dim=1)


@other_way("ngram.cross_entropy")
def with_classes_in_front(logits, targets, ignore_index=-100):
    return F.cross_entropy(
        logits.movedim(-1, 1) if logits.ndim > 2 else logits, targets, ignore_index=ignore_index
    )


@other_way("ngram.cross_entropy")
def with_einsum_and_one_hots(logits, targets, ignore_index=-100):
    keep = (targets != ignore_index).to(logits.dtype)
    one_hot = F.one_hot(targets.masked_fill(targets == ignore_index, 0), logits.shape[-1]).to(
        logits.dtype
    )
    return -torch.einsum("...v,...v,...->", logits.log_softmax(-1), one_hot, keep) / keep.sum()


@other_way("ngram.cross_entropy")
def by_index(logits, targets, ignore_index=-100):
    z, y = logits.flatten(0, -2), targets.flatten()
    places = (y != ignore_index).nonzero(as_tuple=True)[0]
    return (torch.logsumexp(z[places], -1) - z[places, y[places]]).sum().div(len(places))


@other_way("ngram.perplexity")
def by_its_type(loss):
    return (
        math.exp(loss)
        if isinstance(loss, (int, float))
        else torch.pow(torch.tensor(math.e, dtype=loss.dtype), loss)
    )
