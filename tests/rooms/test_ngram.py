"""What the counting functions refuse, and ids of one byte."""

import pytest
import torch

from gptlab import ngram


def test_bigram_counts_of_narrow_ids_and_of_almost_no_text():
    ids = torch.tensor([250, 255, 250], dtype=torch.uint8)
    assert ngram.bigram_counts(ids, 256)[255, 250] == 1
    assert ngram.bigram_counts(torch.tensor([3]), 5).sum() == 0
    assert ngram.bigram_counts(torch.tensor([], dtype=torch.long), 5).shape == (5, 5)


def test_bigram_counts_refuses_an_id_outside_the_vocabulary():
    with pytest.raises(ValueError, match="7.*5"):
        ngram.bigram_counts(torch.tensor([0, 7]), 5)


def test_bigram_probabilities_refuses_a_negative_smoothing():
    with pytest.raises(ValueError, match="-0.5"):
        ngram.bigram_probabilities(torch.ones(4, 4), smoothing=-0.5)
