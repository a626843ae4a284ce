"""Time and order against length: a recurrent network and a Transformer, their longest chains counted, their passes timed."""

import math
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from gptlab.course import lesson
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.recurrent import RecurrentLM, one_thread
from gptlab.view.kit import style
from gptlab.view.palette import COLOURS

LENGTHS = (16, 32, 64, 128, 256, 512)
VOCABULARY, WIDTH = 64, 64
TINTS = {"RNN": COLOURS["base"], "GRU": COLOURS["sft"], "Transformer": COLOURS["ppo"]}


def model_of(kind: str, seed: int = 0) -> nn.Module:
    """A network of width 64: "RNN", "GRU", or a "Transformer" of two layers (on functions of lessons 05 and 06)."""
    if kind != "Transformer":
        return RecurrentLM(kind, VOCABULARY, WIDTH, WIDTH, seed)
    lesson.fill_other_lessons()
    return GPT(
        GPTConfig(VOCABULARY, context=max(LENGTHS), n_layers=2, n_heads=2, d_model=WIDTH),
        fused=True,
        seed=seed,
    )


def text_of(n: int) -> Tensor:
    """One text of n tokens, (1, n) int."""
    return torch.randint(VOCABULARY, (1, n), generator=torch.Generator().manual_seed(n))


def longest_chain(result: Tensor) -> int:
    """The most operations of which each needs the result of the one before, on the way to a result that has a gradient."""
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


def chain(model: nn.Module, n: int) -> int:
    """The longest chain on the way to the scores of a text of n tokens."""
    return longest_chain(model(text_of(n)))


@torch.no_grad()
@one_thread()
def seconds(
    models: dict[str, Callable], lengths: tuple[int, ...] = LENGTHS, times: int = 9
) -> dict[str, dict[int, float]]:
    """For each model and length the seconds that one core works on one text: the least of some passes."""
    return {
        name: {n: min(_work(model, text_of(n)) for _ in range(times)) for n in lengths}
        for name, model in models.items()
    }


def _work(model: Callable, text: Tensor) -> float:
    """Seconds of this thread's own work, without the time in which other programs had the core."""
    began = time.thread_time()
    model(text)
    return time.thread_time() - began


def slope(by_length: dict[int, float]) -> float:
    """The exponent a of y = c·n^a, by least squares on logarithms: 1 = twice as long takes twice as much, 0 = the same."""
    xs, ys = ([math.log(v) for v in values] for values in (by_length.keys(), by_length.values()))
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys)) / sum(
        (x - mean_x) ** 2 for x in xs
    )


def cost_picture(chains: dict[str, dict[int, int]], took: dict[str, dict[int, float]]) -> tuple:
    """Longest chains above, times below, both against length on logarithmic axes, as (figure, description)."""
    figure, (above, below) = style.figure(6.2, 6.6, rows=2)
    for axes, lines, factor in ((above, chains, 1), (below, took, 1e3)):
        for name, by_length in lines.items():
            axes.plot(
                list(by_length),
                [factor * y for y in by_length.values()],
                "o-",
                color=TINTS[name],
                label=f"{name}, slope {slope(by_length):.2f}",
            )
        lengths = list(next(iter(lines.values())))
        axes.set(xscale="log", yscale="log", xlabel="tokens in the text")
        axes.set_xticks(lengths, [str(n) for n in lengths])
        axes.minorticks_off()
        axes.legend(
            loc="upper left",
            fontsize=11,
            labelcolor="linecolor",
            handlelength=1.2,
            borderaxespad=0.1,
        )
        low, high = axes.get_ylim()
        axes.set_ylim(low, high * (high / low) ** 0.45)  # room for the names
    above.set(ylabel="operations in a row", title="Longest chain, counted")
    below.set(ylabel="milliseconds", title="Time on one core, measured")
    said = [
        f"{name}: "
        + ", ".join(
            f"{n} tokens {chains[name][n]} in a row and {took[name][n] * 1e3:.2g} ms"
            for n in took[name]
        )
        + f"; slopes {slope(chains[name]):.2f} and {slope(took[name]):.2f}"
        for name in took
    ]
    return (
        figure,
        f"Longest chain of operations, and time of one pass, by length. {'. '.join(said)}.",
    )
