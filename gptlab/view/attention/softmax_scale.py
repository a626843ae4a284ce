"""The softmax of wide queries and keys, with and without division by √D, as a slider and as curves."""

import math

import ipywidgets as w
from torch import Tensor

from gptlab.experiments.attention.softmax_scale import (
    N_KEYS,
    SoftmaxStats,
    effective_choices,
    random_scores,
    softmax_gradient,
)
from gptlab.sampling import softmax
from gptlab.view.kit import style, svg
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, FAINT

WIDTHS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)  # of a head, on the slider
WIDTH, MARGIN, ROW = 500, 16, 24  # pixels
PLAIN, SCALED = "softmax(q·k)", "softmax(q·k / √D)"
TINTS = {PLAIN: COLOURS["second"], SCALED: COLOURS["first"]}


def softmax_curves(rows: list[SoftmaxStats]) -> Picture:
    """Choices and gradient against D, without and with the division."""
    figure, (left, right) = style.figure(7.6, 3.4, columns=2)
    widths = [row.d for row in rows]
    for side, (name, colour) in enumerate(TINTS.items()):
        choices = [row.choices[side] for row in rows]
        gradients = [row.gradient[side] for row in rows]
        left.plot(widths, choices, "o-", color=colour, label=name)
        right.plot(widths, gradients, "o-", color=colour, label=name)
    left.set_title(f"Between how many of {N_KEYS} keys?")
    right.set_title("How much gradient is left?")
    for axes in (left, right):
        axes.set_xscale("log", base=2)
        axes.set_xticks([1, 4, 16, 64, 256, 1024], ["1", "4", "16", "64", "256", "1024"])
        axes.set_xlabel("width D of query and key")
        axes.set_ylim(bottom=0)
    for side, (name, colour) in enumerate(TINTS.items()):
        left.annotate(  # at the right end nothing else is above the lines
            name,
            (rows[-1].d, rows[-1].choices[side]),
            (2, 16),
            textcoords="offset points",
            color=colour,
            ha="right",
            fontweight="bold",
        )
    left.set_ylabel("choices")
    right.set_ylabel("Σ ∂weight/∂score")
    said = "; ".join(
        f"D = {row.d}: {row.choices[0]:.1f} choices, gradient {row.gradient[0]:.2f}, divided "
        f"{row.choices[1]:.1f} and {row.gradient[1]:.2f}"
        for row in rows
    )
    alt = (
        f"How sharp the softmax of {N_KEYS} random scores is, undivided and divided by √D. {said}."
    )
    return Picture(figure, alt)


def one_query_picture(d: int, seed: int) -> Picture:
    """One random query and its keys: scores and weights, undivided at the left and divided at the right."""
    scores = random_scores(d, 1, seed)[0]
    title = f"D = {d}: one random query, {N_KEYS} random keys"
    half = (WIDTH - 2 * MARGIN) / 2
    foot = 68 + N_KEYS * ROW + 20
    parts = [svg.text(MARGIN, 30, title, 15, weight=600)]
    said = []
    sides = ((MARGIN, PLAIN, scores), (MARGIN + half + 4, SCALED, scores / math.sqrt(d)))
    for x, name, given in sides:
        weights = softmax(given)
        choices = float(effective_choices(weights))
        gradient = float(softmax_gradient(weights))
        parts += _side(x, half - 4, name, given, weights)
        parts += [
            svg.text(x, foot, f"hesitates between {choices:.1f} keys", 13),
            svg.text(x, foot + 20, f"Σ ∂weight/∂score {gradient:.3f}", 13),
        ]
        largest = float(weights.max())
        said.append(
            f"{name}: largest weight {largest:.0%}, {choices:.1f} choices, gradient {gradient:.3f}"
        )
    description = "; ".join(said)
    image = svg.document(WIDTH, foot + 36, parts, description)
    return Picture(image, f"D = {d}. {description}")


def _side(x: float, room: float, name: str, scores: Tensor, weights: Tensor) -> list[str]:
    """A name, and for each key its score, and its weight as a bar."""
    colour = TINTS[name]
    full = room - 54 - 46
    parts = [svg.text(x, 58, name, 14, fill=colour, weight=600)]
    for s, (score, weight) in enumerate(zip(scores.tolist(), weights.tolist())):
        y = 68 + s * ROW
        percentage = f"{weight:.0%}".replace("%", " %")
        number = f"{score:.1f}".replace("-", "−")
        parts += [
            svg.text(x + 46, y + 17, number, 13, "end", fill=FAINT),
            svg.rect(x + 54, y + 4, max(1.5, full * weight), ROW - 8, colour, 2),
            svg.text(x + 60 + full * weight, y + 17, percentage, 13),
        ]
    return parts


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
        self.out = w.HTML()
        self.seed = 0
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
        self.out.value = one_query_picture(self.d.value, self.seed).image


def scale_slider(d: int = 64) -> None:
    """Show the slider; where nothing is live, the picture of one width."""
    picture, alt = one_query_picture(d, 0)
    show(picture, alt, ScaleSlider(d).box)
