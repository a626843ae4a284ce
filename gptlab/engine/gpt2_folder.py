"""GPT-2 in Hugging Face's format: a folder with config.json, the weights and perhaps the tokenizer.

What is read runs on the functions of the rooms; `zero_shot.load_gpt2_state` says which tensor is which. Nothing
here needs `transformers`, and nothing in the files is executed.
"""

import json
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import tiktoken
import torch
from torch import Tensor

from gptlab import bpe, zero_shot
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT

CONFIG, WEIGHTS, PICKLED = "config.json", "model.safetensors", "pytorch_model.bin"
INDEX = "model.safetensors.index.json"  # where the weights are in several files
VOCABULARY = "vocab.json"
END = "<|endoftext|>"
WANTED = {  # what a GPT-2 may say of itself, and the values that our GPT has; the first where it says nothing
    "activation_function": ("gelu_new", "gelu_pytorch_tanh"),
    "layer_norm_epsilon": (1e-5,),
    "scale_attn_weights": (True,),
    "scale_attn_by_inverse_layer_idx": (False,),
    "tie_word_embeddings": (True,),
    "model_type": ("gpt2",),
}
IN_BLOCK = {
    "norm1.weight": "ln_1.weight",
    "norm1.bias": "ln_1.bias",
    "attn.w_qkv": "attn.c_attn.weight",
    "attn.b_qkv": "attn.c_attn.bias",
    "attn.w_out": "attn.c_proj.weight",
    "attn.b_out": "attn.c_proj.bias",
    "norm2.weight": "ln_2.weight",
    "norm2.bias": "ln_2.bias",
    "mlp.w_in": "mlp.c_fc.weight",
    "mlp.b_in": "mlp.c_fc.bias",
    "mlp.w_out": "mlp.c_proj.weight",
    "mlp.b_out": "mlp.c_proj.bias",
}


class NotGPT2(ValueError):
    """The folder holds no GPT-2 that our GPT can run; the message is one line."""


def read(folder: str | Path) -> GPT:
    """The model in a folder, in float32, ready to write.

    Raises NotGPT2 when a file is missing or damaged, or the model is none that our GPT can be.
    """
    config, state = read_config(folder), read_state(folder)
    try:
        ours = zero_shot.load_gpt2_state(state)
    except ValueError as error:
        raise NotGPT2(f"{folder}: {error}") from None
    with torch.device("meta"):
        model = GPT(config, initialize=False)
    shapes = {name: tuple(x.shape) for name, x in model.state_dict().items()}
    for name in [*shapes, *ours]:
        found = tuple(ours[name].shape) if name in ours else None
        if found != shapes.get(name):
            raise NotGPT2(f"{folder}: {name} is {found}, but {CONFIG} asks for {shapes.get(name)}")
    odd = next((name for name, x in ours.items() if not x.is_floating_point()), None)
    if odd is not None:
        raise NotGPT2(f"{folder}: {odd} is {ours[odd].dtype}, but our weights are floating point")
    model.load_state_dict({name: x.float().contiguous() for name, x in ours.items()}, assign=True)
    return model.eval()


def read_config(folder: str | Path) -> GPTConfig:
    """The shape of the model in a folder.

    Raises NotGPT2 when config.json is missing, no JSON, or asks for something that our GPT has not.
    """
    path = Path(folder) / CONFIG
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no JSON"
        raise NotGPT2(f"{path}: {reason}") from None
    if not isinstance(said, dict):
        raise NotGPT2(f"{path}: it holds no named values")
    for name, allowed in WANTED.items():
        if said.get(name, allowed[0]) not in allowed:
            raise NotGPT2(f"{path}: {name} is {said[name]!r}, but our GPT has {allowed[0]!r}")
    width = said.get("n_embd")
    if said.get("n_inner") not in (None, 4 * width if isinstance(width, int) else None):
        raise NotGPT2(f"{path}: n_inner is {said['n_inner']}, but our MLP is 4 times n_embd wide")
    sizes = ("vocab_size", "n_positions", "n_layer", "n_head", "n_embd")
    try:
        return GPTConfig(*(said.get(name) for name in sizes))
    except ValueError as error:
        raise NotGPT2(f"{path}: {error}") from None


def read_state(folder: str | Path) -> dict[str, Tensor]:
    """The tensors of a folder under their own names: model.safetensors, its shards, or else pytorch_model.bin.

    Raises NotGPT2 when there is none of them, a shard is missing, or a file is damaged.
    """
    folder = Path(folder)
    try:
        if (folder / WEIGHTS).is_file():
            return safetensors.torch.load_file(folder / WEIGHTS)
        if (folder / INDEX).is_file():
            return _read_shards(folder)
        if (folder / PICKLED).is_file():
            return torch.load(folder / PICKLED, map_location="cpu", weights_only=True)
    except NotGPT2:
        raise
    except (
        Exception
    ) as error:  # safetensors and torch raise many kinds, with messages of many lines
        text = str(error).splitlines()[0][:80] if str(error) else type(error).__name__
        raise NotGPT2(f"{folder}: the weights are damaged ({text})") from None
    raise NotGPT2(f"{folder}: there is neither {WEIGHTS} nor {PICKLED}")


def _read_shards(folder: Path) -> dict[str, Tensor]:
    """Weights that were cut into several files, which the index names."""
    place = json.loads((folder / INDEX).read_text(encoding="utf-8"))["weight_map"]
    names = sorted({Path(name).name for name in place.values()})  # none leads out of the folder
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise NotGPT2(f"{folder}: {INDEX} names {missing[0]}, which is not there")
    state: dict[str, Tensor] = {}
    for name in names:
        state |= safetensors.torch.load_file(folder / name)
    return state


def write(folder: str | Path, model: GPT) -> None:
    """Write a GPT of ours as a folder that `transformers` reads as a GPT-2."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents(model, {"bos_token_id": None, "eos_token_id": None}).items():
        (folder / name).write_bytes(content)


def contents(model: GPT, also: dict[str, Any]) -> dict[str, bytes]:
    """The two files of that folder; `also` goes into config.json."""
    config = model.config
    said: dict[str, Any] = {name: allowed[0] for name, allowed in WANTED.items()}
    said |= {"architectures": ["GPT2LMHeadModel"], "vocab_size": config.vocab_size}
    said |= {"n_positions": config.context, "n_layer": config.n_layers, "n_head": config.n_heads}
    said |= {"n_embd": config.d_model, "torch_dtype": "float32", **also}
    said |= dict.fromkeys(("attn_pdrop", "embd_pdrop", "resid_pdrop"), 0.0)
    names = {"wte": "wte.weight", "wpe": "wpe.weight"}
    names |= {"norm.weight": "ln_f.weight", "norm.bias": "ln_f.bias"}
    for i in range(config.n_layers):
        names |= {f"blocks.{i}.{ours}": f"h.{i}.{theirs}" for ours, theirs in IN_BLOCK.items()}
    state = {names[name]: x.detach().contiguous() for name, x in model.state_dict().items()}
    return {
        CONFIG: (json.dumps(said, indent=2) + "\n").encode(),
        WEIGHTS: safetensors.torch.save(state, metadata={"format": "pt"}),
    }


def read_tokenizer(folder: str | Path) -> tiktoken.Encoding:
    """GPT-2's tokenizer from vocab.json: the bytes of each token, in the order of their ids.

    Raises NotGPT2 when the file is missing, or its tokens are not made of GPT-2's letters for bytes.
    """
    path = Path(folder) / VOCABULARY
    letters = {letter: byte for byte, letter in enumerate(byte_letters())}
    try:
        tokens = json.loads(path.read_text(encoding="utf-8"))
        special = {END: tokens.pop(END)} if END in tokens else {}
        ranks = {bytes(letters[c] for c in token): i for token, i in tokens.items()}
    except (OSError, ValueError, AttributeError, KeyError) as error:
        reason = getattr(error, "strerror", None) or "it is no vocabulary of GPT-2"
        raise NotGPT2(f"{path}: {reason}") from None
    return tiktoken.Encoding(
        "gpt2", pat_str=bpe.GPT2_PATTERN, mergeable_ranks=ranks, special_tokens=special
    )


def byte_letters() -> list[str]:
    """The letter that GPT-2's files write for each byte: itself where it can be printed, else one from 256 on."""
    plain = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = iter(range(256, 512))
    return [chr(byte) if byte in plain else chr(next(others)) for byte in range(256)]
