"""Why scores are divided by √D: what wide queries and keys do to a softmax, as a slider and as curves."""

import math
from dataclasses import dataclass

import ipywidgets as w
import torch
from torch import Tensor

from gptlab.sampling import softmax
from gptlab.view.kit import style, svg
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, FAINT

KEYS = 8  # as many keys as bars fit
WIDTHS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
WIDTH, MARGIN, ROW = 500, 16, 24  # pixels
PLAIN, SCALED = "softmax(q·k)", "softmax(q·k / √D)"


@dataclass(frozen=True)
class Sharpness:
    """What many random queries of one width D make of their keys, without and with the division."""

    d: int
    variance: float  # of q·k
    choices: tuple[
        float, float
    ]  # between how many equally likely keys a query hesitates, 1 to KEYS
    gradient: tuple[
        float, float
    ]  # how much the weights still move with their own scores, 0 to 1 − 1/KEYS


def random_scores(d: int, n: int, seed: int = 0, keys: int = KEYS) -> Tensor:
    """q·k of n random queries with `keys` random keys each, all entries N(0, 1); -> (n, keys)."""
    draw = torch.Generator().manual_seed(seed)
    q, k = torch.randn(n, 1, d, generator=draw), torch.randn(n, keys, d, generator=draw)
    return (q * k).sum(dim=-1)


def choices_of(weights: Tensor) -> Tensor:
    """e to the entropy: a number of equally likely choices; (..., S) -> (...)."""
    return torch.exp(-torch.special.xlogy(weights, weights).sum(dim=-1))


def gradient_of(weights: Tensor) -> Tensor:
    """Σ ∂w_s/∂score_s = Σ w_s (1 − w_s); (..., S) -> (...)."""
    return (weights * (1 - weights)).sum(dim=-1)


def sharpness(d: int, n: int = 400, seed: int = 0) -> Sharpness:
    """Means over n random queries of width d."""
    scores = random_scores(d, n, seed)
    both = [softmax(scores), softmax(scores / math.sqrt(d))]
    return Sharpness(
        d,
        float(scores.var()),
        tuple(float(choices_of(x).mean()) for x in both),
        tuple(float(gradient_of(x).mean()) for x in both),
    )


def sharpness_curves(rows: list[Sharpness]) -> tuple:
    """Choices and gradient against D, without and with the division, as (figure, description)."""
    figure, axes = style.figure(7.6, 3.4, columns=2)
    drawn = [row.d for row in rows]
    named = {PLAIN: COLOURS["ppo"], SCALED: COLOURS["sft"]}
    for side, (name, colour) in enumerate(named.items()):
        axes[0].plot(drawn, [row.choices[side] for row in rows], "o-", color=colour, label=name)
        axes[1].plot(drawn, [row.gradient[side] for row in rows], "o-", color=colour, label=name)
    for plot, title in zip(
        axes, (f"Between how many of {KEYS} keys?", "Do the weights still move?")
    ):
        plot.set_xscale("log", base=2)
        plot.set_xticks([1, 4, 16, 64, 256, 1024], ["1", "4", "16", "64", "256", "1024"])
        plot.set_xlabel("head width D")
        plot.set_title(title)
        plot.set_ylim(bottom=0)
    for side, (name, colour) in enumerate(
        named.items()
    ):  # at the right end nothing else is above the lines
        axes[0].annotate(
            name,
            (rows[-1].d, rows[-1].choices[side]),
            (2, 16),
            textcoords="offset points",
            color=colour,
            ha="right",
            fontweight="bold",
        )
    axes[0].set_ylabel("choices")
    axes[1].set_ylabel("Σ ∂weight/∂score")
    said = "; ".join(
        f"D = {row.d}: {row.choices[0]:.1f} choices, gradient {row.gradient[0]:.2f}, divided "
        f"{row.choices[1]:.1f} and {row.gradient[1]:.2f}"
        for row in rows
    )
    return (
        figure,
        f"How sharp the softmax of {KEYS} random scores is, undivided and divided by √D. {said}.",
    )


def one_draw(d: int, seed: int) -> tuple[str, str]:
    """One random query and its keys: scores and weights, undivided at the left and divided at the right."""
    scores = random_scores(d, 1, seed)[0]
    parts = [svg.text(MARGIN, 30, f"D = {d}: one random query, {KEYS} random keys", 15, weight=600)]
    half, said = (WIDTH - 2 * MARGIN) / 2, []
    sides = ((PLAIN, scores, COLOURS["ppo"]), (SCALED, scores / math.sqrt(d), COLOURS["sft"]))
    for side, (name, given, colour) in enumerate(sides):
        x, weights = MARGIN + side * (half + 4), softmax(given)
        parts.append(svg.text(x, 58, name, 14, fill=colour, weight=600))
        for s, (score, weight) in enumerate(zip(given.tolist(), weights.tolist())):
            parts += _bar(x, 68 + s * ROW, half - 4, score, weight, colour)
        foot = 68 + KEYS * ROW + 20
        choices, moves = float(choices_of(weights)), float(gradient_of(weights))
        parts += [
            svg.text(x, foot, f"hesitates between {choices:.1f} keys", 13),
            svg.text(x, foot + 20, f"weights still move by {moves:.3f}", 13),
        ]
        said.append(
            f"{name}: largest weight {float(weights.max()):.0%}, {choices:.1f} choices, gradient {moves:.3f}"
        )
    return svg.document(WIDTH, foot + 36, parts, "; ".join(said)), f"D = {d}. " + "; ".join(said)


def _bar(x: float, y: float, room: float, score: float, weight: float, colour: str) -> list[str]:
    """One key: its score, and its weight as a bar."""
    full = room - 54 - 46
    return [
        svg.text(x + 46, y + 17, f"{score:.1f}".replace("-", "−"), 13, "end", fill=FAINT),
        svg.rect(x + 54, y + 4, max(1.5, full * weight), ROW - 8, colour, 2),
        svg.text(x + 60 + full * weight, y + 17, f"{weight:.0%}".replace("%", " %"), 13),
    ]


class ScaleSlider:
    """The width D on a slider, a button for new numbers, and the weights; `box` is the widget."""

    def __init__(self, d: int = 64):
        wide = w.Layout(width="100%", max_width="440px")
        self.d = w.SelectionSlider(
            options=[(str(x), x) for x in WIDTHS], value=d, description="width D", layout=wide
        )
        self.again = w.Button(
            description="other random numbers",
            layout=w.Layout(width="auto", align_self="flex-start"),
        )
        self.out, self.seed = w.HTML(), 0
        self.d.observe(self.refresh, "value")
        self.again.on_click(self.draw_again)
        self.box = w.VBox([self.d, self.again, self.out], layout=w.Layout(overflow="hidden"))
        self.refresh()

    def draw_again(self, _=None) -> None:
        """Take another query and other keys."""
        self.seed += 1
        self.refresh()

    def refresh(self, _=None) -> None:
        """Draw anew."""
        self.out.value = one_draw(self.d.value, self.seed)[0]


def scale_slider(d: int = 64) -> None:
    """Show the slider; where nothing is live, the picture of one width."""
    picture, alt = one_draw(d, 0)
    show(picture, alt, ScaleSlider(d).box)
