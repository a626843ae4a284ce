"""Nats of whole texts and bits per byte of pages, against the exact floor."""

import math

import pytest
import torch

from gptlab.engine.config import GPTConfig
from gptlab.engine.data import corpus
from gptlab.engine.evaluate import page_loss
from gptlab.engine.model.gpt import GPT
from gptlab.world.web import Web


@pytest.fixture(scope="module")
def web():
    return Web(0)


@pytest.fixture(scope="module")
def tokenizer(web):
    return corpus.train_tokenizer(web, 700, seed=0)


@pytest.fixture(scope="module")
def model(tokenizer):
    return GPT(
        GPTConfig(tokenizer.vocab_size, context=128, n_layers=1, n_heads=2, d_model=16), seed=3
    )


def test_text_nats_are_the_sum_over_tokens_and_the_end(model, tokenizer):
    texts = ["Paris.", "法国的首都是巴黎。", "a much longer text, so that the batch is padded"]
    end = tokenizer.special["endoftext"]
    for text, nats in zip(texts, page_loss.text_nats(model, tokenizer, texts)):
        ids = torch.tensor([[end, *tokenizer.encode(text), end]])
        logprobs = torch.log_softmax(model(ids).detach().double(), -1)[0]
        expected = -sum(float(logprobs[t, ids[0, t + 1]]) for t in range(ids.shape[1] - 1))
        assert float(nats) == pytest.approx(expected, rel=1e-5)


def test_a_text_beyond_the_context_is_refused(model, tokenizer):
    with pytest.raises(ValueError, match="context of 128"):
        page_loss.text_nats(model, tokenizer, ["1 2 3 4 5 6 7 8 9 " * 20])


def test_bits_per_byte_of_an_untrained_model_lie_above_the_floor(model, tokenizer, web):
    pages = page_loss.page_sample(web, tokenizer, 20, 128)
    found = page_loss.page_bits_per_byte(model, tokenizer, web, pages)
    nats = -sum(web.log_probability(p.text) for p in pages)
    floor = nats / math.log(2) / sum(len(p.text.encode()) for p in pages)
    assert found.floor_bits_per_byte == pytest.approx(floor)
    assert found.ratio == pytest.approx(found.bits_per_byte / found.floor_bits_per_byte)
    assert found.ratio > 2 and set(found.kinds) == {page.kind for page in pages}


def test_bits_per_byte_of_a_long_text_are_those_of_its_pieces(model, tokenizer):
    text = "The capital of France is Paris. " * 20
    ids = [tokenizer.special["endoftext"], *tokenizer.encode(text)]
    bits = 0.0
    for start in range(0, len(ids) - 1, 128):
        piece = torch.tensor([ids[start : start + 129]])
        logprobs = torch.log_softmax(model(piece[:, :-1]).detach().double(), -1)
        bits -= float(logprobs.gather(2, piece[:, 1:, None]).sum()) / math.log(2)
    found = page_loss.text_bits_per_byte(model, tokenizer, text)
    assert found == pytest.approx(bits / len(text.encode()), rel=1e-5)
