"""Pages that repeat: sequences of random letters, written again and again, and small networks of attention alone.

A letter that comes for the first time cannot be predicted. From the second time on, everything can, by anyone who
looks back. How long the repeated stretch is differs from page to page, so no position gives it away.

B batch, T time, C width, H heads, V vocabulary.
"""

import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gptlab import attention, ngram, scaling
from gptlab.course import lesson
from gptlab.engine.train.step import train_adam
from gptlab.interpret.trace import attention_weights

LETTERS = string.ascii_lowercase + "αβγδεζ"  # V = 32
CONTEXT = 40  # letters of a page
SHORTEST, LONGEST = 10, 20  # of the stretch that is repeated
BATCH = 48  # pages
STEPS = 450
LR, BETAS = 3e-3, (0.9, 0.98)
ONE, TWO, SMEARED = "one layer", "two layers", "one layer, smeared keys"
KINDS = {ONE: (1, False), TWO: (2, False), SMEARED: (1, True)}  # layers, smeared keys
Part = tuple[int, int]  # (layer, head)


def repeating_pages(n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Pages of random letters: ids (n, CONTEXT) int, and how long the stretch is that each repeats, (n) int."""
    periods = torch.randint(SHORTEST, LONGEST + 1, (n,), generator=generator)
    letters = torch.randint(len(LETTERS), (n, CONTEXT), generator=generator)
    places = torch.arange(CONTEXT) % periods[:, None]
    return letters.gather(1, places), periods


def is_repeat(periods: Tensor) -> Tensor:
    """Which targets have been written before: (n) int -> (n, CONTEXT − 1) bool, True from the second time on."""
    return torch.arange(1, CONTEXT) > periods[:, None]


class AttentionLayer(nn.Module):
    """Weights of one layer: a norm, queries, keys and values of all heads, and the way back."""

    def __init__(self, width: int, n_heads: int, smeared: bool, generator: torch.Generator):
        super().__init__()
        std = width**-0.5
        self.w_qkv = nn.Parameter(torch.randn(width, 3 * width, generator=generator) * std)
        self.w_out = nn.Parameter(torch.randn(width, width, generator=generator) * std)
        self.alpha = nn.Parameter(torch.zeros(n_heads)) if smeared else None
        self.n_heads = n_heads

    def queries_keys_values(self, x: Tensor) -> list[Tensor]:
        """(B, T, C) -> three times (B, H, T, D), the keys smeared where the layer does that."""
        parts = (F.layer_norm(x, x.shape[-1:]) @ self.w_qkv).chunk(3, dim=-1)
        q, k, v = (attention.split_heads(part, self.n_heads) for part in parts)
        if self.alpha is not None:
            k = scaling.smear_keys(k, self.alpha)
        return [q, k, v]

    def forward(self, x: Tensor, off: Iterable[int] = ()) -> Tensor:
        """What the layer adds to the residual stream while the heads in `off` are silent; (B, T, C) -> (B, T, C)."""
        q, k, v = self.queries_keys_values(x)
        mask = attention.causal_mask(x.shape[1])
        found = attention.scaled_dot_product_attention(q, k, v, mask)  # (B, H, T, D)
        keep = torch.ones(self.n_heads, 1, 1)
        keep[list(off)] = 0.0
        return attention.merge_heads(found * keep) @ self.w_out


class AttentionOnly(nn.Module):
    """A GPT without feed-forward networks: embeddings, layers of attention, a head."""

    def __init__(
        self, n_layers: int, smeared: bool = False, width: int = 64, n_heads: int = 4, seed: int = 0
    ):
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.wte = nn.Parameter(torch.randn(len(LETTERS), width, generator=generator) / 2)
        self.wpe = nn.Parameter(torch.randn(CONTEXT, width, generator=generator) / 2)
        self.layers = nn.ModuleList(
            AttentionLayer(width, n_heads, smeared, generator) for _ in range(n_layers)
        )
        self.head = nn.Parameter(torch.randn(width, len(LETTERS), generator=generator) * 0.05)

    @property
    def heads(self) -> list[Part]:
        """All heads as (layer, head)."""
        return [(n, h) for n, layer in enumerate(self.layers) for h in range(layer.n_heads)]

    def forward(self, ids: Tensor, off: Iterable[Part] = ()) -> Tensor:
        """Logits of the next letter while the heads in `off` are silent; (B, T) int -> (B, T, V)."""
        off = list(off)
        x = self.wte[ids] + self.wpe[: ids.shape[1]]
        for n, layer in enumerate(self.layers):
            x = x + layer(x, [head for where, head in off if where == n])
        return F.layer_norm(x, x.shape[-1:]) @ self.head

    @torch.no_grad()
    def attention_maps(self, ids: Tensor) -> Tensor:
        """Where each head of each layer looks on one page; (T) int -> (L, H, T, T)."""
        x = (self.wte[ids] + self.wpe[: len(ids)])[None]
        maps = []
        for layer in self.layers:
            q, k, _ = layer.queries_keys_values(x)
            maps.append(attention_weights(q, k, attention.causal_mask(len(ids)))[0])
            x = x + layer(x)
        return torch.stack(maps)


@dataclass
class Training:
    """A network with what was measured while it learnt: the loss on letters written before, by step."""

    name: str
    model: AttentionOnly
    steps: list[int] = field(default_factory=list)
    on_repeats: list[float] = field(default_factory=list)  # nats per letter


def held_out(n: int = 128) -> tuple[Tensor, Tensor]:
    """Pages that no training draws."""
    return repeating_pages(n, torch.Generator().manual_seed(77_000))


@torch.no_grad()
def loss_by_part(logits: Tensor, ids: Tensor, periods: Tensor) -> tuple[float, float]:
    """The loss on letters that come for the first time, and on repeats; nats per letter."""
    losses = F.cross_entropy(logits[:, :-1].transpose(1, 2), ids[:, 1:], reduction="none")
    repeated = is_repeat(periods)
    return float(losses[~repeated].mean()), float(losses[repeated].mean())


def ideal_losses(n: int = 128) -> tuple[float, float]:
    """The same for the reader's `in_context_bigram`, where a probability of 0 is taken for one in a thousand."""
    ids, periods = held_out(n)
    p = torch.stack([scaling.in_context_bigram(page, len(LETTERS)) for page in ids])
    return loss_by_part(p.clamp(min=1e-3).log(), ids, periods)


def head_scores(model: AttentionOnly, score: Callable, n: int = 16) -> Tensor:
    """What `score(attention, ids)` says of every head, mean over held-out pages; (L, H)."""
    ids, _ = held_out(n)
    return torch.stack([score(model.attention_maps(page), page) for page in ids]).mean(0)


def train(name: str, steps: int = STEPS, every: int = 25, seed: int = 0) -> Training:
    """Train one kind of network on repeating pages, and look at it every so many steps."""
    lesson.fill_other_lessons()
    n_layers, smeared = KINDS[name]
    run = Training(name, AttentionOnly(n_layers, smeared, seed=seed))
    generator = torch.Generator().manual_seed(1000 + seed)
    ids, periods = held_out()
    counter = count()

    def look(step: int) -> None:
        with torch.no_grad():
            run.on_repeats.append(loss_by_part(run.model(ids), ids, periods)[1])
        run.steps.append(step)

    def loss() -> Tensor:
        step = next(counter)
        if step % every == 0:
            look(step)
        page, _ = repeating_pages(BATCH, generator)
        return ngram.cross_entropy(run.model(page[:, :-1]).flatten(0, 1), page[:, 1:].flatten())

    train_adam(run.model.parameters(), loss, steps, LR, BETAS, clip=1.0)
    look(steps)
    return run


@torch.no_grad()
def repeat_loss_without(model: AttentionOnly, off: Iterable[Part]) -> float:
    """The loss on repeats while some heads are silent; nats per letter."""
    ids, periods = held_out()
    return loss_by_part(model(ids, off), ids, periods)[1]


@torch.no_grad()
def continued(model: AttentionOnly, text: str, n: int = 10, off: Iterable[Part] = ()) -> str:
    """What the model writes after a text of letters, the likeliest letter each time."""
    ids = [LETTERS.index(letter) for letter in text]
    for _ in range(n):
        ids.append(int(model(torch.tensor([ids]), off)[0, -1].argmax()))
    return "".join(LETTERS[i] for i in ids[len(text) :])
