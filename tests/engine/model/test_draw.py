"""The quick draw of a token: the reference's tokens to the last one, and hers where she draws in another way."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gptlab import sampling
from gptlab.engine.model import generate
from gptlab.engine.model.fast import draw


@pytest.fixture(autouse=True)
def new_proofs():
    draw._proofs.clear()
    yield
    draw._proofs.clear()


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 40),
    st.integers(1, 700),
    st.sampled_from([1e-6, 0.3, 1.0, 2.5]),
    st.integers(0, 2**30),
)
def test_the_tokens_are_the_reference_s(n, vocabulary, temperature, seed):
    logits = 5 * torch.randn(n, vocabulary, generator=torch.Generator().manual_seed(seed))
    hers, ours = (torch.Generator().manual_seed(seed) for _ in range(2))
    expected = sampling.sample_next(logits, temperature, None, None, hers)
    before = logits.clone()
    given = draw.draw(logits, temperature, draw.uniform(n, ours, "cpu"))
    assert torch.equal(given, expected) and torch.equal(logits, before)
    assert torch.equal(hers.get_state(), ours.get_state())
    again = torch.Generator().manual_seed(seed)
    assert torch.equal(generate.next_tokens(logits, temperature, generator=again), expected)


def multinomial(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    chances = torch.softmax(logits / temperature, dim=-1)
    return torch.multinomial(chances, 1, generator=generator)[:, 0]


def twice_as_warm(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return draw.draw(logits, 2 * temperature, draw.uniform(len(logits), generator, "cpu"))


def one_number_too_many(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    tokens = draw.draw(logits, temperature, draw.uniform(len(logits), generator, "cpu"))
    torch.rand(1, generator=generator)
    return tokens


def empty(*_, **__):
    raise NotImplementedError


@pytest.mark.parametrize("body", [multinomial, twice_as_warm, one_number_too_many, empty])
def test_hers_runs_where_it_draws_otherwise(monkeypatch, body):
    assert draw.prove_equal()
    monkeypatch.setattr(sampling, "sample_next", body)
    assert not draw.prove_equal()
    if body is not empty:
        logits = torch.randn(50, 30, generator=torch.Generator().manual_seed(1))
        own, other = (torch.Generator().manual_seed(2) for _ in range(2))
        expected = body(logits, 1.0, generator=own)
        assert torch.equal(generate.next_tokens(logits, 1.0, generator=other), expected)


@pytest.mark.parametrize("score", [float("nan"), float("inf"), float("-inf")])
def test_scores_that_are_no_numbers_are_refused(score):
    logits = torch.zeros(2, 5)
    logits[1] = score
    with pytest.raises(ValueError, match="scores are no numbers"):
        draw.draw(logits, 1.0, torch.rand(2, 1))
