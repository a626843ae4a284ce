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
