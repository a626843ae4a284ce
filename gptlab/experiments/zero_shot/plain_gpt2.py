"""GPT-2 written once more, straight on the tensors of its file, with torch's functions and none of the rooms'.

A second opinion: what the learner's functions make of the same file has to be the same.
"""

import importlib.util
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor


def logits(state: dict[str, Tensor], ids: Tensor, n_heads: int) -> Tensor:
    """Logits of a GPT-2 whose tensors have the names and the shapes of Hugging Face's files.

    ids  (B, T) int
    ->   (B, T, V) float
    """
    state = {name.removeprefix("transformer."): x for name, x in state.items()}
    n_layers = 1 + max(int(name.split(".")[1]) for name in state if name.startswith("h."))
    x = F.embedding(ids, state["wte.weight"]) + state["wpe.weight"][: ids.shape[1]]
    for i in range(n_layers):
        x = x + _attention(state, f"h.{i}.attn", _norm(state, f"h.{i}.ln_1", x), n_heads)
        inner = F.gelu(
            _affine(state, f"h.{i}.mlp.c_fc", _norm(state, f"h.{i}.ln_2", x)), approximate="tanh"
        )
        x = x + _affine(state, f"h.{i}.mlp.c_proj", inner)
    return F.linear(_norm(state, "ln_f", x), state["wte.weight"])


def _norm(state: dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    weight, bias = state[f"{name}.weight"], state[f"{name}.bias"]
    return F.layer_norm(x, weight.shape, weight, bias, eps=1e-5)


def _affine(state: dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    """F.linear wants (out, in)."""
    return F.linear(x, state[f"{name}.weight"].T, state[f"{name}.bias"])


def _attention(state: dict[str, Tensor], name: str, x: Tensor, n_heads: int) -> Tensor:
    B, T, C = x.shape
    parts = _affine(state, f"{name}.c_attn", x).split(C, dim=-1)
    q, k, v = (part.reshape(B, T, n_heads, -1).transpose(1, 2) for part in parts)
    mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    return _affine(state, f"{name}.c_proj", mixed.transpose(1, 2).reshape(B, T, C))


def transformers_logits(folder: str | Path, ids: Tensor) -> Tensor | None:
    """What Hugging Face's own GPT-2 makes of a folder; None where `transformers` is not installed.

    ids  (B, T) int
    ->   (B, T, V) float
    """
    if importlib.util.find_spec("transformers") is None:
        return None
    import transformers

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    model = transformers.GPT2LMHeadModel.from_pretrained(folder).eval()
    with torch.no_grad():
        return model(ids).logits
