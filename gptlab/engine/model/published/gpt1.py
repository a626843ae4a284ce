"""GPT-1 as a shell: post-LN blocks, learned positions, no last norm (Radford et al. 2018, §4.1).

B batch, T time, C width, V vocabulary. True = keep in every mask.
"""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gptlab import attention
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.encoder_decoder import TransformerLayer
from gptlab.engine.model.functions import FunctionSet

# Part of a block: its name in OpenAI's weights as `transformers` keeps them, and here. Both are (in, out).
NAMES = {
    "attn.c_attn.weight": "attn.w_qkv",
    "attn.c_attn.bias": "attn.b_qkv",
    "attn.c_proj.weight": "attn.w_out",
    "attn.c_proj.bias": "attn.b_out",
    "ln_1.weight": "norm1.weight",
    "ln_1.bias": "norm1.bias",
    "mlp.c_fc.weight": "mlp.w_in",
    "mlp.c_fc.bias": "mlp.b_in",
    "mlp.c_proj.weight": "mlp.w_out",
    "mlp.c_proj.bias": "mlp.b_out",
    "ln_2.weight": "norm2.weight",
    "ln_2.bias": "norm2.bias",
}


class GPT1(nn.Module):
    """The decoder of 2018, on the learner's functions; the head is tied to the embedding."""

    def __init__(self, config: GPTConfig, seed: int = 0) -> None:
        super().__init__()
        self.config = config
        self.functions = FunctionSet("plain")
        self.wte = nn.Parameter(torch.empty(config.vocab_size, config.d_model))
        self.wpe = nn.Parameter(torch.empty(config.context, config.d_model))
        self.blocks = nn.ModuleList(
            TransformerLayer(config, post=True) for _ in range(config.n_layers)
        )
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for parameter in self.parameters():
                if parameter.dim() == 2:
                    parameter.normal_(0.0, 0.02, generator=generator)

    def forward(self, ids: Tensor) -> Tensor:
        """Logits of the next token at every position; ids (B, T) int -> (B, T, V) float."""
        return self.hidden(ids) @ self.wte.T

    def hidden(self, ids: Tensor) -> Tensor:
        """What the last block gives; ids (B, T) int -> (B, T, C) float."""
        t = ids.shape[1]
        if t > self.config.context:
            raise ValueError(
                f"{t} tokens do not fit a context of {self.config.context}; give fewer"
            )
        x = F.embedding(ids, self.wte) + self.wpe[:t]
        mask = attention.causal_mask(t).to(ids.device)
        functions = self.functions.get()
        for block in self.blocks:
            x = block(x, functions, mask)
        return x


def load_openai_gpt(state: Mapping[str, Tensor], config: GPTConfig) -> GPT1:
    """GPT-1 with the weights of an `OpenAIGPTModel` or `OpenAIGPTLMHeadModel` of transformers.

    state   its `state_dict()`, or what its file holds
    config  of the same shape

    Raises ValueError when a weight is missing or has another shape.
    """
    model = GPT1(config)
    prefix = "transformer." if "transformer.tokens_embed.weight" in state else ""
    theirs = {"wte": "tokens_embed.weight", "wpe": "positions_embed.weight"}
    for layer in range(config.n_layers):
        theirs |= {f"blocks.{layer}.{ours}": f"h.{layer}.{their}" for their, ours in NAMES.items()}
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            source = state.get(prefix + theirs[name])
            if source is None or source.shape != parameter.shape:
                came = "missing" if source is None else tuple(source.shape)
                raise ValueError(
                    f"{prefix + theirs[name]} is {came}, but must be {tuple(parameter.shape)}"
                )
            parameter.copy_(source)
    return model
