"""The n-gram over arrays is the plain one over dicts, and a distribution."""

import numpy as np
import pytest
import torch

from gptlab.engine.evaluate.baselines.kneser_ney import KneserNey
from gptlab.engine.evaluate.baselines.token_ngram import TokenNgram


def text(n: int, vocab: int, seed: int) -> np.ndarray:
    draw = np.random.default_rng(seed)
    return np.minimum(draw.geometric(0.2, n) - 1, vocab - 1)  # some tokens come often, some hardly


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_equals_the_plain_one(order):
    vocab = 13
    ids, rest = text(900, vocab, order), text(200, vocab, 99)
    windows = torch.tensor(np.lib.stride_tricks.sliding_window_view(ids, order).copy())
    plain = KneserNey(windows[:, :-1], windows[:, -1], vocab)
    whole = np.concatenate([ids[len(ids) - order + 1 :], rest]) if order > 1 else rest
    asked = torch.tensor(np.lib.stride_tricks.sliding_window_view(whole, order).copy())
    expected = -float(plain.logprobs(asked[:, :-1], asked[:, -1]).mean())
    assert TokenNgram(ids, vocab, order).nats(rest, ids) == pytest.approx(expected, rel=1e-12)


def test_sums_to_one_and_reads_the_largest_ids():
    vocab = 4096
    ids = np.concatenate([np.full(50, vocab - 1), np.arange(vocab - 60, vocab)])
    model = TokenNgram(ids, vocab, 5)  # 60 bits
    before = ids[-4:]
    total = sum(np.exp(-model.nats(np.array([w]), before)) for w in range(0, vocab, 1))
    assert total == pytest.approx(1.0)
    assert model.nats(np.array([vocab - 1]), np.full(4, vocab - 1)) < 0.2


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="64 bits"):
        TokenNgram(np.arange(9), 4096, 6)
    with pytest.raises(ValueError, match="an n-gram joins 5"):
        TokenNgram(np.arange(4), 4096, 5)
    with pytest.raises(ValueError, match="0 tokens"):
        TokenNgram(np.arange(9), 16, 2).nats(np.array([], int), np.arange(3))
