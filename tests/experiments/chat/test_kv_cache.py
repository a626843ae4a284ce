"""What the cache's lesson measures: columns that never change, times, and positions by row."""

import pytest
import torch

from gptlab import chat, sampling
from gptlab.engine.config import GPTConfig
from gptlab.experiments.chat import kv_cache
from tests.engine.model.test_gpt import random_model

TINY = GPTConfig(vocab_size=53, context=40, n_layers=3, n_heads=2, d_model=12)
TEXT = [7, 3, 19, 5, 44]


@pytest.fixture(scope="module")
def model():
    return random_model(False, torch.float64, TINY)


def by_row(keep):
    return (keep.cumsum(dim=1) - 1).clamp(min=0)


def test_only_without_a_mask_does_a_new_token_change_the_earlier_ones(model):
    for causal in (True, False):
        before = kv_cache.queries_keys_values(model, TEXT, causal)
        after = kv_cache.queries_keys_values(model, [*TEXT, 9], causal)
        assert [part.shape for part in before[0]] == [(1, 2, 5, 6)] * 3 and len(before) == 3
        for name in "qkv":
            changes = kv_cache.changed(before, after, name)
            assert changes[0] < 1e-12
            assert all((change > 1e-3) != causal for change in changes[1:])


def test_what_is_laid_bare_is_what_the_model_caches(model):
    cache = model.new_cache(1, len(TEXT))
    model.hidden(torch.tensor([TEXT]), cache=cache)
    for (_, k, v), (cached_k, cached_v) in zip(kv_cache.queries_keys_values(model, TEXT), cache):
        assert torch.allclose(k, cached_k) and torch.allclose(v, cached_v)


def test_a_padded_batch_is_right_by_row_and_wrong_by_column(model):
    prompts = [[7, 3, 19], [5], [52, 0, 0, 8, 30, 2, 11]]
    alone = [
        sampling.generate(model, torch.tensor([p]), 9, temperature=0)[0, len(p) :].tolist()
        for p in prompts
    ]
    assert kv_cache.write_batch(model, prompts, 9, by_row) == alone
    by_column = kv_cache.write_batch(
        model, prompts, 9, lambda keep: torch.arange(keep.shape[1]).expand(keep.shape)
    )
    assert by_column[2] == alone[2] and by_column != alone


def test_other_functions_on_the_same_weights_leave_the_model_alone(model):
    def first_column(q, cache, keep=None):
        return cache[1][:, :, :1].expand(-1, -1, q.shape[2], -1)

    ill = kv_cache.with_functions(model, attend_cached=first_column)
    assert ill.wte is model.wte and model.functions.attend_cached is chat.attend_cached
    assert kv_cache.write_batch(ill, [TEXT], 9, by_row) != kv_cache.write_batch(
        model, [TEXT], 9, by_row
    )


def test_times_have_every_length_and_the_cache_saves_most_where_it_is_long():
    long = kv_cache.long_model(context=256)
    seconds = kv_cache.seconds_of_a_token(long, (16, 256), repeats=3)
    ratios = [seconds["recomputed"][n] / seconds["cached"][n] for n in (16, 256)]
    assert ratios[1] > ratios[0] and ratios[1] > 3
    fast, slow = kv_cache.prefill_and_decode(long, 128, 8)
    assert fast > slow > 0
