"""Where the norm stands: gradients before the first step, and small trainings with it before or behind the sums.

The task is the next word of 4,000 sentences of the little web, for a GPT of words. B batch, T time.
"""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from gptlab import ngram
from gptlab.engine.config import GPTConfig
from gptlab.engine.model.batches import right_pad
from gptlab.engine.model.encoder_decoder import TransformerLM, train_adam
from gptlab.experiments.unseen_combinations import Combinations
from gptlab.view.kit import style
from gptlab.view.kit.style import FLOOR
from gptlab.view.palette import COLOURS
from gptlab.world.web import Web

PRE, POST, WARM = "pre-LN", "post-LN", "post-LN, warmed up"
TINTS = {PRE: COLOURS["sft"], POST: COLOURS["ppo"], WARM: COLOURS["ppo_ptx"]}
BATCH, STEPS, LR, DEPTH = 16, 150, 3e-3, 8


class Sentences:
    """Sentences as word numbers in one rectangle: ids (N, T) int, keep (N, T) bool."""

    def __init__(self, web: Web, n: int = 4000):
        data = Combinations(web, n_facts=150, n_train=n)
        self.vocabulary = data.vocabulary
        self.ids, self.keep = right_pad([[0, *data.ids(s.words).tolist()] for s in data.train])

    def reader(self, depth: int, post: bool, width: int = 32, seed: int = 1) -> TransformerLM:
        """A GPT of so many layers that knows nothing yet."""
        config = GPTConfig(
            len(self.vocabulary), context=32, n_layers=depth, n_heads=4, d_model=width
        )
        return TransformerLM(config, causal=True, post=post, seed=seed)

    def loss_of(
        self, model: TransformerLM, seed: int = 0, batch: int = BATCH
    ) -> Callable[[], Tensor]:
        """What `train_adam` asks for: the loss of the next word on sentences drawn anew."""
        draw = torch.Generator().manual_seed(seed)

        def loss() -> Tensor:
            rows = torch.randint(len(self.ids), (batch,), generator=draw)
            longest = int(self.keep[rows].sum(1).max())
            ids, keep = self.ids[rows, :longest], self.keep[rows, :longest]
            targets = ids[:, 1:].masked_fill(~keep[:, 1:], -100)
            return ngram.cross_entropy(model(ids[:, :-1]).flatten(0, 1), targets.flatten())

        return loss

    def frequencies_only(self) -> float:
        """The loss, in nats per word, of whoever knows how frequent each word is and nothing else."""
        counts = torch.bincount(
            self.ids[:, 1:][self.keep[:, 1:]], minlength=len(self.vocabulary)
        ).double()
        p = counts[counts > 0] / counts.sum()
        return float(-(p * p.log()).sum())


def gradients(
    data: Sentences, depth: int, post: bool, seeds: Sequence[int] = (1, 2, 3)
) -> list[float]:
    """The size of the loss's gradient for each layer's last matrix, before any training; mean over seeds."""
    found = []
    for seed in seeds:
        model = data.reader(depth, post, seed=seed)
        data.loss_of(model, seed, batch=64)().backward()
        found.append([float(layer.mlp.w_out.grad.norm()) for layer in model.stack.layers])
    return [sum(sizes) / len(sizes) for sizes in zip(*found)]


def log_slope(xs: Sequence[float], ys: Sequence[float]) -> float:
    """The slope of ln y over ln x, by least squares."""
    lx, ly = [math.log(x) for x in xs], [math.log(y) for y in ys]
    mx, my = sum(lx) / len(lx), sum(ly) / len(ly)
    return sum((a - mx) * (b - my) for a, b in zip(lx, ly)) / sum((a - mx) ** 2 for a in lx)


def gradients_picture(sizes: dict[str, dict[int, list[float]]]) -> tuple:
    """The last layer's gradient by depth as (figure, description); sizes {PRE or POST: {depth: gradients by layer}}."""
    figure, axes = style.figure(6.6, 3.4)
    said = []
    for name, by_depth in sizes.items():
        depths, last = list(by_depth), [layers[-1] for layers in by_depth.values()]
        axes.plot(depths, last, "o-", color=TINTS[name], label=name)
        said.append(
            f"{name}: " + ", ".join(f"{x:.2f} with {d} layers" for d, x in zip(depths, last))
        )
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks(depths, [str(d) for d in depths])
    axes.set_yticks([0.1, 0.2, 0.5, 1.0], ["0.1", "0.2", "0.5", "1"])
    axes.minorticks_off()
    axes.set(
        xlabel="layers",
        ylabel="size of the gradient",
        title="The last layer's gradient, before the first step",
    )
    style.direct_labels(axes)
    return figure, f"Size of the last layer's gradient before training. {'; '.join(said)}."


def curve(
    data: Sentences,
    post: bool,
    warmup: int = 0,
    depth: int = DEPTH,
    lr: float = LR,
    seed: int = 1,
    steps: int = STEPS,
) -> list[float]:
    """The loss of each step of one small training."""
    model = data.reader(depth, post, seed=seed)
    return train_adam(model, data.loss_of(model, seed), steps, lr, warmup)


def smooth(losses: Sequence[float], width: int = 10) -> list[float]:
    """Means over the last so many steps."""
    return [
        sum(losses[max(0, i - width + 1) : i + 1]) / (i + 1 - max(0, i - width + 1))
        for i in range(len(losses))
    ]


def curves_picture(curves: dict[str, list[float]], floor: float, title: str) -> tuple:
    """Losses by step as (figure, description), with a dotted line for who knows only the words' frequencies."""
    figure, axes = style.figure(7.0, 3.6)
    said = []
    for name, losses in curves.items():
        drawn = smooth(losses)
        axes.plot(
            range(1, len(drawn) + 1), drawn, color=TINTS.get(name, COLOURS["base"]), label=name
        )
        said.append(f"{name} ends at {drawn[-1]:.2f}")
    axes.axhline(floor, **FLOOR)
    axes.annotate(
        "dotted: word frequencies alone",
        (len(drawn), floor),
        (0, 16),
        textcoords="offset points",
        ha="right",
    )
    axes.set(xlabel="step", ylabel="loss, nats per word", title=title)
    style.direct_labels(axes)
    return figure, f"{title}: {', '.join(said)}; {floor:.2f} by word frequencies alone."
