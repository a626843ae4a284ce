"""Wrong bodies of gptlab/attention.py, right almost everywhere: its checks must reject each."""

import math

import torch
import torch.nn.functional as F

from gptlab.blanks.registry import reference
from tests.support.wrong_ways import wrong

INF = float("inf")


@wrong("attention.causal_mask")
def right_up_to_four(t):
    return torch.ones(4, 4).tril().bool()[:t, :t]


@wrong("attention.scaled_dot_product_attention")
def exp_without_a_shift(q, k, v, mask=None):
    weights = (q @ k.mT / math.sqrt(q.shape[-1])).exp()
    weights = weights if mask is None else weights * mask
    return weights @ v / weights.sum(-1, keepdim=True)


@wrong("attention.scaled_dot_product_attention")
def the_first_texts_mask_for_all(q, k, v, mask=None):
    return F.scaled_dot_product_attention(
        q, k, v, mask if mask is None or mask.ndim == 2 else mask[:1]
    )


@wrong("attention.scaled_dot_product_attention")
def in_single_precision_only(q, k, v, mask=None):
    scores = q @ k.mT / torch.tensor([math.sqrt(q.shape[-1])])
    low = torch.zeros(scores.shape)
    return (scores if mask is None else low.add(scores.float()).masked_fill(~mask, -INF)).softmax(
        -1
    ) @ v


@wrong("attention.scaled_dot_product_attention")
def divided_in_place(q, k, v, mask=None):
    q /= math.sqrt(q.shape[-1])
    return F.scaled_dot_product_attention(q, k, v, mask, scale=1.0)


@wrong("attention.merge_heads")
def squeezed(x):
    return x.transpose(1, 2).flatten(2).squeeze()


@wrong("attention.multi_head_attention")
def one_mask_for_all(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    mask = mask if mask is None or mask.ndim == 2 else mask[0, 0]
    return reference("attention.multi_head_attention")(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask)


@wrong("attention.multi_head_attention")
def causal_in_any_case(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask=None):
    mask = torch.ones(x.shape[1], x.shape[1]).tril().bool() if mask is None else mask
    return reference("attention.multi_head_attention")(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask)


@wrong("attention.multi_head_attention")
def the_input_added(x, *given):
    return x + reference("attention.multi_head_attention")(x, *given)


@wrong("attention.sinusoidal_positions")
def a_base_of_ten_thousand_and_one_pair_less(t, c):
    angle = torch.arange(t)[:, None] / 10000.0 ** (torch.arange(c // 2) * 2 / max(1, c - 2))
    return torch.stack([angle.sin(), angle.cos()], -1).flatten(1)
