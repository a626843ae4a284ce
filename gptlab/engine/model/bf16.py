"""Mixed precision: matrix products in bfloat16 where this machine is faster at them, all else in float32.

Weights, biases, residuals, norms, softmax, losses and the optimizers' states keep their type. A product
rounds its two factors and its result to the 8 bits of bfloat16 and sums in float32. B batch, T time, C width,
H heads, D head width, N = B·T.
"""

import itertools
from dataclasses import replace
from functools import cache, partial

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab.engine.hardware import fine_clock, one_thread
from gptlab.engine.model import fused

PRECISIONS = ("fp32", "bf16", "auto")
MIN_SPEEDUP = 1.3  # "auto" asks for products that many times as fast
MIN_WIDTH = 96  # C below which "auto" stays with float32: the gain is small, the answer chance
PROBE_ROWS = 512
PROBES = 6


class _Linear(torch.autograd.Function):
    """x W + b; x is rounded once and kept for the backward pass."""

    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        rows, w = x.reshape(-1, x.shape[-1]).bfloat16(), weight.bfloat16()  # (N, in), (in, out)
        ctx.save_for_backward(rows, w)
        return (rows @ w).to(x.dtype).add_(bias).view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx, grad: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        rows, w = ctx.saved_tensors
        whole = grad.reshape(-1, grad.shape[-1])  # (N, out)
        slope = whole.bfloat16()
        d_x = (slope @ w.T).to(grad.dtype).view(*grad.shape[:-1], -1)
        return d_x, (rows.T @ slope).to(grad.dtype), whole.sum(0)


class _Attend(torch.autograd.Function):
    """Softmax attention of every head, with its T × T weights written out: short contexts only need that.

    qkv (B, T, 3C) float, bias (T, T) or (B, 1, T, T) float, 0 or −∞ -> (B, T, C) float.
    """

    @staticmethod
    def forward(ctx, qkv: Tensor, bias: Tensor, n_heads: int) -> Tensor:
        b, t, width = qkv.shape
        parts = qkv.bfloat16().view(b, t, 3, n_heads, -1).permute(2, 0, 3, 1, 4).contiguous()
        q, k, v = parts  # each (B, H, T, D)
        products = (q @ k.mT).to(qkv.dtype)  # (B, H, T, T)
        scores = torch.add(bias, products, alpha=q.shape[-1] ** -0.5)
        weights = scores.softmax(dim=-1)
        ctx.save_for_backward(parts, weights)
        return (weights.bfloat16() @ v).transpose(1, 2).reshape(b, t, width // 3).to(qkv.dtype)

    @staticmethod
    def backward(ctx, grad: Tensor) -> tuple[Tensor, None, None]:
        (q, k, v), weights = ctx.saved_tensors
        b, h, t, d = q.shape
        g = grad.bfloat16().view(b, t, h, d).transpose(1, 2).contiguous()  # (B, H, T, D)
        d_weights = (g @ v.mT).to(grad.dtype)
        d_scores = (
            torch._softmax_backward_data(  # pyright: ignore[reportPrivateImportUsage]: it has no other name
                d_weights, weights, -1, grad.dtype
            )
            .mul_(d**-0.5)
            .bfloat16()
        )
        parts = d_scores @ k, d_scores.mT @ q, weights.bfloat16().mT @ g
        d_qkv = torch.stack(parts).permute(1, 3, 0, 2, 4).reshape(b, t, -1)  # (B, T, 3C)
        return d_qkv.to(grad.dtype), None, None


def feed_forward(x: Tensor, w_in: Tensor, b_in: Tensor, w_out: Tensor, b_out: Tensor) -> Tensor:
    """`fused.feed_forward` with products in bfloat16."""
    hidden = F.gelu(_Linear.apply(x, w_in, b_in), approximate="tanh")  # (B, T, 4C)
    return _Linear.apply(hidden, w_out, b_out)


def multi_head_attention(
    x: Tensor,
    w_qkv: Tensor,
    b_qkv: Tensor,
    w_out: Tensor,
    b_out: Tensor,
    n_heads: int,
    mask: Tensor | None = None,
) -> Tensor:
    """`fused.multi_head_attention` with products in bfloat16; every query must see a key."""
    t = x.shape[1]
    hidden = ~mask if mask is not None else torch.zeros(t, t, dtype=torch.bool, device=x.device)
    bias = x.new_zeros(hidden.shape).masked_fill_(hidden, float("-inf"))
    return _Linear.apply(_Attend.apply(_Linear.apply(x, w_qkv, b_qkv), bias, n_heads), w_out, b_out)


def causal_attention(
    x: Tensor, w_qkv: Tensor, b_qkv: Tensor, w_out: Tensor, b_out: Tensor, n_heads: int
) -> Tensor:
    """`fused.causal_attention` with products in bfloat16."""
    t = x.shape[1]
    mask = torch.ones(t, t, dtype=torch.bool, device=x.device).tril()
    return multi_head_attention(x, w_qkv, b_qkv, w_out, b_out, n_heads, mask)


linear_cross_entropy = partial(fused.linear_cross_entropy, product=torch.bfloat16)

BF16_FUNCTIONS = {
    "feed_forward": feed_forward,
    "multi_head_attention": multi_head_attention,
    "causal_attention": causal_attention,
    "linear_cross_entropy": linear_cross_entropy,
}


def with_bf16(functions: fused.ModelFunctions) -> fused.ModelFunctions:
    """Replace each function that runs fused, and so was proven equal to the learner's; hers stay hers."""
    return replace(
        functions,
        **{
            name: ours
            for name, ours in BF16_FUNCTIONS.items()
            if getattr(functions, name) is getattr(fused, name)
        },
    )


def resolve_precision(precision: str, weight: Tensor) -> str:
    """Turn "auto" into "bf16" or "fp32" for a model with that embedding, (V, C).

    Raises ValueError for any other word than those of PRECISIONS.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"precision is {precision!r}; it is one of {', '.join(PRECISIONS)}")
    if precision != "auto":
        return precision
    if weight.device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported() else "fp32"
    d_model = weight.shape[1]
    usual = weight.device.type == "cpu" and weight.dtype == torch.float32 and d_model >= MIN_WIDTH
    return "bf16" if usual and speedup(d_model) >= MIN_SPEEDUP else "fp32"


@cache
def speedup(d_model: int) -> float:
    """How many times as fast bfloat16 products are as float32 ones here; measured once a process and width.

    On one thread and, where the system's clock is fine enough, in its own time: what else the machine does is
    then not seen.
    """
    clock = fine_clock()
    x, w = torch.ones(PROBE_ROWS, d_model), torch.ones(d_model, 4 * d_model)
    best = {torch.float32: float("inf"), torch.bfloat16: float("inf")}
    with one_thread():
        for _, dtype in itertools.product(range(PROBES), best):
            begin = clock()
            rows, weight = x.to(dtype), w.to(dtype)
            out = rows @ weight
            torch.matmul(out, weight.T)
            torch.matmul(rows.T, out)
            best[dtype] = min(best[dtype], clock() - begin)
    return best[torch.float32] / best[torch.bfloat16]
