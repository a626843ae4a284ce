"""Cached generation: equal to the uncached loop and to transformers, alone and in a padded batch."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gptlab import chat, sampling
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.generate import generate_batch, stream
from gptlab.engine.model.gpt import GPT
from tests.engine.model.test_gpt import hugging_face, random_model

LONG = GPTConfig(vocab_size=53, context=40, n_layers=3, n_heads=2, d_model=12)
PROMPTS = [[7, 3, 19], [5], [52, 0, 0, 8, 30, 2, 11], [1, 1]]


@pytest.mark.parametrize("fused", [False, True])
def test_greedy_equals_transformers_and_the_plain_loop(fused):
    model = random_model(fused, torch.float64, LONG)
    hf = hugging_face(model)
    together = generate_batch(model, PROMPTS, 20, temperature=0)
    for prompt, new in zip(PROMPTS, together, strict=True):
        ids = torch.tensor([prompt])
        theirs = hf.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=20,
            do_sample=False,
            pad_token_id=0,
        )[0, len(prompt) :].tolist()
        plain = sampling.generate(model, ids, 20, temperature=0)[0, len(prompt) :].tolist()
        assert new == theirs == plain
        assert list(stream(model, prompt, 20, temperature=0)) == new
        assert generate_batch(model, [prompt], 20, temperature=0) == [new]


ROWS = st.lists(st.lists(st.integers(0, 52), min_size=1, max_size=12), min_size=1, max_size=6)


@pytest.mark.parametrize("fused", [False, True])
@given(prompts=ROWS, n_new=st.integers(1, 20))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_any_batch_with_any_padding_equals_each_prompt_without_a_cache(fused, prompts, n_new):
    model = random_model(fused, torch.float64, LONG)
    alone = [
        sampling.generate(model, torch.tensor([p]), n_new, temperature=0)[0, len(p) :].tolist()
        for p in prompts
    ]
    assert generate_batch(model, prompts, n_new, temperature=0) == alone
    assert list(stream(model, prompts[0], n_new, temperature=0)) == alone[0]


@pytest.mark.parametrize("fused", [False, True])
@given(cuts=st.sets(st.integers(1, 11)), n_padding=st.integers(0, 5))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_a_text_in_any_pieces_gives_the_logits_of_the_whole(fused, cuts, n_padding):
    model = random_model(fused, torch.float64, LONG)
    ids = torch.randint(53, (2, 12), generator=torch.Generator().manual_seed(n_padding))
    keep = torch.ones(2, 12, dtype=torch.bool)
    keep[1, :n_padding] = False
    positions = (keep.cumsum(dim=1) - 1).clamp(min=0)
    whole = model(ids, keep, positions)
    cache, logits = model.new_cache(2, 12), []
    bounds = [0, *sorted(cuts), 12]
    for start, end in zip(bounds, bounds[1:]):
        piece = slice(start, end)
        logits.append(model(ids[:, piece], keep[:, :end], positions[:, piece], cache))
    assert torch.allclose(torch.cat(logits, dim=1)[keep], whole[keep], atol=1e-10)


@pytest.mark.parametrize("fused", [False, True])
def test_rows_end_at_the_stop_token(fused):
    model = random_model(fused, torch.float64, LONG)
    free = generate_batch(model, PROMPTS, 20, temperature=0)
    stop = free[0][4]
    stopped = generate_batch(model, PROMPTS, 20, stop_id=stop, temperature=0)
    for whole, cut in zip(free, stopped, strict=True):
        assert cut == (whole[: whole.index(stop) + 1] if stop in whole else whole)
    assert list(stream(model, PROMPTS[0], 20, stop_id=stop, temperature=0)) == stopped[0]


def test_generation_ends_when_all_rows_have_stopped():
    model = random_model(config=LONG)
    stop = generate_batch(model, PROMPTS[:1], 1, temperature=0)[0][0]
    calls, hidden = [], model.hidden
    model.hidden = lambda *args: calls.append(1) or hidden(*args)
    assert generate_batch(model, PROMPTS[:1], 20, stop_id=stop, temperature=0) == [[stop]]
    assert len(calls) == 1


def test_sampling_is_the_learners_and_repeats_with_its_generator():
    model = random_model(config=LONG)
    draw = {"temperature": 1.3, "top_k": 9, "top_p": 0.9}
    one, two, other = (
        generate_batch(model, PROMPTS, 12, generator=torch.Generator().manual_seed(seed), **draw)
        for seed in (4, 4, 5)
    )
    assert one == two != other
    streamed = list(
        stream(model, PROMPTS[0], 12, generator=torch.Generator().manual_seed(4), **draw)
    )
    plain = sampling.generate(
        model, torch.tensor(PROMPTS[:1]), 12, generator=torch.Generator().manual_seed(4), **draw
    )
    assert streamed == plain[0, 3:].tolist()


def test_the_whole_context_can_be_filled_and_not_more():
    model = GPT(LONG, fused=True)
    assert len(generate_batch(model, PROMPTS, 33)[2]) == 33
    for run in (
        lambda: generate_batch(model, PROMPTS, 34),
        lambda: list(stream(model, PROMPTS[2], 34)),
    ):
        with pytest.raises(
            ValueError, match="7 prompt tokens and 34 new ones do not fit a context of 40"
        ):
            run()


def test_edges():
    model = GPT(LONG)
    assert generate_batch(model, [], 5) == []
    assert generate_batch(model, PROMPTS, 0) == [[], [], [], []]
    with pytest.raises(ValueError, match="empty"):
        generate_batch(model, [[1], []], 5)
    with pytest.raises(ValueError, match="at least 0"):
        generate_batch(model, [[1]], -1)


@pytest.mark.parametrize("temperature", [1e-50, 1e-40, 5e-324, 1e-9])
def test_a_tiny_temperature_takes_the_likeliest(temperature):
    model = random_model(True, torch.float32, LONG)
    greedy = generate_batch(model, PROMPTS, 9, temperature=0.0)
    assert generate_batch(model, PROMPTS, 9, temperature=temperature) == greedy
    assert list(stream(model, PROMPTS[0], 9, temperature=temperature)) == greedy[0]


@pytest.mark.parametrize("score", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_scores_that_are_no_numbers_draw_nothing(monkeypatch, score, temperature):
    model = random_model(True, torch.float32, LONG)
    monkeypatch.setattr(GPT, "unembed", lambda self, x: torch.full((len(x), 53), score))
    with pytest.raises(ValueError, match="scores are no numbers"):
        generate_batch(model, PROMPTS, 3, temperature=temperature)
    with pytest.raises(ValueError, match="scores are no numbers"):
        list(stream(model, PROMPTS[0], 3, temperature=temperature))


def test_nan_at_padding_does_not_spread():
    """Her attend_cached may give nan for a query that may look at nothing."""
    empty_rows = []

    def with_nan(q, cache, keep=None):
        out = chat.attend_cached(q, cache, keep)
        if keep is None:
            return out
        seen = keep.cumsum(dim=1)[:, -q.shape[2] :] > 0  # (B, T)
        empty_rows.append(int((~seen).sum()))
        return out.masked_fill(~seen[:, None, :, None], float("nan"))

    model = random_model(False, torch.float64, LONG)
    expected = [generate_batch(model, [prompt], 12, temperature=0)[0] for prompt in PROMPTS]
    model.functions = replace(model.functions, attend_cached=with_nan)
    assert generate_batch(model, PROMPTS, 12, temperature=0) == expected
    assert max(empty_rows) > 0
