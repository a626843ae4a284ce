"""Reference bodies for gptlab/zero_shot.py."""

from collections.abc import Callable

import torch
from torch import Tensor

from gptlab import zero_shot


def sequence_log_probability(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    logprobs = torch.log_softmax(logits[:, :-1], dim=-1)  # (B, T-1, V)
    targets = ids[:, 1:, None]  # (B, T-1, 1)
    token_logprobs = logprobs.gather(-1, targets).squeeze(-1)  # (B, T-1)
    return torch.where(mask[:, 1:], token_logprobs, 0.0).sum(dim=-1)


def score_options(
    model: Callable, prompt: list[int], options: list[list[int]], neutral: list[int] | None = None
) -> Tensor:
    width = len(prompt) + max(len(option) for option in options)
    ids = torch.zeros(len(options), width, dtype=torch.long)  # 0 pads on the right
    mask = torch.zeros(len(options), width, dtype=torch.bool)
    for k, option in enumerate(options):
        end = len(prompt) + len(option)
        ids[k, :end] = torch.tensor([*prompt, *option])
        mask[k, len(prompt) : end] = True
    scores = zero_shot.sequence_log_probability(model(ids), ids, mask)
    if neutral is not None:
        scores = scores - zero_shot.score_options(model, neutral, options)
    return scores


def choose_option(option_scores: Tensor, option_lengths: Tensor, normalize: bool = True) -> Tensor:
    scores = torch.as_tensor(option_scores)
    if normalize:
        scores = scores / torch.as_tensor(option_lengths)
    return scores.argmax(dim=-1)


def load_gpt2_state(hf_state_dict: dict[str, Tensor]) -> dict[str, Tensor]:
    in_block = {
        "ln_1.weight": "norm1.weight",
        "ln_1.bias": "norm1.bias",
        "attn.c_attn.weight": "attn.w_qkv",
        "attn.c_attn.bias": "attn.b_qkv",
        "attn.c_proj.weight": "attn.w_out",
        "attn.c_proj.bias": "attn.b_out",
        "ln_2.weight": "norm2.weight",
        "ln_2.bias": "norm2.bias",
        "mlp.c_fc.weight": "mlp.w_in",
        "mlp.c_fc.bias": "mlp.b_in",
        "mlp.c_proj.weight": "mlp.w_out",
        "mlp.c_proj.bias": "mlp.b_out",
    }
    theirs = {name.removeprefix("transformer."): t for name, t in hf_state_dict.items()}
    n_layers = 1 + max(
        (int(name.split(".")[1]) for name in theirs if name.startswith("h.")), default=0
    )
    renamed = {"wte.weight": "wte", "wpe.weight": "wpe"}
    for i in range(n_layers):
        renamed |= {f"h.{i}.{old}": f"blocks.{i}.{new}" for old, new in in_block.items()}
    renamed |= {"ln_f.weight": "norm.weight", "ln_f.bias": "norm.bias"}
    missing = [name for name in renamed if name not in theirs]
    if missing:
        raise ValueError(f"{missing[0]} is missing; is the file whole?")
    for name, tensor in theirs.items():
        if name == "lm_head.weight":
            if not torch.equal(tensor, theirs["wte.weight"]):
                raise ValueError("lm_head.weight is not wte.weight, but our GPT uses one for both")
        elif name not in renamed and not name.endswith((".attn.bias", ".attn.masked_bias")):
            raise ValueError(f"{name} is no parameter of GPT-2; take it out before you load")
    return {new: theirs[old] for old, new in renamed.items()}


def few_shot_prompt(
    examples: list[tuple[str, str]], query: str, separator: str = "\n", arrow: str = " -> "
) -> str:
    lines = [f"{given}{arrow}{wanted}" for given, wanted in examples]
    open_line = query + arrow.rstrip()
    return separator.join([*lines, open_line])


def draw_examples(
    pairs: list[tuple[str, str]], query: str, k: int, generator: torch.Generator
) -> list[tuple[str, str]]:
    others = [pair for pair in pairs if pair[0] != query]
    if k > len(others):
        raise ValueError(f"{k} examples cannot be drawn from {len(others)} pairs; ask for fewer")
    order = torch.randperm(len(others), generator=generator).tolist()
    return [others[i] for i in order[:k]]


def exact_match(predicted: Tensor, targets: Tensor, mask: Tensor) -> Tensor:
    right = predicted == targets  # (B, T)
    whole = (right | ~mask).all(dim=-1)  # (B)
    return whole.double().mean()


def token_accuracy(predicted: Tensor, targets: Tensor, mask: Tensor) -> Tensor:
    right = predicted == targets  # (B, T)
    return right[mask].double().mean()
