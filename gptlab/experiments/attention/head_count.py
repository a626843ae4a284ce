"""How many heads does it take to look at four places at once? Layers with 1 to 8 heads, trained and scored.

A text is six letters. Its last token is asked four things at once: which letters are at places 1, 2, 3 and 4.
There is one layer of the reader's attention and nothing else: what a head has mixed, a plain matrix must part again.
B batch, C width.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab import attention
from gptlab.engine.train.step import train_adam

LETTERS = 12  # kinds of letters
N_PLACES = 6
ASKED_PLACES = (1, 2, 3, 4)
WIDTH = 32
STEPS = 300
BATCH = 64
LR = 0.01


def random_texts(n: int, generator: torch.Generator) -> Tensor:
    """n texts of random letters; (n, N_PLACES) int."""
    return torch.randint(LETTERS, (n, N_PLACES), generator=generator)


def init_layer(seed: int) -> list[Tensor]:
    """Untrained weights: vectors of letters and places, one attention layer, a read-out for each question."""
    generator = torch.Generator().manual_seed(seed)
    c = WIDTH
    shapes_and_sizes = [
        ((LETTERS, c), 1.0),
        ((N_PLACES, c), 1.0),
        ((c, 3 * c), c**-0.5),  # w_qkv, b_qkv, w_out, b_out
        ((3 * c,), 0.0),
        ((c, c), c**-0.5),
        ((c,), 0.0),
        ((c, len(ASKED_PLACES) * LETTERS), c**-0.5),
    ]
    return [
        (torch.randn(shape, generator=generator) * size).requires_grad_()
        for shape, size in shapes_and_sizes
    ]


def answer_logits(layer: list[Tensor], ids: Tensor, n_heads: int) -> Tensor:
    """Logits of each question's letters; ids (B, N_PLACES) -> (B, 4, LETTERS)."""
    of_letter, of_place, *weights, read_out = layer
    x = of_letter[ids] + of_place  # (B, N_PLACES, C)
    last = attention.multi_head_attention(x, *weights, n_heads)[:, -1]  # (B, C)
    return (last @ read_out).unflatten(-1, (len(ASKED_PLACES), LETTERS))


def accuracy(n_heads: int, seed: int = 0, steps: int = STEPS) -> float:
    """Train a layer with so many heads, and return its share of right answers on 1,000 new texts."""
    layer = init_layer(seed)
    generator = torch.Generator().manual_seed(1000 + seed)

    def loss() -> Tensor:
        ids = random_texts(BATCH, generator)
        logits = answer_logits(layer, ids, n_heads)
        return F.cross_entropy(logits.flatten(0, 1), ids[:, ASKED_PLACES].flatten())

    train_adam(layer, loss, steps, LR)
    ids = random_texts(1000, generator)
    with torch.no_grad():
        right = answer_logits(layer, ids, n_heads).argmax(-1) == ids[:, ASKED_PLACES]
    return float(right.double().mean())
