"""Saves and loads a model as one folder; a kill at any moment leaves the last good one.

One process writes a folder; any number may read it.
"""

import io
import json
import math
from dataclasses import dataclass, field
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from gptlab.engine import files
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.heads import RewardModel, ScalarHeadModel, ValueModel
from gptlab.engine.model.tokenizer import Tokenizer

FORMAT = "gptlab-1"
KINDS = {"gpt": GPT, "reward": RewardModel, "value": ValueModel}
CONFIG, WEIGHTS, TOKENIZER, OPTIMIZER = FILES = (
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "optimizer.pt",
)
LARGEST_CONFIG = 16_000_000  # bytes; ours take a few thousand, a long run's log more
LARGEST_HEAD = 8  # numbers beside the weight of a scalar head: its bias, its scale


class CheckpointError(ValueError):
    """A checkpoint cannot be written or read; the message is one line."""


class NotSaved(CheckpointError):
    """A checkpoint could not be written; the one before stands as it was."""


@dataclass
class Checkpoint:
    """What `load` found in a folder."""

    model: GPT | ScalarHeadModel
    kind: str  # "gpt", "reward" or "value"
    tokenizer: Tokenizer | None = None
    optimizer_state: dict | None = None
    meta: dict = field(default_factory=dict)  # whatever `save` was given


def save(
    folder: str | Path,
    model: GPT | ScalarHeadModel,
    tokenizer: Tokenizer | None = None,
    optimizer_state: dict | None = None,
    meta: dict | None = None,
    dtype: torch.dtype | None = None,
) -> None:
    """Write a model, and what belongs to it, as one folder; what stood there is replaced, or left whole.

    `meta` is any dict that JSON can hold; `dtype` stores the weights narrower than they are.

    Raises NotSaved, a CheckpointError, when the disk is full or the place is not writable, CheckpointError when
    it holds other files.
    """
    folder = Path(folder).absolute()
    contents = _contents(model, tokenizer, optimizer_state, meta, dtype)
    try:
        _refuse_foreign(folder)
        files.replace_folder(folder, contents)
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        raise NotSaved(f"cannot write checkpoint {folder}: {reason}") from None


def load(folder: str | Path, fused: bool = False, optimizer: bool = True) -> Checkpoint:
    """Read what `save` wrote; the weights become float32. Nothing in the files is ever executed.

    Raises CheckpointError when something is missing, damaged, or does not fit together.
    """
    folder = Path(folder).absolute()
    place = files.standing(folder)
    if not (place / CONFIG).is_file():
        raise CheckpointError(f"no checkpoint at {folder}: {CONFIG} is missing")
    try:
        kind, config, meta = _read_config(place / CONFIG)
        model = _read_model(place / WEIGHTS, kind, config)
        tokenizer = _read_tokenizer(place / TOKENIZER, config)
        state = _read_optimizer(place / OPTIMIZER) if optimizer else None
    except CheckpointError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CheckpointError(f"cannot read checkpoint {folder}: {_one_line(reason)}") from None
    gpt = model.gpt if isinstance(model, ScalarHeadModel) else model
    gpt.run_on("fused" if fused else "plain")
    return Checkpoint(model, kind, tokenizer, state, meta)


def remove(folder: str | Path) -> None:
    """Delete a checkpoint, what is left of an interrupted `save` too; nothing happens where there is none."""
    files.remove_folder(Path(folder).absolute())


def exists(folder: str | Path) -> bool:
    """Whether `load` would find a checkpoint there."""
    return (files.standing(Path(folder).absolute()) / CONFIG).is_file()


def _contents(
    model: GPT | ScalarHeadModel,
    tokenizer: Tokenizer | None,
    optimizer_state: dict | None,
    meta: dict | None,
    dtype: torch.dtype | None,
) -> dict[str, bytes]:
    """Every file's bytes, all made before the disk is touched."""
    kind = next((name for name, cls in KINDS.items() if type(model) is cls), None)
    if kind is None:
        raise ValueError(
            f"a checkpoint holds one of {', '.join(KINDS)}, not a {type(model).__name__}"
        )
    config = {"format": FORMAT, "kind": kind, "model": model.config.to_dict(), "meta": meta or {}}
    tensors = {name: _stored(tensor, dtype) for name, tensor in model.state_dict().items()}
    contents = {
        CONFIG: (json.dumps(config, ensure_ascii=False, indent=1) + "\n").encode(),
        WEIGHTS: safetensors.torch.save(tensors),
    }
    if tokenizer is not None:
        contents[TOKENIZER] = tokenizer.to_json().encode()
    if optimizer_state is not None:
        buffer = io.BytesIO()
        torch.save(optimizer_state, buffer)
        contents[OPTIMIZER] = buffer.getvalue()
    return contents


def _stored(tensor: Tensor, dtype: torch.dtype | None) -> Tensor:
    return tensor.detach().to("cpu", dtype).contiguous()


def _refuse_foreign(folder: Path) -> None:
    """Replacing a folder deletes what is in it, so it may hold nothing but a checkpoint."""
    place = files.standing(folder)
    if not place.exists():
        return
    if not place.is_dir():
        raise CheckpointError(f"cannot write checkpoint {folder}: a file stands there")
    foreign = sorted(
        p.name for p in place.iterdir() if p.name not in FILES and not p.name.startswith(".")
    )
    if foreign:
        raise CheckpointError(
            f"cannot write checkpoint {folder}: it holds other files ({foreign[0]})"
        )


def _one_line(text: object) -> str:
    lines = str(text).strip().splitlines()
    return lines[0][:300] if lines else "unknown reason"


def _read_config(path: Path) -> tuple[str, GPTConfig, dict]:
    if path.stat().st_size > LARGEST_CONFIG:
        raise ValueError(f"{CONFIG} has {path.stat().st_size} bytes; at most {LARGEST_CONFIG}")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise ValueError(f"{CONFIG} is not JSON") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError(f"{CONFIG} is not of format {FORMAT!r}")
    kind = content.get("kind")
    meta = content.get("meta", {})
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(
            f"{CONFIG}: kind must be one of {', '.join(KINDS)}, but is {str(kind)[:40]!r}"
        )
    if not isinstance(meta, dict):
        raise ValueError(f"{CONFIG}: meta must hold named values")
    return kind, GPTConfig.from_dict(content.get("model")), meta


def _read_model(path: Path, kind: str, config: GPTConfig) -> GPT | ScalarHeadModel:
    """Compare sizes before anything of the config's size is made."""
    try:
        with safetensors.safe_open(str(path), framework="pt") as file:
            names = file.keys()
            shapes = {name: tuple(file.get_slice(name).get_shape()) for name in names}
            model = _empty_model(kind, config, shapes)
            tensors = {name: file.get_tensor(name) for name in shapes}
    except safetensors.SafetensorError as error:
        raise ValueError(f"{WEIGHTS} is damaged ({_one_line(error)})") from None
    odd = next((name for name, tensor in tensors.items() if not tensor.is_floating_point()), None)
    if odd is not None:
        raise ValueError(f"{WEIGHTS}: {odd} is {tensors[odd].dtype}, not floating point")
    broken = next((name for name, tensor in tensors.items() if not tensor.isfinite().all()), None)
    if broken is not None:
        raise ValueError(f"{WEIGHTS}: {broken} holds what is no number: the training was lost")
    model.load_state_dict({name: tensor.float() for name, tensor in tensors.items()}, assign=True)
    return model


def _empty_model(kind: str, config: GPTConfig, shapes: dict[str, tuple]) -> GPT | ScalarHeadModel:
    """A model without memory, whose shapes are those of the file."""
    found = sum(math.prod(shape) for shape in shapes.values())
    wanted = config.n_parameters
    head = 0 if kind == "gpt" else config.d_model + LARGEST_HEAD
    if not wanted <= found <= wanted + head:
        raise ValueError(f"{WEIGHTS} holds {found} numbers, but {CONFIG} asks for {wanted}")
    if config.n_layers > len(shapes):
        raise ValueError(
            f"{WEIGHTS} holds {len(shapes)} tensors, too few for {config.n_layers} layers"
        )
    with torch.device("meta"):
        gpt = GPT(config, initialize=False)
        model = gpt if kind == "gpt" else KINDS[kind](gpt)
    expected = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    for name in [*expected, *shapes]:
        if expected.get(name) != shapes.get(name):
            found, asked = shapes.get(name), expected.get(name)
            raise ValueError(f"{WEIGHTS}: {name[:60]} is {found}, but {CONFIG} asks for {asked}")
    return model


def _read_tokenizer(path: Path, config: GPTConfig) -> Tokenizer | None:
    if not path.exists():
        return None
    tokenizer = Tokenizer.load(path)
    if tokenizer.vocab_size > config.vocab_size:
        sizes = (
            f"{tokenizer.vocab_size} tokens, but the model's vocabulary only {config.vocab_size}"
        )
        raise ValueError(f"{TOKENIZER} has {sizes}")
    return tokenizer


def _read_optimizer(path: Path) -> dict | None:
    if not path.exists():
        return None
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception:  # torch raises many kinds, with messages of many lines
        raise ValueError(f"{OPTIMIZER} is damaged, or holds more than numbers and names") from None
