"""Text generation with cached keys and values: many prompts at once, or one prompt token by token."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from gptlab import sampling
from gptlab.engine.model.fast import draw
from gptlab.engine.model.fast.decode import decoder_for
from gptlab.engine.model.gpt import GPT

LEAST_TEMPERATURE = 1e-6  # below, the likeliest token is as good as certain, and float32 overflows


@torch.inference_mode()
def generate_batch(
    model: GPT,
    prompts: list[list[int]],
    max_new_tokens: int,
    stop_id: int | None = None,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
) -> list[list[int]]:
    """Continue every prompt until `stop_id` or `max_new_tokens`.

    Gives only the new tokens of each prompt, the stop token included where it was reached. Prompts of
    different lengths are padded at their left, where nobody may look, and keep their own positions.

    Raises ValueError when a prompt is empty, the longest with its new tokens does not fit the context, or the
    model gives scores that are no numbers.
    """
    if not prompts:
        return []
    check_room(model, prompts, max_new_tokens)

    def choose(logits: Tensor, _: int) -> Tensor:
        return next_tokens(logits, temperature, top_k, top_p, generator)

    longest = max(map(len, prompts))
    return write_rows(model, prompts, longest, max_new_tokens, stop_id, choose)


@torch.inference_mode()
def write_rows(
    model: GPT,
    prompts: list[list[int]],
    longest: int,
    max_new_tokens: int,
    stop_id: int | None,
    choose: Callable[[Tensor, int], Tensor],
) -> list[list[int]]:
    """What `generate_batch` gives for prompts padded to the longest; `choose(logits, step)` draws the tokens."""
    device = model.wte.device
    ids, keep, positions = (x.to(device) for x in _left_pad(prompts, longest))  # each (B, T)
    padded = None if keep.all() else keep
    if padded is not None:  # room for the new tokens, which are all looked at
        padded = torch.cat([keep, keep.new_ones(len(prompts), max_new_tokens)], dim=1)
    cache = model.new_cache(len(prompts), longest + max_new_tokens)
    stopped = torch.zeros(len(prompts), dtype=torch.bool, device=device)
    decoder = decoder_for(model, cache, padded)
    new, tokens = [], ids[:, -1]
    for step in range(max_new_tokens):
        if decoder and step:
            logits = decoder.step(tokens, None if padded is None else positions[:, 0])
        else:
            seen = None if padded is None else padded[:, : longest + step]
            logits = _last_logits(model, ids, seen, positions, cache)  # (B, V)
        tokens = choose(logits, step)  # (B,)
        new.append(tokens)
        if stop_id is not None:
            stopped |= tokens == stop_id
            if stopped.all():
                break
        if decoder is None or padded is not None:  # else a step needs the tokens alone
            ids = tokens[:, None]
            positions = positions[:, -1:] + 1  # (B, 1)
    rows = torch.stack(new, dim=1).tolist() if new else [[] for _ in prompts]
    return [_until_stop(row, stop_id) for row in rows]


@torch.inference_mode()
def stream(
    model: GPT,
    ids: list[int],
    max_new_tokens: int,
    stop_id: int | None = None,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
) -> Iterator[int]:
    """Continue one prompt, yielding each new token as it is drawn, the stop token included.

    Raises ValueError as `generate_batch` does, when the first token is asked for.
    """
    check_room(model, [ids], max_new_tokens)
    cache = model.new_cache(1, len(ids) + max_new_tokens)
    decoder = decoder_for(model, cache)
    x = torch.tensor([ids], device=model.wte.device)  # (1, T)
    tokens = x[:, -1]
    for step in range(max_new_tokens):
        if decoder and step:
            logits = decoder.step(tokens)  # (1, V)
        else:
            logits = _last_logits(model, x, None, None, cache)  # (1, V)
        tokens = next_tokens(logits, temperature, top_k, top_p, generator)  # (1,)
        token = int(tokens[0])
        yield token
        if token == stop_id:
            return
        x = tokens[:, None]  # (1, 1)


def _last_logits(
    model: GPT, ids: Tensor, keep: Tensor | None, positions: Tensor | None, cache: list
) -> Tensor:
    """Logits after the last token only: the head is the widest product. -> (B, V)"""
    return model.unembed(model.hidden(ids, keep, positions, cache)[:, -1])


def next_tokens(
    logits: Tensor,
    temperature: float,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """One token for each row, drawn as the learner's own function draws; (B,) int."""
    if 0 < temperature < LEAST_TEMPERATURE:
        temperature = 0.0
    unfiltered = temperature > 0 and top_k is None and top_p is None
    if unfiltered and logits.dtype == torch.float32 and draw.is_proven():
        return draw.draw(logits, temperature, draw.uniform(len(logits), generator, logits.device))
    if not logits.amax(dim=-1).isfinite().all():  # nan where one score is nan
        raise ValueError(draw.NO_NUMBERS)
    return sampling.sample_next(logits, temperature, top_k, top_p, generator)


def check_room(model: GPT, prompts: list[list[int]], max_new_tokens: int) -> None:
    """Refuse prompts that are empty or do not fit the context with what is to be written, as `generate_batch` says."""
    if max_new_tokens < 0:
        raise ValueError(f"max_new_tokens must be at least 0, but is {max_new_tokens}")
    longest, shortest = max(map(len, prompts)), min(map(len, prompts))
    if shortest == 0:
        raise ValueError("a prompt is empty; give at least one token, such as endoftext")
    context = model.config.context
    if longest + max_new_tokens > context:
        wanted = f"{longest} prompt tokens and {max_new_tokens} new ones"
        raise ValueError(f"{wanted} do not fit a context of {context}; ask for fewer")


def _left_pad(prompts: list[list[int]], t: int) -> tuple[Tensor, Tensor, Tensor]:
    """ids, keep and positions of prompts that all end in the last of t columns, each (B, T)."""
    ids = torch.tensor([[0] * (t - len(p)) + list(p) for p in prompts])
    lengths = torch.tensor([len(p) for p in prompts])
    positions = torch.arange(t) - (t - lengths)[:, None]  # a prompt's first token stands at 0
    return ids, positions >= 0, positions.clamp(min=0)


def _until_stop(row: list[int], stop_id: int | None) -> list[int]:
    """A row up to its first stop token, that one included."""
    return row[: row.index(stop_id) + 1] if stop_id in row else row
