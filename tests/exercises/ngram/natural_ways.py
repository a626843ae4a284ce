"""Wrong bodies of gptlab/ngram.py as people write them, and what each is to be told."""

import torch

from tests.support.natural_ways import natural

# ---- bigram_counts


@natural("ngram.bigram_counts", "one row for all rows")
def a_list_times_a_number(ids, vocab_size):
    counts = [[0] * vocab_size] * vocab_size
    for a, b in zip(ids[:-1].tolist(), ids[1:].tolist()):
        counts[a][b] += 1
    return torch.tensor(counts)


@natural("ngram.bigram_counts", "a pair that comes again is not counted again")
def all_at_once(ids, vocab_size):
    counts = torch.zeros(vocab_size, vocab_size, dtype=torch.int64)
    counts[ids[:-1], ids[1:]] += 1
    return counts


@natural("ngram.bigram_counts", "a pair behind the end")
def one_step_too_far(ids, vocab_size):
    counts = torch.zeros((vocab_size, vocab_size), dtype=torch.int64)
    for t in range(len(ids)):
        counts[ids[t], ids[t + 1]] += 1
    return counts


@natural("ngram.bigram_counts", "counts that are not whole numbers")
def float_counts(ids, vocab_size):
    counts = torch.zeros(vocab_size, vocab_size)
    for a, b in zip(ids[:-1], ids[1:]):
        counts[a, b] += 1
    return counts


@natural("ngram.bigram_counts", "both directions counted")
def both_ways(ids, vocab_size):
    counts = torch.zeros(vocab_size, vocab_size, dtype=torch.int64)
    for a, b in zip(ids[:-1], ids[1:]):
        counts[a, b] += 1
        counts[b, a] += 1
    return counts


@natural("ngram.bigram_counts", "all pairs, not only neighbours")
def every_later_token(ids, vocab_size):
    counts = torch.zeros(vocab_size, vocab_size, dtype=torch.int64)
    for i in range(len(ids)):
        for j in range(i + 1, len(ids)):
            counts[ids[i], ids[j]] += 1
    return counts


@natural("ngram.bigram_counts", "one too many everywhere")
def from_ones(ids, vocab_size):
    counts = torch.ones(vocab_size, vocab_size, dtype=torch.int64)
    for a, b in zip(ids[:-1], ids[1:]):
        counts[a, b] += 1
    return counts


@natural("ngram.bigram_counts", "a list for a tensor")
def nested_lists(ids, vocab_size):
    counts = [[0] * vocab_size for _ in range(vocab_size)]
    for a, b in zip(ids[:-1], ids[1:]):
        counts[a][b] += 1
    return counts


@natural("ngram.bigram_counts", "rows and columns swapped")
def column_first(ids, vocab_size):
    counts = torch.zeros(vocab_size, vocab_size, dtype=torch.int64)
    for a, b in zip(ids[:-1], ids[1:]):
        counts[b, a] += 1
    return counts


@natural("ngram.bigram_counts", "the last pair left out")
def two_short(ids, vocab_size):
    counts = torch.zeros(vocab_size, vocab_size, dtype=torch.int64)
    for t in range(len(ids) - 2):
        counts[ids[t], ids[t + 1]] += 1
    return counts


@natural("ngram.bigram_counts", "the last token is followed by the first")
def looking_back(ids, vocab_size):
    counts = torch.zeros(vocab_size, vocab_size, dtype=torch.int64)
    for t in range(len(ids)):
        counts[ids[t - 1], ids[t]] += 1
    return counts


# ---- bigram_probabilities


@natural("ngram.bigram_probabilities", "keepdim forgotten")
def lost_axis(counts, smoothing=0.0):
    n = counts + smoothing
    return n / n.sum(1)


@natural("ngram.bigram_probabilities", "floats added to whole numbers in place")
def added_in_place(counts, smoothing=0.0):
    counts += smoothing
    return counts / counts.sum(1, keepdim=True)


@natural("ngram.bigram_probabilities", "smoothing after the division")
def smoothed_too_late(counts, smoothing=0.0):
    return counts / counts.sum(1, keepdim=True) + smoothing


@natural("ngram.bigram_probabilities", "shares rounded down to whole numbers")
def whole_division(counts, smoothing=0.0):
    n = counts + smoothing
    return n // n.sum(1, keepdim=True)


@natural("ngram.bigram_probabilities", "shares rounded down to whole numbers")
def rows_into_integers(counts, smoothing=0.0):
    out = torch.zeros_like(counts)
    for i, row in enumerate(counts):
        total = row.sum() + smoothing * len(row)
        out[i] = (row + smoothing) / total if total > 0 else 1 / len(row)
    return out


@natural("ngram.bigram_probabilities", "a little added to every count")
def a_tiny_number_against_zero(counts, smoothing=0.0):
    c = counts + smoothing + 1e-9
    return c / c.sum(-1, keepdim=True)


@natural("ngram.bigram_probabilities", "a little added to every count")
def another_tiny_number(counts, smoothing=0.0):
    c = counts + max(smoothing, 1e-12)
    return c / c.sum(dim=1, keepdim=True)


@natural("ngram.bigram_probabilities", "zeros for a token never seen")
def a_little_below_the_line(counts, smoothing=0.0):
    n = counts + smoothing
    return n / (n.sum(1, keepdim=True) + 1e-9)


@natural("ngram.bigram_probabilities", "columns divided, not rows")
def down_the_columns(counts, smoothing=0.0):
    n = counts + smoothing
    return n / n.sum(0)


@natural("ngram.bigram_probabilities", "smoothing left out")
def ignored(counts, smoothing=0.0):
    return counts / counts.sum(1, keepdim=True)


@natural("ngram.bigram_probabilities", "smoothing left out")
def ignored_with_zeros(counts, smoothing=0.0):
    return counts / counts.sum(1, keepdim=True).clamp(min=1)


@natural("ngram.bigram_probabilities", "smoothing missing below the fraction line")
def smoothed_above(counts, smoothing=0.0):
    return (counts + smoothing) / counts.sum(1, keepdim=True)


@natural("ngram.bigram_probabilities", "divided by the sum of the whole table")
def by_the_whole(counts, smoothing=0.0):
    n = counts + smoothing
    return n / n.sum()


@natural("ngram.bigram_probabilities", "0 / 0 for a token never seen")
def as_on_the_card(counts, smoothing=0.0):
    return (counts + smoothing) / (counts + smoothing).sum(1, keepdim=True)


# ---- cross_entropy


@natural("ngram.cross_entropy", "the log of a softmax that rounded to 0")
def log_of_softmax(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    p = torch.softmax(logits[keep], dim=-1)
    return -p.gather(-1, targets[keep][..., None]).squeeze(-1).log().mean()


@natural("ngram.cross_entropy", "the log of a softmax that rounded to 0")
def log_first_then_gather(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    p = torch.softmax(logits[keep], dim=-1).log()
    return -p.gather(-1, targets[keep][:, None]).mean()


@natural("ngram.cross_entropy", "a little added inside the logarithm")
def a_tiny_number_inside(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    p = torch.softmax(logits[keep], dim=-1)
    return -(p.gather(-1, targets[keep][:, None]) + 1e-9).log().mean()


@natural("ngram.cross_entropy", "a little added inside the logarithm")
def another_tiny_number_inside(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    p = torch.softmax(logits[keep], dim=-1)
    return -(p + 1e-12).log().gather(-1, targets[keep][:, None]).mean()


@natural("ngram.cross_entropy", "exp overflows")
def logsumexp_without_the_maximum(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    z, y = logits[keep], targets[keep]
    return (z.exp().sum(-1).log() - z.gather(-1, y[:, None])[:, 0]).mean()


@natural("ngram.cross_entropy", "targets to be ignored looked up all the same")
def looked_up_first(logits, targets, ignore_index=-100):
    logp = torch.log_softmax(logits, dim=-1)
    chosen = logp.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    return -chosen[targets != ignore_index].mean()


@natural("ngram.cross_entropy", "gather without an axis for the targets")
def index_with_one_axis_less(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    return -torch.log_softmax(logits[keep], dim=-1).gather(-1, targets[keep]).mean()


@natural("ngram.cross_entropy", "whole rows picked by the targets")
def rows_by_target(logits, targets, ignore_index=-100):
    logp = logits.log_softmax(-1)
    return -logp[targets].mean()


@natural("ngram.cross_entropy", "a number for a tensor")
def a_python_number(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    z, y = logits[keep], targets[keep]
    return float((z.logsumexp(-1) - z.gather(-1, y[:, None])[:, 0]).mean())


@natural("ngram.cross_entropy", "a number for a tensor")
def with_item(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    return -logits[keep].log_softmax(-1).gather(-1, targets[keep][:, None]).mean().item()


@natural("ngram.cross_entropy", "the mean over the whole vocabulary")
def mean_over_everything(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    return -logits[keep].log_softmax(-1).mean()


@natural("ngram.cross_entropy", "one surprise for each target")
def no_mean(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    return -logits[keep].log_softmax(-1).gather(-1, targets[keep][:, None])[:, 0]


@natural("ngram.cross_entropy", "the minus sign is missing")
def without_minus(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    return logits[keep].log_softmax(-1).gather(-1, targets[keep][:, None]).mean()


@natural("ngram.cross_entropy", "a sum for a mean")
def summed(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    return -logits[keep].log_softmax(-1).gather(-1, targets[keep][:, None]).sum()


@natural("ngram.cross_entropy", "ignored targets counted in the mean")
def divided_by_all(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    chosen = logits[keep].log_softmax(-1).gather(-1, targets[keep][:, None])
    return -chosen.sum() / targets.numel()


@natural("ngram.cross_entropy", "the log of the mean probability")
def log_of_the_mean(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    return -logits[keep].softmax(-1).gather(-1, targets[keep][:, None]).mean().log()


@natural("ngram.cross_entropy", "only two axes")
def for_two_axes_only(logits, targets, ignore_index=-100):
    logp = logits.log_softmax(-1)
    losses = [-logp[n, y] for n, y in enumerate(targets) if y != ignore_index]
    return sum(losses) / len(losses)


@natural("ngram.cross_entropy", "bits for nats")
def in_bits(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    p = logits[keep].softmax(-1).gather(-1, targets[keep][:, None])
    return -p.log2().mean()


# ---- perplexity


# ---- one fault in a body that is right otherwise


@natural("ngram.cross_entropy", "all targets looked up in every row")
def every_column(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    logp = logits - logits.logsumexp(dim=-1, keepdim=True)
    return -logp[keep][:, targets[keep]].mean()


@natural("ngram.cross_entropy", "all targets looked up in every row")
def every_column_of_the_kept(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    z, y = logits[keep], targets[keep]
    return (z.logsumexp(-1) - z[:, y]).mean()
