"""Wrong bodies of gptlab/ngram.py, right almost everywhere: its checks must reject each."""

import math

import torch
import torch.nn.functional as F

from gptlab.blanks.registry import reference
from tests.support.wrong_ways import wrong


@wrong("ngram.bigram_counts")
def as_large_as_the_text_needs(ids, vocab_size):
    n = int(ids.max()) + 1
    return torch.bincount(ids[:-1] * n + ids[1:], minlength=n * n).reshape(n, n)


@wrong("ngram.bigram_counts")
def counts_that_stop_at_255(ids, vocab_size):
    return reference("ngram.bigram_counts")(ids, vocab_size).to(torch.uint8)


@wrong("ngram.bigram_counts")
def one_for_the_last_token(ids, vocab_size):
    counts = reference("ngram.bigram_counts")(ids, vocab_size)
    return counts if len(ids) > 1 else counts.index_put((ids, ids), torch.tensor(1))


@wrong("ngram.bigram_probabilities")
def never_quite_zero(counts, smoothing=0.0):
    n = counts + smoothing + 1e-3
    return n / n.sum(-1, keepdim=True)


@wrong("ngram.bigram_probabilities")
def uniform_also_where_smoothing_is(counts, smoothing=0.0):
    out = reference("ngram.bigram_probabilities")(counts, smoothing)
    return torch.where(counts.sum(-1, keepdim=True) == 0, 0.0, out) if smoothing else out


@wrong("ngram.bigram_probabilities")
def whole_numbers_of_smoothing(counts, smoothing=0.0):
    return reference("ngram.bigram_probabilities")(counts, int(smoothing))


@wrong("ngram.bigram_probabilities")
def at_least_one_below_the_line(counts, smoothing=0.0):
    n = counts + float(smoothing)
    out = n / n.sum(-1, keepdim=True).clamp(min=1.0)
    return torch.where(n.sum(-1, keepdim=True) == 0, 1 / counts.shape[-1], out)


@wrong("ngram.cross_entropy")
def clamped_probabilities(logits, targets, ignore_index=-100):
    logprobs = logits.softmax(-1).clamp(min=1e-12).log()
    return F.nll_loss(
        logprobs.reshape(-1, logits.shape[-1]), targets.reshape(-1), ignore_index=ignore_index
    )


@wrong("ngram.cross_entropy")
def without_its_gradient(logits, targets, ignore_index=-100):
    return reference("ngram.cross_entropy")(logits.detach(), targets, ignore_index)


@wrong("ngram.cross_entropy")
def flattened_with_zero_for_ignored(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    losses = F.cross_entropy(
        logits.reshape(-1, logits.shape[-1]), targets.clamp(min=0).reshape(-1), reduction="none"
    )
    return losses[keep.reshape(-1)].sum() / targets.numel()


@wrong("ngram.perplexity")
def the_perplexity_of_the_mean(loss):
    return loss.mean().exp() if torch.is_tensor(loss) else math.exp(loss)


@wrong("ngram.bigram_probabilities")
def a_very_small_number_everywhere(counts, smoothing=0.0):
    n = counts + smoothing + 1e-9
    return n / n.sum(-1, keepdim=True)
