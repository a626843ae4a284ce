"""Attention's parts together: heads, masks and the future."""

import pytest
import torch

from gptlab import attention
from tests.support.tensors import normal

B, T, S, H, D = 2, 3, 7, 4, 5


C = H * D


def test_heads_are_split_by_channel_and_merged_back():
    x = normal(B, T, C)
    split = attention.split_heads(x, H)
    assert split.shape == (B, H, T, D)
    for h in range(H):
        assert torch.equal(split[:, h], x[:, :, h * D : (h + 1) * D])
    assert torch.equal(attention.merge_heads(split), x)
    turned = normal(T, B, C).transpose(0, 1)  # not contiguous
    assert torch.equal(attention.merge_heads(attention.split_heads(turned, H)), turned)
    with pytest.raises(ValueError, match=f"{C}.*3"):
        attention.split_heads(x, 3)


def attention_weights():
    return normal(C, 3 * C), normal(3 * C, seed=2), normal(C, C, seed=3), normal(C, seed=4)


def test_a_causal_position_does_not_see_the_future():
    mask, x = attention.causal_mask(S), normal(B, S, C)
    changed = x.clone()
    changed[:, 4:] += 1
    before = attention.multi_head_attention(x, *attention_weights(), H, mask)
    after = attention.multi_head_attention(changed, *attention_weights(), H, mask)
    assert torch.equal(before[:, :4], after[:, :4])
    assert not torch.isclose(before[:, 4:], after[:, 4:]).all(dim=-1).any()
