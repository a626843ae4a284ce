"""What a table of pairs reaches on the ladder's held-out pages: lesson 01's bigram, with the reader's functions."""

import torch

from gptlab import ngram
from gptlab.experiments.scaling.ladder import VOCABULARY, Ground

SMOOTHING = 0.02  # added to each count


def pair_table_loss(ground: Ground, seed: int = 0) -> float:
    """Nats a token of the bigram table counted on all pages of one seed."""
    counts = ngram.bigram_counts(ground.stream(seed), VOCABULARY)
    logprobs = ngram.bigram_probabilities(counts, SMOOTHING).log()
    end = ground.tokenizer.special["endoftext"]
    total = 0.0
    for ids in ground.tokenizer.encode_batch([page.text for page in ground.pages]):
        row = torch.tensor([end, *ids, end])
        total -= float(logprobs[row[:-1], row[1:]].sum())
    return total / ground.n_tokens
