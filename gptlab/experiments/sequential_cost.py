"""Sequential steps and seconds of recurrent networks and Transformers, by length of the text.

Two comparisons of the same kind: whole models, and single layers of the shipped model's width; of both, the longest
chain of operations on the way to a result, and the time. All run on the reader's functions; where `fused.prove_equal`
finds them equal to fused counterparts, on these. B batch, T time, C width.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

from gptlab import rnn, transformer
from gptlab.course import lesson
from gptlab.engine.config import GPTConfig
from gptlab.engine.hardware import one_thread
from gptlab.engine.model import fused
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.recurrent import RecurrentLM

MODEL_LENGTHS = (16, 32, 64, 128, 256, 512)
MODEL_WIDTH = 64
VOCABULARY = 64

LAYER_LENGTHS = (32, 64, 128, 256, 512)
LAYER_WIDTH = 128  # that of the shipped model
N_HEADS = 4
RECURRENT, BLOCK = "recurrent (GRU)", "Transformer block"


def make_model(kind: str, seed: int = 0) -> nn.Module:
    """An untrained model of width 64: "RNN", "GRU", or a "Transformer" of two layers (functions of lessons 05, 06)."""
    if kind != "Transformer":
        return RecurrentLM(kind, VOCABULARY, MODEL_WIDTH, MODEL_WIDTH, seed)
    lesson.fill_other_lessons()
    config = GPTConfig(
        VOCABULARY, context=max(MODEL_LENGTHS), n_layers=2, n_heads=2, d_model=MODEL_WIDTH
    )
    return GPT(config, fused=True, seed=seed)


def random_text(n: int) -> Tensor:
    """One text of n tokens for the models, (1, n) int."""
    return torch.randint(VOCABULARY, (1, n), generator=torch.Generator().manual_seed(n))


def random_vectors(n: int) -> Tensor:
    """One text of n tokens for the layers, (1, n, C) float."""
    return torch.randn(1, n, LAYER_WIDTH, generator=torch.Generator().manual_seed(n))


def longest_chain(result: Tensor) -> int:
    """The most operations of which each needs the result of the one before; the result must have a gradient."""
    depth: dict = {}
    waiting = [result.grad_fn]
    while waiting:
        node = waiting[-1]
        before = [parent for parent, _ in node.next_functions if parent is not None]
        unknown = [parent for parent in before if parent not in depth]
        if unknown:
            waiting += unknown
        else:
            depth[waiting.pop()] = 1 + max((depth[parent] for parent in before), default=0)
    return depth[result.grad_fn]


def model_chain(model: nn.Module, n: int) -> int:
    """The longest chain on the way to a model's logits for a text of n tokens."""
    return longest_chain(model(random_text(n)))


def make_layers() -> dict[str, Callable[[Tensor], Tensor]]:
    """Two layers of one width that read a text (1, T, C): a GRU, and one Transformer block."""
    generator = torch.Generator().manual_seed(6)

    def weights(*shapes: tuple) -> list[Tensor]:
        sizes = [shape[0] ** -0.5 if len(shape) > 1 else 0.0 for shape in shapes]
        return [
            torch.randn(shape, generator=generator) * size for shape, size in zip(shapes, sizes)
        ]

    c = LAYER_WIDTH
    of_cell = weights((c, 3 * c), (c, 3 * c), (3 * c,))
    of_attention = weights((c, 3 * c), (3 * c,), (c, c), (c,))
    of_mlp = weights((c, 4 * c), (4 * c,), (4 * c, c), (c,))
    one, zero = torch.ones(c), torch.zeros(c)
    functions = fused.select_functions(True)
    attend = functions.causal_attention or functions.multi_head_attention

    def recurrent(x: Tensor) -> Tensor:
        start = torch.zeros(len(x), c)
        return rnn.run_rnn(lambda x_t, h: rnn.gru_step(x_t, h, *of_cell), x, start)

    def norm(y: Tensor) -> Tensor:
        return functions.layer_norm(y, one, zero)

    def block(x: Tensor) -> Tensor:
        return transformer.pre_ln_block(
            x,
            lambda y: attend(y, *of_attention, N_HEADS),
            lambda y: functions.feed_forward(y, *of_mlp),
            norm,
            norm,
        )

    return {RECURRENT: recurrent, BLOCK: block}


def layer_chain(layer: Callable[[Tensor], Tensor], n: int) -> int:
    """The longest chain on the way to a layer's result for a text of n tokens."""
    return longest_chain(layer(torch.zeros(1, n, LAYER_WIDTH, requires_grad=True)))


@torch.no_grad()
@one_thread()
def cpu_seconds(
    models: Mapping[str, Callable],
    make_text: Callable[[int], Tensor],
    lengths: Sequence[int],
    rounds: int = 9,
) -> dict[str, dict[int, float]]:
    """The seconds that one core works on one text, {name: {length: seconds}}: the least of some rounds.

    All models take turns in a round, so that noise hits all alike; time in which other programs had the core does
    not count.
    """
    texts = {n: make_text(n) for n in lengths}
    least = {name: dict.fromkeys(lengths, math.inf) for name in models}
    for _ in range(rounds):
        for name, model in models.items():
            for n, text in texts.items():
                began = time.thread_time()
                model(text)
                least[name][n] = min(least[name][n], time.thread_time() - began)
    return least
