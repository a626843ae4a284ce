"""Claims in two languages, and a small translator."""

import pytest
import torch

from gptlab.experiments.transformer import translation
from gptlab.world.web import Web


@pytest.fixture(scope="module")
def web():
    return Web()


def test_claim_pairs_and_a_translator(web):
    claims = translation.ClaimPairs(web, n_pairs=150, n_new=10)
    assert len(claims.new) == 10 and not set(claims.new) & set(claims.train)
    source, keep, target = claims.batch(claims.new)
    assert bool((target[:, 0] == 1).all()) and claims.signs[:2] == [
        translation.STOP,
        translation.START,
    ]
    assert claims.text(target[0, 1:].tolist()) == "".join(claims.chinese(claims.new[0]))
    assert [claims.words[i] for i in source[0][keep[0]].tolist()] == claims.english(claims.new[0])
    model = claims.translator()
    losses = translation.train(model, claims, steps=20)
    assert losses[-1] < losses[0] and translation.accuracy(model, claims, blind=True) <= 0.2
    sentence = " ".join(claims.english(claims.new[0]))
    weights, signs, words = translation.cross_attention(model, claims, sentence)
    assert weights.shape == (len(signs), len(words))
    torch.testing.assert_close(weights.sum(-1), torch.ones(len(signs)))
    assert "".join(signs).startswith(translation.translate(model, claims, sentence))
    assert not any(layer.cross._forward_pre_hooks for layer in model.decoder.layers)
    with pytest.raises(KeyError):
        translation.translate(model, claims, "An elephant.")
