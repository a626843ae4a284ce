"""One new token for each row in as few calls as can be: what generation spends its time on.

A step for one row multiplies matrices of a hundred thousand numbers, which takes microseconds, as every call does:
with `GPT.hidden` some thirty calls a layer, here thirteen. It runs only where it was proven to give what the
learner's functions give. B batch, C width, H heads, D head width, S tokens so far, V vocabulary.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab.blanks.registry import version
from gptlab.engine.config import GPTConfig
from gptlab.engine.model import fused
from gptlab.engine.model.gpt import GPT, Block

TINY = GPTConfig(11, context=9, n_layers=2, n_heads=2, d_model=8)  # of the proof
REPLACED = (fused.layer_norm, fused.feed_forward, fused.append_kv, fused.attend_cached)
_proofs: dict[int, bool] = {}  # by the version of the learner's functions


@dataclass(frozen=True)
class Layer:
    """What a step needs of one block, looked up once: a look-up takes as long as a small product."""

    norm1: tuple[Tensor, Tensor]  # (C,) each
    qkv: tuple[Tensor, Tensor]  # bias and matrix, as all below
    out: tuple[Tensor, Tensor]
    norm2: tuple[Tensor, Tensor]
    mlp_in: tuple[Tensor, Tensor]
    mlp_out: tuple[Tensor, Tensor]
    cache: Tensor  # keys and values, (2, B, H, capacity, D)
    keys: Tensor  # the same memory, (B·H, D, capacity)
    values: Tensor  # (B·H, capacity, D)


def _layer(block: Block, cache: fused.KVCache) -> Layer:
    attn, mlp = block.attn, block.mlp
    if cache.both is None:
        raise ValueError("a Decoder writes into caches that `fused.new_cache` made")
    return Layer(
        (block.norm1.weight, block.norm1.bias),
        (attn.b_qkv, attn.w_qkv),
        (attn.b_out, attn.w_out),
        (block.norm2.weight, block.norm2.bias),
        (mlp.b_in, mlp.w_in),
        (mlp.b_out, mlp.w_out),
        cache.both,
        cache.k.flatten(0, 1).mT,
        cache.v.flatten(0, 1),
    )


class _Room:
    """Where the products of a step are written, layer after layer, and other views of the same memory."""

    def __init__(self, like: Tensor, b: int, h: int, d: int) -> None:
        self.qkv = like.new_empty(b, 3 * h * d)
        parts = self.qkv.view(b, 3, h, d).transpose(0, 1)  # (3, B, H, D)
        self.q, self.kv = parts[0], parts[1:]
        self.mixed = like.new_empty(b * h, 1, d)
        self.mixed_flat = self.mixed.view(b, h * d)
        self.out = like.new_empty(b, h * d)
        self.inside = like.new_empty(b, 4 * h * d)


class Decoder:
    """Steps of a model over caches that `GPT.hidden` has filled with the prompts.

    model  a GPT, whose products are float32's here
    cache  of `GPT.new_cache`; filled in place
    keep   (B, capacity) bool, False = padding; None = there is none
    """

    def __init__(self, model: GPT, cache: list[fused.KVCache], keep: Tensor | None) -> None:
        self.model = model
        self.cache = cache
        self.layers = [_layer(block, one) for block, one in zip(model.blocks, cache, strict=True)]
        self.norm = (model.norm.weight, model.norm.bias)
        self.wte, self.wpe = model.wte, model.wpe
        self.width = (model.config.d_model,)
        b, h, d = cache[0].k.shape[0], model.config.n_heads, model.config.d_head
        self.rows = (b * h, 1, d)
        self.room = _Room(model.wte, b, h, d)
        self.scale = d**-0.5
        self.bias = model.wte.new_zeros(1, 1, 1)
        self.beta = 0.0  # what the bias counts
        if keep is not None:
            hidden = model.wte.new_zeros(keep.shape).masked_fill_(~keep, float("-inf"))
            self.bias = hidden.repeat_interleave(h, 0)[:, None]  # (B·H, 1, capacity)
            self.beta = 1.0

    def step(self, tokens: Tensor, positions: Tensor | None = None) -> Tensor:
        """Logits after one more token a row.

        tokens     (B,) int
        positions  (B,) int; None = as many as are cached
        ->         (B, V) float
        """
        model, at = self.model, self.cache[0].length
        try:
            x = torch.embedding(self.wte, tokens)  # (B, C)
            where = self.wpe[at] if positions is None else torch.embedding(self.wpe, positions)
        except IndexError:
            model.check_input(tokens[:, None], at)  # says what is wrong
            raise
        x.add_(where)
        bias = self.bias.narrow(2, 0, at + 1) if self.beta else self.bias
        for layer, one in zip(self.layers, self.cache):
            self._block(x, layer, at, bias)
            one.length = at + 1
        return model.unembed(torch.layer_norm(x, self.width, *self.norm))

    def _block(self, x: Tensor, layer: Layer, at: int, bias: Tensor) -> None:
        """One pre-LN block, whose new keys and values are written at place `at`; adds to x (B, C)."""
        room = self.room
        y = torch.layer_norm(x, self.width, *layer.norm1)
        torch.addmm(layer.qkv[0], y, layer.qkv[1], out=room.qkv)
        keys, values = self._remember(layer, at)
        q = room.q.reshape(self.rows)
        scores = torch.baddbmm(bias, q, keys, beta=self.beta, alpha=self.scale)  # (B·H, 1, S)
        torch.bmm(scores.softmax(-1), values, out=room.mixed)
        torch.addmm(layer.out[0], room.mixed_flat, layer.out[1], out=room.out)
        x.add_(room.out)
        y = torch.layer_norm(x, self.width, *layer.norm2)
        torch.addmm(layer.mlp_in[0], y, layer.mlp_in[1], out=room.inside)
        y = F.gelu(room.inside, approximate="tanh")
        torch.addmm(layer.mlp_out[0], y, layer.mlp_out[1], out=room.out)
        x.add_(room.out)

    def _remember(self, layer: Layer, at: int) -> tuple[Tensor, Tensor]:
        """Write the new keys and values at place `at`; all of them so far, (B·H, D, S) and (B·H, S, D)."""
        layer.cache.select(3, at).copy_(self.room.kv)
        return layer.keys.narrow(2, 0, at + 1), layer.values.narrow(1, 0, at + 1)


def decoder_for(model: GPT, cache: list, keep: Tensor | None = None) -> Decoder | None:
    """A Decoder where it gives what the model gives, None where the model must run itself."""
    functions = model.functions
    fast = type(model) is GPT and all(getattr(functions, f.__name__) is f for f in REPLACED)
    if not fast or not model.functions_are_chosen:
        return None
    now = version()
    if now not in _proofs:
        _proofs.clear()
        _proofs[now] = prove_equal()
    return Decoder(model, cache, keep) if _proofs[now] else None


@torch.no_grad()
def prove_equal(seed: int = 0) -> bool:
    """Whether a small model that runs the learner's functions, and a Decoder over its weights, agree step by step.

    True = all logits equal to 1e-5 of the largest, with padding and without; a function that is empty or fails
    is not equal.
    """
    generator = torch.Generator().manual_seed(seed)
    try:
        model = GPT(TINY, generator=generator).eval()
        for p in model.parameters():
            p.add_(torch.randn(p.shape, generator=generator), alpha=0.3)
        ids = torch.randint(TINY.vocab_size, (3, 7), generator=generator)
        keep = torch.ones(3, 9, dtype=torch.bool)
        keep[0, :2] = False
        return _steps_agree(model, ids, None) and _steps_agree(model, ids, keep)
    except Exception:  # whatever goes wrong in a learner's function shows when hers is run
        return False


def _steps_agree(model: GPT, ids: Tensor, keep: Tensor | None) -> bool:
    """Four tokens at once, then three one by one."""
    b, heads, d = len(ids), TINY.n_heads, TINY.d_head
    hers = [fused.plain_cache((b, heads, 9, d), model.wte) for _ in model.blocks]
    ours = [fused.new_cache((b, heads, 9, d), model.wte) for _ in model.blocks]
    positions = torch.arange(7).expand(b, 7)
    if keep is not None:
        positions = (keep[:, :7].cumsum(1) - 1).clamp(min=0)
    seen = None if keep is None else keep[:, :4]
    model.hidden(ids[:, :4], seen, positions[:, :4], hers)
    for one, (k, v) in zip(ours, hers):
        fused.append_kv(one, k, v)
    decoder = Decoder(model, ours, keep)
    for t in range(4, 7):
        seen = None if keep is None else keep[:, : t + 1]
        expected = model(ids[:, t : t + 1], seen, positions[:, t : t + 1], hers)[:, 0]
        given = decoder.step(ids[:, t], None if keep is None else positions[:, t])
        if not fused.close(expected, given):
            return False
    return True
