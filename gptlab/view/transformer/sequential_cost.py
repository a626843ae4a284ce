"""Steps that must wait for each other: a recurrent network against one Transformer block, counted and timed.

Both run on the reader's functions, or on the fused counterparts of those of the block that `fused.prove_equal` finds
equal. B batch, T time, C width.
"""

import itertools
import math
import time
from collections.abc import Callable, Sequence

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from gptlab import rnn, transformer
from gptlab.engine.model import fused
from gptlab.view.kit import style
from gptlab.view.palette import COLOURS
from gptlab.view.transformer.pre_vs_post_norm import log_slope

C, H = 128, 4  # those of the shipped model
LENGTHS = (32, 64, 128, 256, 512)
RECURRENT, BLOCK = "recurrent (GRU)", "Transformer block"
PRODUCTS = ("mm", "bmm", "addmm", "matmul", "linear", "_scaled_dot_product_flash_attention_for_cpu")


def readers() -> dict[str, Callable]:
    """Two layers of one width that read a text (1, T, C) with the reader's own functions."""
    draw = torch.Generator().manual_seed(6)

    def weights(*shapes):
        return [
            torch.randn(shape, generator=draw) * (shape[0] ** -0.5 if len(shape) > 1 else 0.0)
            for shape in shapes
        ]

    cell = weights((C, 3 * C), (C, 3 * C), (3 * C,))
    look = weights((C, 3 * C), (3 * C,), (C, C), (C,))
    thought = weights((C, 4 * C), (4 * C,), (4 * C, C), (C,))
    one, zero = torch.ones(C), torch.zeros(C)

    functions = fused.select_functions(True)
    attend = functions.causal_attention or functions.multi_head_attention

    def recurrent(x):
        return rnn.run_rnn(lambda x_t, h: rnn.gru_step(x_t, h, *cell), x, torch.zeros(len(x), C))

    def block(x):
        return transformer.pre_ln_block(
            x,
            lambda y: attend(y, *look, H),
            lambda y: functions.feed_forward(y, *thought),
            *[lambda y: functions.layer_norm(y, one, zero)] * 2,
        )

    return {RECURRENT: recurrent, BLOCK: block}


class Counter(TorchDispatchMode):
    """Counts matrix products while it is open."""

    def __init__(self) -> None:
        super().__init__()
        self.products = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.products += function.__name__.split(".")[0] in PRODUCTS
        return function(*args, **(kwargs or {}))


@torch.no_grad()
def products(read: Callable, t: int) -> int:
    """How many matrix products, one after the other, reading t tokens takes."""
    with Counter() as counter:
        read(torch.zeros(1, t, C))
    return counter.products


@torch.no_grad()
def seconds(
    read_by: dict[str, Callable], lengths: Sequence[int] = LENGTHS, rounds: int = 15
) -> dict[str, dict[int, float]]:
    """The fastest of a few readings on one core, {name: {length: seconds}}; all take turns, so that noise hits all alike."""
    texts = {t: torch.randn(1, t, C, generator=torch.Generator().manual_seed(t)) for t in lengths}
    took = {name: dict.fromkeys(lengths, math.inf) for name in read_by}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for _, (name, read), t in itertools.product(range(rounds), read_by.items(), lengths):
            began = time.perf_counter()
            read(texts[t])
            took[name][t] = min(took[name][t], time.perf_counter() - began)
    finally:
        torch.set_num_threads(threads)
    return took


def turns_picture(took: dict[str, dict[int, float]]) -> tuple:
    """Seconds by length on logarithmic axes, as (figure, description); took {name: {length: seconds}}."""
    figure, axes = style.figure(6.8, 3.5)
    said = []
    for name, by_length in took.items():
        lengths, ms = list(by_length), [s * 1e3 for s in by_length.values()]
        colour = COLOURS["ppo"] if name == RECURRENT else COLOURS["sft"]
        axes.plot(lengths, ms, "o-", color=colour, label=name)
        times = ", ".join(f"{t} tokens {m:.2g} ms" for t, m in zip(lengths, ms))
        said.append(f"{name}: {times}, slope {log_slope(lengths, ms):.2f}")
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks(lengths, [str(t) for t in lengths])
    axes.set(xlabel="tokens in the text", ylabel="milliseconds", title="Time to read a text once")
    style.direct_labels(axes)
    return figure, f"Time to read a text. {'; '.join(said)}."
