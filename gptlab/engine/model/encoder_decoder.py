"""The Transformer of 2017: encoder, decoder and both together, as shells that call the learner's functions.

What a stack becomes is decided by who may look at whom: everybody (an encoder such as BERT), only backwards (a
decoder such as GPT), or backwards here and everywhere in a second text (the decoder half of a translator).

B batch, T query time, S key time, C width, H heads, D head width, V vocabulary. True = keep in every mask.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gptlab import attention, transformer
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.functions import FunctionSet
from gptlab.engine.model.fused import ModelFunctions
from gptlab.engine.model.gpt import MLP, Attention, Norm


def cross_attention(
    x: Tensor, memory: Tensor, w: Attention, n_heads: int, mask: Tensor | None = None
) -> Tensor:
    """Cross-attention, one text looking at another: queries from here, keys and values from there.

        q = x·w_q,   k | v = memory·w_kv,   out = concat(heads)·w_out      Vaswani et al. 2017, §3.2.3

    x       (B, T, C) float
    memory  (B, S, C) float, what an encoder made of the other text
    mask    (B, 1, T, S) or (B, 1, 1, S) bool
    ->      (B, T, C) float
    """
    c = x.shape[-1]
    k, v = (memory @ w.w_qkv[:, c:] + w.b_qkv[c:]).chunk(2, dim=-1)
    q, k, v = (
        attention.split_heads(part, n_heads) for part in (x @ w.w_qkv[:, :c] + w.b_qkv[:c], k, v)
    )
    found = attention.scaled_dot_product_attention(q, k, v, mask)  # (B, H, T, D)
    return attention.merge_heads(found) @ w.w_out + w.b_out


class CrossAttention(Attention):
    """Weights of one cross-attention; a module that is called, so that a hook can listen to it."""

    def forward(self, x: Tensor, memory: Tensor, n_heads: int, mask: Tensor | None) -> Tensor:
        """Run `cross_attention` with these weights."""
        return cross_attention(x, memory, self, n_heads, mask)


class TransformerLayer(nn.Module):
    """One block, pre-LN or post-LN; `crossed` puts cross-attention between attention and feed-forward network."""

    def __init__(self, config: GPTConfig, post: bool = False, crossed: bool = False) -> None:
        super().__init__()
        c = config.d_model
        self.n_heads = config.n_heads
        self.post = post
        self.norm1 = Norm(c)
        self.attn = Attention(c)
        self.norm2 = Norm(c)
        self.mlp = MLP(c)
        if crossed:
            self.norm3 = Norm(c)
            self.cross = CrossAttention(c)

    def wiring(self) -> Callable:
        """The learner's block: it says where the norms are and what is added to the stream."""
        return transformer.post_ln_block if self.post else transformer.pre_ln_block

    def forward(
        self,
        x: Tensor,
        functions: ModelFunctions,
        mask: Tensor | None = None,
        memory: Tensor | None = None,
        memory_mask: Tensor | None = None,
    ) -> Tensor:
        """x (B, T, C), mask (T, T) or (B, 1, T, T), memory (B, S, C) -> (B, T, C)."""
        a, m = self.attn, self.mlp

        def attend(y: Tensor) -> Tensor:
            return functions.multi_head_attention(
                y, a.w_qkv, a.b_qkv, a.w_out, a.b_out, self.n_heads, mask
            )

        def mlp(y: Tensor) -> Tensor:
            return functions.feed_forward(y, m.w_in, m.b_in, m.w_out, m.b_out)

        def norm(weights: Norm) -> Callable[[Tensor], Tensor]:
            return lambda y: functions.layer_norm(y, weights.weight, weights.bias)

        block = self.wiring()
        if memory is None:
            return block(x, attend, mlp, norm(self.norm1), norm(self.norm2))

        def cross_attend(y: Tensor) -> Tensor:
            return self.cross(y, memory, self.n_heads, memory_mask)

        # A block does not mind what its parts do: here, attention to both texts.
        x = block(x, attend, cross_attend, norm(self.norm1), norm(self.norm3))
        if self.post:
            return norm(self.norm2)(x + mlp(x))
        return x + mlp(norm(self.norm2)(x))


class TransformerStack(nn.Module):
    """Embedding, positions and layers, without a head; `post` puts the norms behind the sums, as in 2017.

    x = embedding·√C + position                               Vaswani et al. 2017, §3.4
    """

    positions: Tensor

    def __init__(
        self, config: GPTConfig, post: bool = False, crossed: bool = False, seed: int = 0
    ) -> None:
        super().__init__()
        self.config = config
        self.post = post
        self.functions = FunctionSet("fused")
        self.wte = nn.Parameter(torch.empty(config.vocab_size, config.d_model))
        self.layers = nn.ModuleList(
            TransformerLayer(config, post, crossed) for _ in range(config.n_layers)
        )
        self.norm = None if post else Norm(config.d_model)  # a post-LN stack ends in a norm already
        positions = attention.sinusoidal_positions(config.context, config.d_model)
        self.register_buffer("positions", positions)
        self.init_weights(torch.Generator().manual_seed(seed))

    @torch.no_grad()
    def init_weights(self, generator: torch.Generator) -> None:
        """Draw every matrix from N(0, 2 / (in + out)), as Xavier has it, and the embedding from N(0, 1/C)."""
        for name, p in self.named_parameters():
            if name == "wte":
                p.normal_(0.0, self.config.d_model**-0.5, generator=generator)
            elif p.dim() == 2:
                n_matrices = 3 if name.endswith("w_qkv") else 1  # side by side
                n_out = p.shape[1] // n_matrices
                p.normal_(0.0, (2 / (p.shape[0] + n_out)) ** 0.5, generator=generator)

    def forward(
        self,
        ids: Tensor,
        mask: Tensor | None = None,
        memory: Tensor | None = None,
        memory_mask: Tensor | None = None,
    ) -> Tensor:
        """ids (B, T) int, masks and memory as in `TransformerLayer` -> (B, T, C) float."""
        t, c = ids.shape[1], self.config.d_model
        if t > self.config.context:
            raise ValueError(
                f"{t} tokens do not fit a context of {self.config.context}; give fewer"
            )
        x = F.embedding(ids, self.wte) * c**0.5 + self.positions[:t]
        functions = self.functions.get()
        for layer in self.layers:
            x = layer(x, functions, mask, memory, memory_mask)
        return x if self.norm is None else functions.layer_norm(x, self.norm.weight, self.norm.bias)

    def logits(self, hidden: Tensor) -> Tensor:
        """The head, tied to the embedding; (B, T, C) -> (B, T, V)."""
        return hidden @ self.wte.T


class TransformerLM(nn.Module):
    """One stack with a head: a GPT when `causal`, else a BERT. Nothing else differs."""

    def __init__(self, config: GPTConfig, causal: bool, post: bool = False, seed: int = 0) -> None:
        super().__init__()
        self.config = config
        self.causal = causal
        self.stack = TransformerStack(config, post, seed=seed)

    def forward(self, ids: Tensor, keep: Tensor | None = None) -> Tensor:
        """Logits at every position; ids (B, T) int, keep (B, T) bool, False = padding -> (B, T, V) float."""
        mask = None if keep is None else keep[:, None, None, :]  # (B, 1, 1, T)
        if self.causal:
            causal = attention.causal_mask(ids.shape[1])
            mask = causal if mask is None else causal & mask
        elif mask is not None:
            mask = mask.expand(-1, -1, ids.shape[1], -1)
        return self.stack.logits(self.stack(ids, mask))


class Translator(nn.Module):
    """Two stacks: an encoder reads a text, a decoder writes another and looks at what the encoder made of it."""

    def __init__(
        self, source: GPTConfig, target: GPTConfig, post: bool = False, seed: int = 0
    ) -> None:
        super().__init__()
        self.encoder = TransformerStack(source, post, seed=seed)
        self.decoder = TransformerStack(target, post, crossed=True, seed=seed + 1)

    def forward(self, source: Tensor, target: Tensor, keep: Tensor) -> Tensor:
        """Logits of the next token of the target; source (B, S) int, target (B, T) int, keep (B, S) -> (B, T, V)."""
        everywhere = keep[:, None, None, :]  # (B, 1, 1, S)
        memory = self.encoder(source, everywhere.expand(-1, -1, source.shape[1], -1))
        hidden = self.decoder(target, attention.causal_mask(target.shape[1]), memory, everywhere)
        return self.decoder.logits(hidden)

    @torch.no_grad()
    def generate(self, source: Tensor, keep: Tensor, start: int, stop: int, most: int) -> Tensor:
        """The likeliest translation, token by token, (B, at most `most`) int; what follows its end is `stop`."""
        target = torch.full((len(source), 1), start)
        done = torch.zeros(len(source), dtype=torch.bool)
        while target.shape[1] <= most and not bool(done.all()):
            best = self(source, target, keep)[:, -1].argmax(dim=-1).masked_fill(done, stop)
            target = torch.cat([target, best[:, None]], dim=1)
            done = done | (best == stop)
        return target[:, 1:]
