"""Drawing: half precision, and what the functions refuse."""

import pytest
import torch

from gptlab import sampling

INF = float("inf")


def test_top_p_of_half_precision_adds_up_a_large_vocabulary():
    kept = sampling.top_p_filter(torch.zeros(1, 20_000, dtype=torch.bfloat16), 0.5) > -INF
    assert abs(int(kept.sum()) - 10_000) <= 10


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("temperature", [0, 0.7])
def test_softmax_keeps_the_dtype(dtype, temperature):
    assert sampling.softmax(torch.ones(3, dtype=dtype), temperature).dtype == dtype


def test_refusals():
    with pytest.raises(ValueError, match="-1"):
        sampling.softmax(torch.ones(3), temperature=-1)
    with pytest.raises(ValueError, match="0"):
        sampling.top_k_filter(torch.ones(2, 4), 0)
    with pytest.raises(ValueError, match="0 tokens"):
        sampling.generate(lambda ids: ids, torch.zeros(2, 0, dtype=torch.long), 2)


@pytest.mark.parametrize("temperature", [0, 1.0])
@pytest.mark.parametrize("row", [[float("nan"), 1.0], [INF, 1.0], [-INF, -INF]])
def test_what_is_no_score_is_refused(row, temperature):
    with pytest.raises(ValueError, match="no token can be drawn"):
        sampling.sample_next(torch.tensor([[0.0, 1.0], row]), temperature)


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_a_temperature_too_small_for_its_dtype_is_greedy(dtype):
    logits = torch.tensor([[1.0, 3.0, 2.0]], dtype=dtype)
    assert sampling.softmax(logits, 5e-324).tolist() == [[0, 1, 0]]
    assert sampling.sample_next(logits, 1e-320).tolist() == [1]
