"""GPT as a shell: it holds the weights and calls the learner's functions.

B batch, T query time, S key time, C width, H heads, D head width, V vocabulary. True = keep in every mask.
"""

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gptlab import attention, transformer
from gptlab.engine.config import GPTConfig
from gptlab.engine.model import torch_stand_ins  # where there is a GPT, they are on offer
from gptlab.engine.model.bf16 import resolve_precision
from gptlab.engine.model.functions import FunctionSet
from gptlab.engine.model.fused import ModelFunctions, cached_length


class Norm(nn.Module):
    """Weights of one layer norm."""

    def __init__(self, d_model: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))


class Attention(nn.Module):
    """Weights of one multi-head attention, (in, out) as in GPT-2's files."""

    def __init__(self, d_model: int) -> None:
        super().__init__()
        self.w_qkv = nn.Parameter(torch.empty(d_model, 3 * d_model))
        self.b_qkv = nn.Parameter(torch.zeros(3 * d_model))
        self.w_out = nn.Parameter(torch.empty(d_model, d_model))
        self.b_out = nn.Parameter(torch.zeros(d_model))


class MLP(nn.Module):
    """Weights of one feed-forward layer, four times as wide inside."""

    def __init__(self, d_model: int) -> None:
        super().__init__()
        self.w_in = nn.Parameter(torch.empty(d_model, 4 * d_model))
        self.b_in = nn.Parameter(torch.zeros(4 * d_model))
        self.w_out = nn.Parameter(torch.empty(4 * d_model, d_model))
        self.b_out = nn.Parameter(torch.zeros(d_model))


class Block(nn.Module):
    """One pre-LN block: attention, then feed-forward, each added to the residual stream."""

    def __init__(self, d_model: int) -> None:
        super().__init__()
        self.norm1 = Norm(d_model)
        self.attn = Attention(d_model)
        self.norm2 = Norm(d_model)
        self.mlp = MLP(d_model)

    def forward(self, x: Tensor, attend: Callable, functions: ModelFunctions) -> Tensor:
        """Run `pre_ln_block` with `attend(weights, x)` and the chosen functions; x (B, T, C) -> (B, T, C)."""
        mlp = self.mlp
        return transformer.pre_ln_block(
            x,
            attend=lambda y: attend(self.attn, y),
            mlp=lambda y: functions.feed_forward(y, mlp.w_in, mlp.b_in, mlp.w_out, mlp.b_out),
            norm1=lambda y: functions.layer_norm(y, self.norm1.weight, self.norm1.bias),
            norm2=lambda y: functions.layer_norm(y, self.norm2.weight, self.norm2.bias),
        )


class GPT(nn.Module):
    """A GPT-2 decoder: learned positions, pre-LN blocks, the head tied to the embedding.

    Radford et al. 2019. `fused` is short for `run_on("fused")`. `initialize=False` leaves the matrices unset,
    for loading.
    """

    def __init__(
        self,
        config: GPTConfig,
        fused: bool = False,
        seed: int = 0,
        generator: torch.Generator | None = None,
        initialize: bool = True,
    ) -> None:
        super().__init__()
        self.config = config
        self.run_on("fused" if fused else "plain")
        self.wte = nn.Parameter(torch.empty(config.vocab_size, config.d_model))
        self.wpe = nn.Parameter(torch.empty(config.context, config.d_model))
        self.blocks = nn.ModuleList(Block(config.d_model) for _ in range(config.n_layers))
        self.norm = Norm(config.d_model)
        if initialize:
            self.reset_parameters(generator or torch.Generator().manual_seed(seed))

    @torch.no_grad()
    def reset_parameters(self, generator: torch.Generator) -> None:
        """Draw every matrix from N(0, gpt2_init_std²); biases 0, norms 1."""
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                std = transformer.gpt2_init_std(name, self.config.n_layers)
                parameter.normal_(0.0, std, generator=generator)
            else:
                parameter.fill_(1.0 if name.endswith("weight") else 0.0)

    def run_on(self, way: str) -> "GPT":
        """Choose which functions run: "plain", the learner's; "fused", "bf16" as in `FunctionSet`; or "auto".

        "auto" = "bf16" where that is faster on this machine, else "fused". In eval mode and with a cache all is
        float32. Raises ValueError for another word.
        """
        if way == "auto":
            way = "bf16" if resolve_precision("auto", self.wte) == "bf16" else "fused"
        self._functions = FunctionSet(way)
        return self

    @property
    def runs_on(self) -> str:
        """What `run_on` chose: "plain", "fused" or "bf16"."""
        return self._functions.way

    @property
    def functions(self) -> ModelFunctions:
        """The functions that run in float32; setting them makes the model run exactly these, in training too."""
        return self._functions.get()

    @functions.setter
    def functions(self, functions: ModelFunctions) -> None:
        self._functions = FunctionSet(self.runs_on, functions)

    @property
    def functions_are_chosen(self) -> bool:
        """Whether `run_on` chose the functions; False where somebody set `functions`."""
        return not self._functions.given

    def new_cache(self, batch_size: int, capacity: int) -> list:
        """One empty cache of keys and values a layer, for up to `capacity` tokens."""
        shape = (batch_size, self.config.n_heads, capacity, self.config.d_head)
        return [self.functions.new_cache(shape, self.wte) for _ in self.blocks]

    def forward(
        self,
        ids: Tensor,
        keep: Tensor | None = None,
        positions: Tensor | None = None,
        cache: list | None = None,
    ) -> Tensor:
        """Logits of the next token at every position.

            logits = hidden · wteᵀ                          Radford et al. 2019 (weights tied)

        ids        (B, T) int
        keep       (B, S) bool, False = padding that nobody may look at; S = tokens cached + T
        positions  (T,) or (B, T) int; counted on from what is cached when not given
        cache      list from `new_cache`, filled in place, one entry a layer
        ->         (B, T, V) float

        Raises ValueError when an id is not in the vocabulary or the sequence is longer than the context.
        """
        return self.unembed(self.hidden(ids, keep, positions, cache))

    def unembed(self, hidden: Tensor) -> Tensor:
        """The head, tied to the embedding: logits of what `hidden` gives; (..., C) -> (..., V)."""
        return hidden @ self.wte.T

    def loss(
        self,
        ids: Tensor,
        targets: Tensor,
        keep: Tensor | None = None,
        positions: Tensor | None = None,
    ) -> Tensor:
        """Mean cross-entropy of the logits with targets (B, T) int, −100 = does not count; nats a token."""
        hidden = self.hidden(ids, keep, positions)
        return self._functions.get(self.training).linear_cross_entropy(hidden, self.wte, targets)

    def hidden(
        self,
        ids: Tensor,
        keep: Tensor | None = None,
        positions: Tensor | None = None,
        cache: list | None = None,
    ) -> Tensor:
        """What the last norm gives, before the head; arguments as in `forward`; -> (B, T, C)."""
        past = 0 if cache is None else cached_length(cache[0])
        self.check_input(ids, past, keep, positions)
        if positions is None:
            positions = torch.arange(past, past + ids.shape[1], device=ids.device)
        x = F.embedding(ids, self.wte) + F.embedding(positions, self.wpe)  # (B, T, C)
        functions = self._functions.get(training=self.training and cache is None)
        mask = self._mask(ids.shape[1], keep, functions) if cache is None else None
        for layer, block in enumerate(self.blocks):
            if cache is None:
                attend = partial(self._attend, functions=functions, mask=mask)
            else:
                attend = partial(
                    self._attend_cached, functions=functions, cache=cache, layer=layer, keep=keep
                )
            x = block(x, attend, functions)
        return functions.layer_norm(x, self.norm.weight, self.norm.bias)

    def _attend(
        self, w: Attention, x: Tensor, functions: ModelFunctions, mask: Tensor | None
    ) -> Tensor:
        """Attention over the whole sequence; x (B, T, C) -> (B, T, C)."""
        n_heads = self.config.n_heads
        if mask is None:
            assert functions.causal_attention is not None, "_mask makes a mask for these functions"
            return functions.causal_attention(x, w.w_qkv, w.b_qkv, w.w_out, w.b_out, n_heads)
        return functions.multi_head_attention(x, w.w_qkv, w.b_qkv, w.w_out, w.b_out, n_heads, mask)

    def _attend_cached(
        self,
        w: Attention,
        x: Tensor,
        functions: ModelFunctions,
        cache: list,
        layer: int,
        keep: Tensor | None,
    ) -> Tensor:
        """Attention of new tokens to the cached ones and to each other; x (B, T, C) -> (B, T, C)."""
        n_heads = self.config.n_heads
        q, k, v = (
            attention.split_heads(part, n_heads)
            for part in (x @ w.w_qkv + w.b_qkv).chunk(3, dim=-1)
        )
        cache[layer] = functions.append_kv(cache[layer], k, v)
        out = functions.attend_cached(q, cache[layer], keep)  # (B, H, T, D)
        if (
            keep is not None
        ):  # padding may look at nothing: whatever hers gives there must not spread
            itself = keep[:, -x.shape[1] :, None]  # (B, T, 1)
            out = out.masked_fill(~itself[:, None], 0.0)
        return attention.merge_heads(out) @ w.w_out + w.b_out

    def _mask(self, t: int, keep: Tensor | None, functions: ModelFunctions) -> Tensor | None:
        """Who may look where: None = causal only and fused; else (T, T) or (B, 1, T, T) bool."""
        if keep is None and functions.causal_attention is not None:
            return None
        device = self.wte.device
        causal = attention.causal_mask(t).to(device)  # (T, T)
        if keep is None:
            return causal
        itself = torch.eye(t, dtype=torch.bool, device=device)  # so that no row is empty
        return causal & (keep[:, None, None, :] | itself)  # (B, 1, T, T)

    def check_input(
        self,
        ids: Tensor,
        past: int,
        keep: Tensor | None = None,
        positions: Tensor | None = None,
    ) -> None:
        """Refuse what would fail later, or silently, with a message that says why; `past` tokens are cached."""
        if torch.compiler.is_compiling():
            return
        config = self.config
        if ids.dim() != 2 or ids.numel() == 0:
            raise ValueError(f"ids must be (B, T) and not empty, but are {tuple(ids.shape)}")
        length = past + ids.shape[1]
        if length > config.context:
            raise ValueError(
                f"{length} tokens do not fit a context of {config.context}; give fewer"
            )
        if keep is not None and keep.shape != (ids.shape[0], length):
            raise ValueError(
                f"keep is {tuple(keep.shape)}, but ids need ({ids.shape[0]}, {length})"
            )
        _check_range("token id", ids, config.vocab_size, "vocabulary")
        if positions is not None:
            _check_range("position", positions, config.context, "context")


def _check_range(what: str, numbers: Tensor, size: int, where: str) -> None:
    low, high = (int(n) for n in torch.aminmax(numbers))
    if low < 0 or high >= size:
        odd = low if low < 0 else high
        raise ValueError(f"{what} {odd} is outside a {where} of {size} (0 to {size - 1})")
