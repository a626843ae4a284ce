"""The gradient on its way back through time, as strips: one box a step, dark where much of it arrives."""

import math
from collections.abc import Callable

import ipywidgets as w
import torch
from torch import Tensor

from gptlab import rnn
from gptlab.engine.model.recurrent import RecurrentLM
from gptlab.view.kit import svg
from gptlab.view.kit.number_format import power_of_ten
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

STEPS, STATE, TEXTS = 40, 32, 16
SCALES = [round(0.1 * i, 1) for i in range(2, 31)]
BIASES = list(range(-2, 9))
WIDTH, MARGIN, STRIP = 480, 16, 30
FADED, BURNT = (
    8,
    4,
)  # powers of ten below 1 at which a box is empty, above 1 at which it is fully orange
SIZE = {"description_width": "150px"}


def gradient_norms(step: Callable, xs: Tensor, h0: Tensor) -> list[float]:
    """|∂L/∂h_t| for each step t, as a share of that at the last one; L is a fixed mixture of the last state.

    It watches the learner's own step while the learner's own `run_rnn` runs; xs (B, T, C), h0 (B, F).
    """
    seen = []

    def watched(x: Tensor, h: Tensor) -> Tensor:
        seen.append(step(x, h))
        return seen[-1]

    last = rnn.run_rnn(watched, xs, h0)[:, -1]
    mixture = torch.cos(torch.arange(1.0, last.shape[1] + 1)).to(last)
    grads = torch.autograd.grad((last * mixture).sum(), seen, allow_unused=True)
    norms = [0.0 if g is None else float(g.norm(dim=1).mean()) for g in grads]
    return [norm / norms[-1] for norm in norms]


def random_strip(
    cell: str, scale: float = 1.0, keep: float = 0.0, steps: int = STEPS, seed: int = 0
) -> list[float]:
    """The norms of a network that has learnt nothing.

    scale  what its recurrent weights are multiplied by; at 1 they are drawn from N(0, 1/F)
    keep   the bias of a GRU's gate z
    """
    network = RecurrentLM(cell, vocab_size=1, width=STATE, state=STATE, seed=seed, update_bias=keep)
    with torch.no_grad():
        network.u.mul_(scale)
    xs = torch.randn(TEXTS, steps, STATE, generator=torch.Generator().manual_seed(1000 + seed))
    return gradient_norms(network.step, xs, network.start(TEXTS))


def strips_picture(strips: dict[str, list[float]], title: str) -> tuple[str, str]:
    """Strips by name, as (SVG, description): purple fades as the gradient shrinks, orange where it grows beyond 1."""
    parts, said = [svg.text(MARGIN, 30, title, 15, weight=600)], []
    for i, (name, norms) in enumerate(strips.items()):
        y, wide = 46 + i * (STRIP + 44), (WIDTH - 2 * MARGIN) / len(norms)
        parts += [
            svg.text(MARGIN, y + 16, name, 14, weight=600),
            svg.rect(MARGIN, y + 24, WIDTH - 2 * MARGIN, STRIP, "none", stroke=EDGE),
        ]
        parts.append(
            svg.text(
                WIDTH - MARGIN, y + 16, f"at step 1: {power_of_ten(norms[0])}", 14, "end", fill=INK
            )
        )
        for t, norm in enumerate(norms):
            height = math.log10(norm) if norm > 0 else -math.inf
            colour, strength = (
                (COLOURS["ppo"], 0.25 + height / BURNT)
                if height > 0.02
                else (COLOURS["you"], 1 + height / FADED)
            )
            if strength > 0:
                parts.append(
                    svg.rect(
                        MARGIN + t * wide,
                        y + 24,
                        wide - 0.6,
                        STRIP,
                        colour,
                        opacity=min(1.0, strength),
                    )
                )
        said.append(
            f"{name}: the first of {len(norms)} steps gets {power_of_ten(norms[0])} of the gradient that the last one gets"
        )
    y = 46 + len(strips) * (STRIP + 44)
    parts += [
        svg.text(MARGIN, y + 6, "step 1", 13, fill=FAINT),
        svg.text(WIDTH - MARGIN, y + 6, "last step: 1", 13, "end", fill=FAINT),
        svg.text(
            MARGIN,
            y + 28,
            "full purple: 1 · half: 10⁻⁴ · empty: below 10⁻⁸ · orange: more than 1",
            12.5,
            fill=FAINT,
        ),
    ]
    alt = f"{title}. {'; '.join(said)}."
    return svg.document(WIDTH, y + 28 + MARGIN, parts, alt), alt


class ThroughTime:
    """Sliders for the recurrent weights and, with a GRU, for the bias of its gate z; `box` is the widget."""

    def __init__(self, gru: bool = False):
        wide = w.Layout(width="100%", max_width="480px")
        self.scale = w.SelectionSlider(
            options=[(f"{x:g}", x) for x in SCALES],
            value=1.0,
            description="recurrent weights ×",
            layout=wide,
            style=SIZE,
        )
        self.keep = (
            w.SelectionSlider(
                options=[(str(x).replace("-", "−"), x) for x in BIASES],
                value=0,
                description="GRU: bias of z",
                layout=wide,
                style=SIZE,
            )
            if gru
            else None
        )
        self.out = w.HTML()
        controls = [self.scale, *([self.keep] if gru else [])]
        for control in controls:
            control.observe(self.refresh, "value")
        self.box = w.VBox([*controls, self.out], layout=w.Layout(overflow="hidden"))
        self.refresh()

    def refresh(self, _=None) -> None:
        """Draw anew."""
        strips = {"RNN": random_strip("RNN", self.scale.value)}
        if self.keep is not None:
            strips["GRU"] = random_strip("GRU", self.scale.value, self.keep.value)
        self.out.value = strips_picture(strips, f"The gradient, {STEPS} steps back")[0]


def gradient_strips(gru: bool = False) -> None:
    """Show the sliders; where nothing is live, three settings side by side."""
    still = {
        f"RNN, recurrent weights × {x:g}": random_strip("RNN", x)
        for x in ((1.0,) if gru else (0.5, 1.0, 3.0))
    }
    if gru:
        still |= {f"GRU, bias of z = {x}": random_strip("GRU", 1.0, x) for x in (0, 3, 6)}
    show(*strips_picture(still, f"The gradient, {STEPS} steps back"), ThroughTime(gru).box)
