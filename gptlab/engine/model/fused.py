"""Fused counterparts of the learner's functions, run only where they are proven to give what hers give.

B batch, T query time, S key time, C width, H heads, D head width, V vocabulary. True = keep in every mask.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab import attention, chat, ngram, transformer

CHUNK = 512  # rows of logits at once; 256 to 512 was fastest for C = 128, V = 2048

Draw = Callable[..., Tensor]  # normal numbers of a shape
Pairs = Iterator[
    tuple[Tensor, Tensor]
]  # what the learner's function gives, and what its counterpart gives


def layer_norm(x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    """`transformer.layer_norm` in one kernel."""
    return F.layer_norm(x, x.shape[-1:], weight, bias, eps)


def feed_forward(x: Tensor, w_in: Tensor, b_in: Tensor, w_out: Tensor, b_out: Tensor) -> Tensor:
    """`transformer.feed_forward` in three kernels: product and bias together, and the gelu as one."""
    hidden = F.gelu(F.linear(x, w_in.T, b_in), approximate="tanh")  # (B, T, 4C)
    return F.linear(hidden, w_out.T, b_out)


def multi_head_attention(
    x: Tensor,
    w_qkv: Tensor,
    b_qkv: Tensor,
    w_out: Tensor,
    b_out: Tensor,
    n_heads: int,
    mask: Tensor | None = None,
    causal: bool = False,
) -> Tensor:
    """`attention.multi_head_attention` that never writes the (T, S) weights to memory."""
    b, t, c = x.shape
    qkv = F.linear(x, w_qkv.T, b_qkv).view(b, t, 3, n_heads, c // n_heads)
    q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each (B, H, T, D)
    out = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal)
    return F.linear(out.transpose(1, 2).reshape(b, t, c), w_out.T, b_out)


def causal_attention(
    x: Tensor, w_qkv: Tensor, b_qkv: Tensor, w_out: Tensor, b_out: Tensor, n_heads: int
) -> Tensor:
    """`attention.multi_head_attention` under `causal_mask`, which is never made."""
    return multi_head_attention(x, w_qkv, b_qkv, w_out, b_out, n_heads, causal=True)


@dataclass
class KVCache:
    """Keys and values of one layer, (B, H, capacity, D) each, allocated once and filled in place."""

    k: Tensor
    v: Tensor
    length: int = 0  # tokens so far
    both: Tensor | None = None  # (2, B, H, capacity, D), where k and v are the halves of one tensor


def new_cache(shape: tuple, like: Tensor) -> KVCache:
    """An empty cache of that (B, H, capacity, D), with the type and device of `like`."""
    both = like.new_empty((2, *shape))
    return KVCache(both[0], both[1], both=both)


def append_kv(cache: KVCache, k: Tensor, v: Tensor) -> KVCache:
    """`chat.append_kv` without copying what is there: k, v (B, H, T, D) are written behind it.

    Raises ValueError when the cache is too small.
    """
    end = cache.length + k.shape[2]
    if end > cache.k.shape[2]:
        raise ValueError(
            f"{end} tokens do not fit a cache of {cache.k.shape[2]}; make a larger one"
        )
    if (
        cache.both is not None and torch.is_grad_enabled()
    ):  # autograd wants new views after each write
        cache.both[0, :, :, cache.length : end] = k
        cache.both[1, :, :, cache.length : end] = v
        cache.k, cache.v = cache.both[0], cache.both[1]
    else:
        cache.k[:, :, cache.length : end] = k
        cache.v[:, :, cache.length : end] = v
    cache.length = end
    return cache


def attend_cached(q: Tensor, cache: KVCache, keep: Tensor | None = None) -> Tensor:
    """`chat.attend_cached` on what is filled of the cache; q (B, H, T, D), keep (B, S) -> (B, H, T, D)."""
    t, s = q.shape[2], cache.length
    k, v = cache.k[:, :, :s], cache.v[:, :, :s]
    mask = None
    if t > 1:  # query i stands at time S - T + i
        mask = torch.ones(t, s, dtype=torch.bool, device=q.device).tril(s - t)  # (T, S)
    if keep is not None:
        kept = keep[:, None, None, :]  # (B, 1, 1, S)
        mask = kept if mask is None else mask & kept  # (B, 1, T, S); an empty row gives 0
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)


def cross_entropy(logits: Tensor, targets: Tensor, ignore_index: int = -100) -> Tensor:
    """`ngram.cross_entropy` in one kernel; logits (..., V), targets (...) int -> mean nats a token."""
    logits = logits.reshape(-1, logits.shape[-1])  # (N, V)
    return F.cross_entropy(logits, targets.reshape(-1), ignore_index=ignore_index)


class _LinearCrossEntropy(torch.autograd.Function):
    """Loss and gradients chunk by chunk, so that a chunk's logits never leave the processor's cache.

    The products are taken in the type `product`, everything else in that of `hidden`.
    """

    @staticmethod
    def forward(
        ctx, hidden: Tensor, weight: Tensor, targets: Tensor, product: torch.dtype
    ) -> Tensor:
        n = len(targets)
        needed = any(ctx.needs_input_grad)
        rows, w = hidden.to(product), weight.to(product)
        d_hidden, d_weight = (
            torch.zeros_like(x) if needed else x.new_empty(0) for x in (hidden, weight)
        )
        total = hidden.new_zeros(())
        for at in range(0, n, CHUNK):
            part = slice(at, at + CHUNK)
            aim = targets[part, None]  # (n, 1)
            logits = rows[part] @ w.T  # (n, V)
            chances = logits.softmax(dim=-1, dtype=hidden.dtype)  # faster than logsumexp and exp
            top = logits.amax(dim=-1, keepdim=True) - logits.gather(1, aim)
            total += (
                top - chances.amax(dim=-1, keepdim=True).log()
            ).sum()  # the largest is at least 1/V
            if needed:  # softmax minus one-hot
                slope = chances.scatter_add_(1, aim, chances.new_full(aim.shape, -1.0)).to(product)
                d_hidden[part] = slope @ w
                d_weight += slope.T @ rows[part]
        if needed:
            ctx.save_for_backward(d_hidden.div_(n), d_weight.div_(n))
        return total / n

    @staticmethod
    def backward(ctx, grad: Tensor) -> tuple[Tensor, Tensor, None, None]:
        d_hidden, d_weight = ctx.saved_tensors
        return grad * d_hidden, grad * d_weight, None, None


def linear_cross_entropy(
    hidden: Tensor,
    weight: Tensor,
    targets: Tensor,
    ignore_index: int = -100,
    product: torch.dtype | None = None,
) -> Tensor:
    """`ngram.cross_entropy` of hidden · weightᵀ, without ever holding all logits.

    hidden   (..., C) float
    weight   (V, C) float
    targets  (...) int, `ignore_index` = does not count
    product  the type that products are taken in; None = the type of hidden
    ->       scalar, mean nats a token
    """
    hidden, targets = hidden.reshape(-1, hidden.shape[-1]), targets.reshape(-1)
    counts = targets != ignore_index  # (N,)
    one_kernel = hidden.device.type != "cpu" or torch.compiler.is_compiling()
    if one_kernel or not bool(counts.any()):
        return cross_entropy(hidden @ weight.T, targets, ignore_index)
    if not bool(counts.all()):  # logits that do not count are never made
        kept = counts.nonzero()[:, 0]
        hidden, targets = hidden.index_select(0, kept), targets[kept]
    return _LinearCrossEntropy.apply(hidden, weight, targets, product or hidden.dtype)


def plain_linear_cross_entropy(
    hidden: Tensor, weight: Tensor, targets: Tensor, ignore_index: int = -100
) -> Tensor:
    """The same through the learner's `ngram.cross_entropy`."""
    logits = (hidden @ weight.T).reshape(-1, weight.shape[0])  # (N, V)
    return ngram.cross_entropy(logits, targets.reshape(-1), ignore_index)


def plain_cache(shape: tuple, like: Tensor) -> tuple[Tensor, Tensor]:
    """An empty cache as `chat.append_kv` grows it: keys and values of no tokens yet."""
    empty = like.new_empty((*shape[:2], 0, shape[3]))
    return empty, empty


def cached_length(cache: KVCache | tuple[Tensor, Tensor]) -> int:
    """How many tokens one layer's cache holds, plain or fused."""
    return cache.length if isinstance(cache, KVCache) else cache[0].shape[2]


@dataclass(frozen=True)
class ModelFunctions:
    """The functions that a model runs: each the learner's, or its proven counterpart."""

    layer_norm: Callable = transformer.layer_norm
    feed_forward: Callable = transformer.feed_forward
    multi_head_attention: Callable = attention.multi_head_attention
    causal_attention: Callable | None = None  # None: multi_head_attention under a mask
    append_kv: Callable = chat.append_kv
    attend_cached: Callable = chat.attend_cached
    new_cache: Callable = plain_cache
    cross_entropy: Callable = ngram.cross_entropy
    linear_cross_entropy: Callable = plain_linear_cross_entropy


def select_functions(fused: bool) -> ModelFunctions:
    """The learner's functions, or with `fused` the counterpart of each that `prove_equal` finds equal."""
    if not fused:
        return ModelFunctions()
    proven = prove_equal()
    chosen = {}
    if proven["transformer.layer_norm"]:
        chosen["layer_norm"] = layer_norm
    if proven["transformer.feed_forward"]:
        chosen["feed_forward"] = feed_forward
    if proven["attention.multi_head_attention"]:
        chosen.update(multi_head_attention=multi_head_attention, causal_attention=causal_attention)
    if proven["chat.attend_cached"]:  # tried on what append_kv made: the two stand or fall together
        chosen.update(append_kv=append_kv, attend_cached=attend_cached, new_cache=new_cache)
    if proven["ngram.cross_entropy"]:
        chosen.update(cross_entropy=cross_entropy, linear_cross_entropy=linear_cross_entropy)
    return ModelFunctions(**chosen)


def prove_equal(seed: int = 0) -> dict[str, bool]:
    """Run each of the learner's functions and its counterpart on the same random inputs, and compare.

    True = equal to 1e-5 of the largest number, at every size and mask tried; a function that is empty or
    fails is not equal.
    """
    cases = {
        "transformer.layer_norm": _layer_norm_pairs,
        "transformer.feed_forward": _feed_forward_pairs,
        "attention.multi_head_attention": _attention_pairs,
        "chat.attend_cached": _cache_pairs,
        "ngram.cross_entropy": _cross_entropy_pairs,
    }
    return {key: _proven(pairs, seed) for key, pairs in cases.items()}


@torch.no_grad()
def _proven(pairs: Callable, seed: int) -> bool:
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator)

    try:
        return all(close(hers, fused) for hers, fused in pairs(draw))
    except Exception:  # whatever goes wrong in a learner's function shows when hers is run
        return False


def close(hers: Tensor, fused: Tensor) -> bool:
    """Whether two results are the same to 1e-5 of the largest number."""
    if hers.shape != fused.shape or hers.dtype != fused.dtype:
        return False
    return bool((hers - fused).abs().max() <= 1e-5 * fused.abs().max().clamp(min=1.0))


def _layer_norm_pairs(draw: Draw) -> Pairs:
    for shape in ((2, 3, 8), (5, 16), (1, 7, 32)):
        x, weight, bias = 3 * draw(*shape) + 1, draw(shape[-1]), draw(shape[-1])
        yield transformer.layer_norm(x, weight, bias), layer_norm(x, weight, bias)
        small = 1e-3 * draw(*shape)  # here eps counts
        yield transformer.layer_norm(small, weight, bias), layer_norm(small, weight, bias)


def _feed_forward_pairs(draw: Draw) -> Pairs:
    for b, t, c in ((2, 3, 8), (1, 1, 16), (3, 5, 4)):
        weights = draw(c, 4 * c), draw(4 * c), draw(4 * c, c), draw(c)
        x = draw(b, t, c)
        yield transformer.feed_forward(x, *weights), feed_forward(x, *weights)


def _attention_pairs(draw: Draw) -> Pairs:
    for b, t, h, d in ((2, 5, 3, 4), (1, 1, 2, 8), (3, 7, 1, 6)):
        c = h * d
        x = draw(b, t, c)
        weights = draw(c, 3 * c) / c**0.5, draw(3 * c), draw(c, c) / c**0.5, draw(c)
        causal = attention.causal_mask(t)
        padded = causal & ((draw(b, 1, 1, t) > 0) | torch.eye(t, dtype=torch.bool))
        yield (
            attention.multi_head_attention(x, *weights, h, causal),
            causal_attention(x, *weights, h),
        )
        for mask in (None, causal, padded):
            hers = attention.multi_head_attention(x, *weights, h, mask)
            yield hers, multi_head_attention(x, *weights, h, mask)


def _cache_pairs(draw: Draw) -> Pairs:
    for b, h, d, steps in ((2, 3, 4, (5, 1, 1)), (1, 2, 8, (1, 3, 2)), (3, 1, 6, (4,))):
        like = draw(1)
        shape = (b, h, 9, d)
        keep = torch.ones(b, 0, dtype=torch.bool)
        hers, fused = plain_cache(shape, like), new_cache(shape, like)
        for t in steps:
            q, k, v = draw(b, h, t, d), draw(b, h, t, d), draw(b, h, t, d)
            hers, fused = chat.append_kv(hers, k, v), append_kv(fused, k, v)
            keep = torch.cat([keep, draw(b, t) > 0], dim=1)  # some rows are empty at first
            for kept in (None, keep):
                yield chat.attend_cached(q, hers, kept), attend_cached(q, fused, kept)


def _cross_entropy_pairs(draw: Draw) -> Pairs:
    for n, v in ((6, 5), (1, 9), (11, 3)):
        logits, targets = 4 * draw(n, v), (draw(n) > 0).long() * (v - 1)
        yield ngram.cross_entropy(logits, targets), cross_entropy(logits, targets)
        targets[: n // 2] = -100
        yield ngram.cross_entropy(logits, targets), cross_entropy(logits, targets)
        hidden, weight = draw(n, 4), draw(v, 4)
        hers = plain_linear_cross_entropy(hidden, weight, targets)
        yield hers, linear_cross_entropy(hidden, weight, targets)
