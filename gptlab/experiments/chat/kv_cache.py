"""What a cache of keys and values saves: queries, keys and values laid bare, seconds a token, and positions by row.

B batch, H heads, T time, S tokens with those in the cache, D head width.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from gptlab import attention
from gptlab.course import lesson
from gptlab.engine.config import GPTConfig
from gptlab.engine.hardware import fine_clock, one_thread
from gptlab.engine.model.gpt import GPT

LENGTHS = (16, 32, 64, 128, 256, 512, 1024)
Layer = tuple[Tensor, Tensor, Tensor]  # q, k, v of one layer, (B, H, T, D) each


@torch.no_grad()
def queries_keys_values(model: GPT, ids: Sequence[int], causal: bool = True) -> list[Layer]:
    """What each layer computes for a text; with `causal=False`, every token attends to all.

    It runs on the functions of lesson 05 alone.
    """
    seen: list[Layer] = []

    def attend(q: Tensor, cache: tuple[Tensor, Tensor], keep: Tensor | None = None) -> Tensor:
        seen.append((q, *cache))
        mask = attention.causal_mask(q.shape[2]) if causal else None
        return attention.scaled_dot_product_attention(q, *cache, mask)

    looked_at = with_functions(model, append_kv=lambda cache, k, v: (k, v), attend_cached=attend)
    looked_at.hidden(torch.tensor([ids]), cache=looked_at.new_cache(1, len(ids)))
    return seen


def changed(before: Sequence[Layer], after: Sequence[Layer], name: str) -> list[float]:
    """By layer, the largest change of "q", "k" or "v" at the tokens of the shorter text."""
    place = "qkv".index(name)
    found = []
    for one, other in zip(before, after, strict=True):
        t = one[place].shape[2]
        found.append(float((one[place] - other[place][:, :, :t]).abs().max()))
    return found


def long_model(context: int = max(LENGTHS), seed: int = 0) -> GPT:
    """An untrained model of the shipped one's shape with a longer context: times do not depend on the weights."""
    lesson.fill_other_lessons()
    config = GPTConfig(vocab_size=4096, context=context, n_layers=4, n_heads=4, d_model=128)
    return GPT(config, seed=seed).eval()


@torch.no_grad()
def seconds_of_a_token(
    model: GPT, lengths: Sequence[int] = LENGTHS, repeats: int = 7
) -> dict[str, dict[int, float]]:
    """Seconds for the logits of one more token, at each length: {"recomputed", "cached": {tokens: seconds}}.

    The fastest of several runs on one thread, by a clock that stands still while other programs run.
    """
    found: dict[str, dict[int, float]] = {"recomputed": {}, "cached": {}}
    with one_thread():
        for n in lengths:
            ids = torch.randint(4096, (1, n), generator=torch.Generator().manual_seed(n))
            cache = model.new_cache(1, n)
            model.hidden(ids[:, :-1], cache=cache)
            found["recomputed"][n] = _fastest(partial(_logits, model, ids, ()), repeats)
            found["cached"][n] = _fastest(
                partial(_logits, model, ids[:, -1:], tuple(cache)), repeats
            )
    return found


@torch.no_grad()
def prefill_and_decode(model: GPT, n: int = 512, steps: int = 32) -> tuple[float, float]:
    """Tokens a second: n tokens read at once, and new tokens one after the other behind them."""
    ids = torch.randint(4096, (1, n), generator=torch.Generator().manual_seed(0))
    clock = fine_clock()
    with one_thread():
        begin = clock()
        cache = model.new_cache(1, n + steps)
        token = _last(model, ids, cache)
        read = clock()
        for _ in range(steps):
            token = _last(model, token, cache)
        end = clock()
    return n / (read - begin), steps / (end - read)


def _logits(model: GPT, ids: Tensor, cached: Sequence) -> Tensor:
    """Logits after the last token; what is cached stays as it was, () stands for no cache."""
    return model.unembed(model.hidden(ids, cache=list(cached) or None)[:, -1])


def _last(model: GPT, ids: Tensor, cache: list) -> Tensor:
    """The likeliest token after ids, (B, 1); the cache grows."""
    return model.unembed(model.hidden(ids, cache=cache)[:, -1]).argmax(-1, keepdim=True)


def _fastest(work: Callable, repeats: int) -> float:
    work()
    clock, took = fine_clock(), []
    for _ in range(repeats):
        begin = clock()
        work()
        took.append(clock() - begin)
    return min(took)


@torch.no_grad()
def write_batch(
    model: GPT,
    prompts: Sequence[Sequence[int]],
    n_new: int,
    positions_of: Callable[[Tensor], Tensor],
) -> list[list[int]]:
    """The likeliest new tokens after each prompt, padded at the left, with positions of one's own.

    positions_of  keep (B, S) bool -> positions (B, S) int, of all tokens so far
    """
    longest = max(map(len, prompts))
    ids = torch.tensor([[0] * (longest - len(p)) + list(p) for p in prompts])
    keep = torch.tensor([[False] * (longest - len(p)) + [True] * len(p) for p in prompts])
    cache = model.new_cache(len(prompts), longest + n_new)
    new: list[Tensor] = []
    for _ in range(n_new):
        positions = positions_of(keep)[:, -ids.shape[1] :]
        ids = model.unembed(model.hidden(ids, keep, positions, cache)[:, -1]).argmax(
            -1, keepdim=True
        )
        new.append(ids)
        keep = torch.cat([keep, keep.new_ones(len(prompts), 1)], dim=1)
    return torch.cat(new, dim=1).tolist()


def with_functions(model: GPT, **changed: Callable) -> GPT:
    """The same weights on other functions: with_functions(model, attend_cached=mine)."""
    other = copy.copy(model)
    other.functions = replace(model.functions, **changed)
    return other
