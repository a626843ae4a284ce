"""Checkpoints out and in: ours ⇄ a folder of Hugging Face's GPT2LMHeadModel with its tokenizer.

Our GPT *is* a GPT-2 (learned positions, pre-LN, tanh GELU, tied head, biases, matrices as (in, out)), so nothing is
converted: tensors get other names, and logits stay equal up to the rounding of another order of sums.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from gptlab.engine import files, gpt2_folder
from gptlab.engine.assistant import stage_of
from gptlab.engine.exchange import tokenizers
from gptlab.engine.gpt2_folder import NotGPT2
from gptlab.engine.model import checkpoint
from gptlab.engine.model.gpt import GPT
from gptlab.engine.stages import STAGES, WRITING_STAGES

OURS = "gptlab"  # the entry of config.json that says after which stage a model of ours was saved
CARD, GENERATION, TOKENIZER_CONFIG = "README.md", "generation_config.json", "tokenizer_config.json"
# a turn is <|role|>content<|end|>, as lesson 11's render_chat has it; then the assistant's turn begins
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


class CannotExchange(ValueError):
    """A model cannot be written or read in this format; the message is one line."""


@dataclass(frozen=True)
class Moved:
    """What was written, and where."""

    folder: Path
    parameters: int
    stage: str


def export(source: str | Path, out: str | Path) -> Moved:
    """Write a checkpoint of ours as a folder for `transformers`.

    Raises CheckpointError when there is no such checkpoint, CannotExchange when it is no writing model, has no
    tokenizer, or the place is taken.
    """
    found = checkpoint.load(source, optimizer=False)
    if not isinstance(found.model, GPT):
        raise CannotExchange(
            f"{source}: a {found.kind} model gives scores, but GPT2LMHeadModel writes text: choose another stage"
        )
    if found.tokenizer is None:
        raise CannotExchange(f"{source}: holds no tokenizer.json, without which no text can go in")
    if found.tokenizer.vocab_size != found.model.config.vocab_size:
        raise CannotExchange(f"{source}: its tokenizer and its model do not belong together")
    out = _free(out)
    stage = stage_of(found.meta)
    special, context = found.tokenizer.special, found.model.config.context
    end = special.get("endoftext" if stage == STAGES[0] else "end")
    if end is None:
        raise CannotExchange(f"{source}: its tokenizer has no token that ends a text")
    texts = {
        TOKENIZER_CONFIG: _tokenizer_config(stage, context, special),
        GENERATION: {"bos_token_id": special.get("endoftext"), "eos_token_id": end},
        tokenizers.TOKENIZER: tokenizers.to_json(found.tokenizer),
    }
    said = {"bos_token_id": special.get("endoftext"), "eos_token_id": end, OURS: {"stage": stage}}
    contents = gpt2_folder.contents(found.model, said)
    contents |= {
        name: (json.dumps(text, ensure_ascii=False, indent=1) + "\n").encode()
        for name, text in texts.items()
    }
    contents[CARD] = _card(stage, found.model).encode()
    _write(out, contents)
    return Moved(out, found.model.config.n_parameters, stage)


def bring_in(source: str | Path, out: str | Path) -> Moved:
    """Write a Hugging Face folder of a GPT-2 as a checkpoint of ours.

    A model that `export` wrote keeps its stage; any other is a base model, which goes on with a text.

    Raises NotGPT2 when the folder holds something that our GPT cannot be, CannotExchange when the place is taken.
    """
    source = Path(source)
    said = _config(source)
    model = gpt2_folder.read(source)
    tokenizer, order = tokenizers.read(source)
    if tokenizer.vocab_size != model.config.vocab_size:
        raise NotGPT2(
            f"{source}: the model has {model.config.vocab_size} tokens, its tokenizer {tokenizer.vocab_size}"
        )
    if tokenizers.END[2:-2] not in tokenizer.special:
        raise NotGPT2(f"{source}: its tokenizer has no token {tokenizers.END}, which begins a page")
    with torch.no_grad():
        model.wte.copy_(model.wte[order])  # ids are numbered anew: see tokenizers.py
    ours = said.get(OURS)
    stage = ours.get("stage") if isinstance(ours, dict) else None
    stage = stage if stage in WRITING_STAGES else STAGES[0]
    out = _free(out)
    checkpoint.save(out, model, tokenizer, meta={"stage": stage, "source": source.resolve().name})
    return Moved(out, model.config.n_parameters, stage)


def _config(source: Path) -> dict[str, Any]:
    """The folder's config.json, after the refusals that say more than a tensor's name would."""
    if not source.is_dir():
        raise NotGPT2(f"{source}: no such folder")
    try:
        said = json.loads((source / gpt2_folder.CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no JSON"
        raise NotGPT2(f"{source / gpt2_folder.CONFIG}: {reason}") from None
    if not isinstance(said, dict):
        raise NotGPT2(f"{source / gpt2_folder.CONFIG}: it holds no named values")
    if said.get("format") == checkpoint.FORMAT:
        raise NotGPT2(
            f"{source}: this is a checkpoint of gptlab already; gptlab chat --model runs it"
        )
    if said.get("quantization_config"):
        raise NotGPT2(f"{source}: its weights are quantised; our GPT has floating-point weights")
    if (source / gpt2_folder.PICKLED).is_file() and not _has_safetensors(source):
        raise NotGPT2(
            f"{source}: its weights are a pickle ({gpt2_folder.PICKLED}), which could run code; save them with "
            "transformers' save_pretrained, which writes safetensors"
        )
    return said


def _has_safetensors(source: Path) -> bool:
    return (source / gpt2_folder.WEIGHTS).is_file() or (source / gpt2_folder.INDEX).is_file()


def _free(out: str | Path) -> Path:
    """The place, where nothing stands that would be lost."""
    out = Path(out).absolute()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CannotExchange(f"{out}: something is there already; name another place with --out")
    return out


def _write(out: Path, contents: dict[str, bytes]) -> None:
    try:
        files.replace_folder(out, contents)
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        raise CannotExchange(f"cannot write {out}: {reason}") from None


def _tokenizer_config(stage: str, context: int, special: dict[str, int]) -> dict[str, Any]:
    """How transformers' tokenizer behaves; a chat model gets the template of its conversations."""
    marks = {name: tokenizers.MARK.format(name) for name in special}
    said: dict[str, Any] = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": context,
        "clean_up_tokenization_spaces": False,
    }
    if "endoftext" in marks:
        said |= {"bos_token": marks["endoftext"], "pad_token": marks["endoftext"]}
    if stage == STAGES[0]:
        return said | {"eos_token": marks["endoftext"]}
    return said | {"eos_token": marks["end"], "chat_template": CHAT_TEMPLATE}


def _card(stage: str, model: GPT) -> str:
    """A model card: what it is, and three lines that run it."""
    config = model.config
    begins = "`<|endoftext|>`" if stage == STAGES[0] else "the chat template"
    return f"""---
library_name: transformers
pipeline_tag: text-generation
language: [en, zh]
---
# A small GPT, built with gptlab

Stage: {stage}. {config.n_parameters:,} parameters, {config.n_layers} layers, width {config.d_model},
{config.vocab_size} tokens, a context of {config.context}. A prompt begins with {begins}.

```python
from transformers import AutoModelForCausalLM, AutoTokenizer

model = AutoModelForCausalLM.from_pretrained("FOLDER")
tokenizer = AutoTokenizer.from_pretrained("FOLDER")
```

Text that spells a special token, such as `<|end|>`, becomes that token here: pass `split_special_tokens=True`
for text that other people wrote.
"""
