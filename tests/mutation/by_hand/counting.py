"""Wrong bodies of gptlab/ngram.py and gptlab/bpe.py."""

import math
import unicodedata
from collections import Counter

import regex
import torch
import torch.nn.functional as F

from gptlab.blanks.solutions import reference
from gptlab.bpe import GPT2_PATTERN

from . import wrong

# ---- ngram


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
    return F.nll_loss(logprobs.reshape(-1, logits.shape[-1]), targets.reshape(-1), ignore_index=ignore_index)


@wrong("ngram.cross_entropy")
def without_its_gradient(logits, targets, ignore_index=-100):
    return reference("ngram.cross_entropy")(logits.detach(), targets, ignore_index)


@wrong("ngram.cross_entropy")
def flattened_with_zero_for_ignored(logits, targets, ignore_index=-100):
    keep = targets != ignore_index
    losses = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), targets.clamp(min=0).reshape(-1), reduction="none")
    return losses[keep.reshape(-1)].sum() / targets.numel()


@wrong("ngram.perplexity")
def the_perplexity_of_the_mean(loss):
    return loss.mean().exp() if torch.is_tensor(loss) else math.exp(loss)


# ---- bpe


@wrong("bpe.pair_counts")
def small_ids_only(ids):
    return dict(Counter(zip(bytes(min(i, 255) for i in ids), ids[1:])))


@wrong("bpe.train_bpe")
def ties_by_how_often_the_tokens_come(text, vocab_size, pattern=GPT2_PATTERN):
    pieces, merges = [list(p.encode()) for p in regex.findall(pattern, text)], []
    while 256 + len(merges) < vocab_size:
        counts = Counter(pair for p in pieces for pair in zip(p, p[1:]))
        best = min(counts, key=lambda pair: (-counts[pair], sum(pair)), default=None)
        if best is None or counts[best] < 2:
            break
        pieces = [reference("bpe.merge_pair")(p, best, 256 + len(merges)) for p in pieces]
        merges.append(best)
    return merges


@wrong("bpe.train_bpe")
def pairs_counted_without_overlap(text, vocab_size, pattern=GPT2_PATTERN):
    def places(piece, pair):
        merged = reference("bpe.merge_pair")(piece, pair, -1)
        return merged.count(-1)

    pieces, merges = [list(p.encode()) for p in regex.findall(pattern, text)], []
    while 256 + len(merges) < vocab_size:
        pairs = {pair for p in pieces for pair in zip(p, p[1:])}
        counts = {pair: sum(places(p, pair) for p in pieces) for pair in pairs}
        best = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
        if best is None or counts[best] < 2:
            break
        pieces = [reference("bpe.merge_pair")(p, best, 256 + len(merges)) for p in pieces]
        merges.append(best)
    return merges


@wrong("bpe.train_bpe")
def only_the_first_hundred_letters(text, vocab_size, pattern=GPT2_PATTERN):
    return reference("bpe.train_bpe")(text[:100], vocab_size, pattern)


@wrong("bpe.encode")
def words_between_spaces(text, merges, pattern=GPT2_PATTERN):
    return reference("bpe.encode")(text, merges, r" ?\S+|\s+")


@wrong("bpe.encode")
def without_white_space_at_the_ends(text, merges, pattern=GPT2_PATTERN):
    return reference("bpe.encode")(text.strip(), merges, pattern)


@wrong("bpe.encode")
def accents_composed(text, merges, pattern=GPT2_PATTERN):
    return reference("bpe.encode")(unicodedata.normalize("NFC", text), merges, pattern)


@wrong("bpe.train_bpe")
def trained_on_small_letters(text, vocab_size, pattern=GPT2_PATTERN):
    return reference("bpe.train_bpe")(text.lower(), vocab_size, pattern)


@wrong("bpe.encode")
def small_letters_only(text, merges, pattern=GPT2_PATTERN):
    return reference("bpe.encode")(text.lower(), merges, pattern)


@wrong("bpe.encode")
def each_merge_in_its_turn_but_once(text, merges, pattern=GPT2_PATTERN):
    ids = []
    for piece in regex.findall(pattern, text):
        part = list(piece.encode())
        for i, pair in enumerate(merges):
            for t in range(len(part) - 1, 0, -1):  # from the right
                if tuple(part[t - 1:t + 1]) == tuple(pair):
                    part[t - 1:t + 1] = [256 + i]
        ids += part
    return ids


@wrong("bpe.decode")
def one_mark_for_a_run_of_bad_bytes(ids, merges):
    return regex.sub("\ufffd+", "\ufffd", reference("bpe.decode")(ids, merges)).replace("\0", "")
