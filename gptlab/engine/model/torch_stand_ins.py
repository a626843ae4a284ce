"""torch's own functions as stand-ins for empty blanks where `solutions/` is missing.

So that a learner whose instructor has taken the references away can still talk to the shipped model in lesson 00.
What she has written runs before any of these; `lesson.fill_other_lessons` and `gptlab chat` bring them in.
"""

import codecs
import math
from collections.abc import Callable, Iterable

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.optim.adamw import adamw

from gptlab.blanks.registry import offer_stand_ins
from gptlab.engine.model import fused


def causal_mask(t: int) -> Tensor:
    return torch.ones(t, t, dtype=torch.bool).tril()


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)


def split_heads(x: Tensor, n_heads: int) -> Tensor:
    return x.unflatten(-1, (n_heads, -1)).transpose(1, 2)


def merge_heads(x: Tensor) -> Tensor:
    return x.transpose(1, 2).flatten(2)


def gelu(x: Tensor) -> Tensor:
    return F.gelu(x, approximate="tanh")


def pre_ln_block(
    x: Tensor, attend: Callable, mlp: Callable, norm1: Callable, norm2: Callable
) -> Tensor:
    h = x + attend(norm1(x))
    return h + mlp(norm2(h))


def gpt2_init_std(name: str, n_layers: int) -> float:
    return 0.02 / math.sqrt(2 * n_layers) if name.endswith(("w_out", "c_proj.weight")) else 0.02


def append_kv(cache: tuple[Tensor, Tensor] | None, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    return (
        (k, v)
        if cache is None
        else (torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2))
    )


def attend_cached(q: Tensor, cache: tuple[Tensor, Tensor], keep: Tensor | None = None) -> Tensor:
    return fused.attend_cached(q, fused.KVCache(*cache, cache[0].shape[2]), keep)


def whole_characters(data: bytes) -> tuple[str, bytes]:
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    return decoder.decode(data), decoder.getstate()[0]


def trim_history(messages: list[dict], budget: int, count_tokens: Callable) -> list[dict]:
    return messages[-1:]


def render_chat(
    messages: list[dict], encode: Callable, special: dict, add_reply: bool = False
) -> tuple[list[int], list[bool]]:
    ids: list[int] = []
    learn: list[bool] = []
    for message in messages:
        turn = [special[message["role"]], *encode(message["content"]), special["end"]]
        ids += turn
        learn += [False] + [message["role"] == "assistant"] * (len(turn) - 1)
    if add_reply:
        ids.append(special["assistant"])
        learn.append(False)
    return ids, learn


def sft_loss(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    learn = mask[:, 1:]
    return F.cross_entropy(logits[:, :-1][learn], ids[:, 1:][learn])


def sample_next(
    logits: Tensor,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    if top_k is not None or top_p is not None:
        raise ValueError("top_k and top_p are lesson 01's: write sampling.sample_next first")
    if temperature == 0:
        return logits.argmax(dim=-1)
    return torch.multinomial(
        (logits / temperature).softmax(dim=-1), 1, generator=generator
    ).squeeze(-1)


def token_log_probs(logits: Tensor, ids: Tensor) -> Tensor:
    return logits[:, :-1].log_softmax(dim=-1).gather(-1, ids[:, 1:, None]).squeeze(-1)


def get_batch(
    ids: Tensor, batch_size: int, context: int, generator: torch.Generator | None
) -> tuple[Tensor, Tensor]:
    stretches = ids.unfold(0, context + 1, 1)
    starts = torch.randint(len(stretches), (batch_size, 1), generator=generator)[:, 0]
    return stretches[starts, :-1], stretches[starts, 1:]


@torch.no_grad()
def adamw_step(
    param: Tensor,
    grad: Tensor,
    exp_avg: Tensor,
    exp_avg_sq: Tensor,
    step: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
) -> tuple[Tensor, Tensor, Tensor]:
    moved = [x.detach().clone() for x in (param, exp_avg, exp_avg_sq)]
    adamw(
        moved[:1],
        [grad],
        moved[1:2],
        moved[2:],
        [],
        [torch.tensor(float(step - 1))],
        amsgrad=False,
        beta1=betas[0],
        beta2=betas[1],
        lr=lr,
        weight_decay=weight_decay,
        eps=eps,
        maximize=False,
    )
    return moved[0], moved[1], moved[2]


def last_token_index(mask: Tensor) -> Tensor:
    return mask.shape[1] - 1 - mask.flip(1).int().argmax(1)


def normalize(rewards: Tensor, mean: float, std: float) -> Tensor:
    return (rewards - mean) / std


def cosine_schedule(step: int, warmup: int, total: int, max_lr: float, min_lr: float) -> float:
    if step < warmup:
        return max_lr * (step + 1) / warmup
    left = max(0.0, 1 - (step - warmup) / max(total - warmup, 1))
    return min_lr + (max_lr - min_lr) * math.sin(math.pi / 2 * left) ** 2


@torch.no_grad()
def clip_by_global_norm(grads, max_norm: float) -> Tensor:
    grads = list(grads)
    norm = torch.nn.utils.get_total_norm(grads)
    factor = (max_norm / (norm + 1e-6)).clamp(max=1.0)
    for grad in grads:
        grad.mul_(factor)
    return norm


BODIES = {
    "attention.causal_mask": causal_mask,
    "attention.scaled_dot_product_attention": attention,
    "attention.split_heads": split_heads,
    "attention.merge_heads": merge_heads,
    "attention.multi_head_attention": fused.multi_head_attention,
    "transformer.layer_norm": fused.layer_norm,
    "transformer.gelu": gelu,
    "transformer.feed_forward": fused.feed_forward,
    "transformer.pre_ln_block": pre_ln_block,
    "transformer.gpt2_init_std": gpt2_init_std,
    "chat.append_kv": append_kv,
    "chat.attend_cached": attend_cached,
    "chat.whole_characters": whole_characters,
    "chat.trim_history": trim_history,
    "instruct.render_chat": render_chat,
    "instruct.sft_loss": sft_loss,
    "sampling.sample_next": sample_next,
    "ngram.cross_entropy": fused.cross_entropy,
    "ppo.token_log_probs": token_log_probs,
    "reward.last_token_index": last_token_index,
    "reward.normalize": normalize,
    "training.get_batch": get_batch,
    "training.adamw_step": adamw_step,
    "training.cosine_schedule": cosine_schedule,
    "training.clip_by_global_norm": clip_by_global_norm,
}
offer_stand_ins(BODIES)
