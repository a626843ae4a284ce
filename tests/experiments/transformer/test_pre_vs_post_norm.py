"""Norms before and after the sums: gradients, curves, means."""

import pytest
import torch

from gptlab.experiments.transformer import pre_vs_post_norm
from gptlab.world.web import Web


@pytest.fixture(scope="module")
def lines():
    return pre_vs_post_norm.Sentences(Web(), n=300)


def test_sentences_and_their_unigram_loss(lines):
    assert lines.ids.shape == lines.keep.shape and bool((lines.ids[:, 0] == 0).all())
    counts = torch.bincount(lines.ids[:, 1:][lines.keep[:, 1:]]).double()
    p = counts[counts > 0] / counts.sum()
    entropy = float(torch.distributions.Categorical(p).entropy())
    assert lines.unigram_loss() == pytest.approx(entropy, rel=1e-6)


@pytest.mark.parametrize("post", [False, True])
def test_gradients_are_one_a_layer(lines, post):
    for depth in (1, 3):
        norms = pre_vs_post_norm.gradients(lines, depth, post, seeds=(1,))
        assert len(norms) == depth and min(norms) > 0


def test_a_curve_falls_and_is_the_same_again(lines):
    losses = pre_vs_post_norm.loss_curve(lines, False, depth=1, steps=12)
    assert losses == pre_vs_post_norm.loss_curve(lines, False, depth=1, steps=12)
    assert losses[-1] < losses[0]


def test_means():
    assert pre_vs_post_norm.smooth([4, 2, 6], 2) == [4, 3, 4]
