"""The distribution microscope: what temperature, top-k and top-p do to the next token's chances."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import ipywidgets as w
import torch
from torch import Tensor

from gptlab import sampling
from gptlab.view.kit import svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.number_format import percent
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

SHOWN = 12  # tokens that have a bar
TOP_K = (1, 2, 3, 5, 10, 20, 40, 100)  # steps of the slider
OFF = 0  # its last step
ROW, SIZE, MARGIN, WIDTH = 25, 15, 16, 480  # pixels
COLUMN, NUMBER = 112, 62  # pixels: width of the tokens' texts, of the percentages


@dataclass(frozen=True)
class Reading:
    """One distribution under the microscope; each tensor is (V)."""

    plain: Tensor  # at temperature 1, nothing cut
    warm: Tensor  # at the temperature, nothing cut
    final: Tensor  # what a token is drawn from
    bits: float  # entropy of `final`
    n_kept: int
    mass_cut: float  # of `warm`

    @property
    def choices(self) -> float:
        """Between how many equally likely tokens the draw hesitates: 2^bits."""
        return 2.0**self.bits


def look(
    logits: Tensor, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> Reading:
    """Run scores through the reader's own functions, in the order temperature, top-k, top-p.

        H = −Σ p_i log2 p_i                             Shannon 1948

    logits  (V) float
    """
    plain, warm = sampling.softmax(logits), sampling.softmax(logits, temperature)
    scores = warm.log()
    if top_k is not None:
        scores = sampling.top_k_filter(scores, top_k)
    if top_p is not None:
        scores = sampling.top_p_filter(scores, top_p)
    final, kept = sampling.softmax(scores), scores > -torch.inf
    bits = -torch.special.xlogy(final, final).sum() / math.log(2)
    return Reading(
        plain, warm, final, max(0.0, float(bits)), int(kept.sum()), float(warm[~kept].sum())
    )


def picture(reading: Reading, pieces: Callable[[int], bytes], title: str) -> str:
    """A reading as SVG: kept tokens in blue, cut ones grey and struck out, a line where each stood at first."""
    ids = reading.plain.topk(min(SHOWN, len(reading.plain))).indices.tolist()
    left, top, full = MARGIN + COLUMN + 10, MARGIN + 30, full_width(reading)
    room = (WIDTH - left - MARGIN - NUMBER) / full
    parts = [
        svg.text(
            MARGIN, MARGIN + 13, svg.shorten_left(title, WIDTH - 2 * MARGIN, SIZE), SIZE, weight=600
        )
    ]
    for n, i in enumerate(ids):
        parts += _bar(reading, i, visible(pieces(i)), left, top + n * ROW, room)
    foot = top + len(ids) * ROW + 22
    legend = f"orange line: at temperature 1, nothing cut · full width: {percent(full)}"
    parts += [
        svg.text(MARGIN, foot, _summary(reading), SIZE, weight=600),
        svg.text(MARGIN, foot + 21, _cut(reading), 13),
        svg.text(MARGIN, foot + 41, legend, 13, fill=FAINT),
    ]
    return svg.document(WIDTH, foot + 41 + MARGIN, parts, in_words(reading, pieces, title))


def full_width(reading: Reading) -> float:
    """The probability that a bar over the whole row stands for: flat distributions are drawn larger."""
    most = float(torch.maximum(reading.plain, reading.final).max())
    return next(full for full in (0.1, 0.25, 0.5, 1.0) if most <= full + 1e-5)


def _bar(reading: Reading, i: int, label: str, left: float, y: float, room: float) -> list[str]:
    """One token: blue where it is kept, a pale bar and a line through its name where it is cut."""
    first, warm, p = (float(chances[i]) for chances in (reading.plain, reading.warm, reading.final))
    cut, ink = p == 0 < warm, INK if p else FAINT
    name = svg.text(left - 10, y + 17, svg.shorten(label, COLUMN, SIZE), SIZE, "end", fill=ink)
    number, long = "cut" if cut else percent(p), room * (p or warm)
    return [
        name.replace("<text ", '<text text-decoration="line-through" ') if cut else name,
        svg.rect(left, y + 4, max(1.5, long), ROW - 8, COLOURS["sft"] if p else EDGE, radius=2),
        svg.text(left + max(long, room * first) + 8, y + 17, number, 13, fill=ink),
        svg.line(left + room * first, y + 2, left + room * first, y + ROW - 2, COLOURS["ppo"], 2),
    ]


def _summary(reading: Reading) -> str:
    return f"{reading.bits:.2f} bits = {reading.choices:,.1f} equally likely choices"


def _cut(reading: Reading) -> str:
    """How much is kept, how much is cut."""
    many = len(reading.plain)
    if reading.n_kept == many:
        return f"all {many:,} tokens can be drawn"
    return f"{reading.n_kept:,} of {many:,} tokens can be drawn; {percent(reading.mass_cut)} of the chances cut away"


def in_words(reading: Reading, pieces: Callable[[int], bytes], title: str) -> str:
    """A reading for those who cannot see it."""
    best = reading.plain.topk(min(4, len(reading.plain))).indices.tolist()
    said = ", ".join(f"{visible(pieces(i))} {percent(float(reading.final[i]))}" for i in best)
    return f"{title}: {said}; {_summary(reading)}"


class Microscope:
    """The sliders, and the picture that follows them; `box` is the widget.

    models   by name, each from ids (B, T) to logits (B, T, V)
    prompts  texts to choose from; any other can be typed
    """

    def __init__(self, models: dict[str, Callable], tokenizer, prompts: Sequence[str]):
        self.models, self.tokenizer = models, tokenizer
        wide = {
            "layout": w.Layout(width="100%", max_width="480px"),
            "style": {"description_width": "95px"},
        }
        self.model = w.ToggleButtons(options=list(models), value=list(models)[-1])
        self.model.style.button_width = "auto"
        self.prompt = w.Combobox(
            value=prompts[0],
            options=list(prompts),
            description="text so far",
            ensure_option=False,
            continuous_update=False,
            **wide,
        )
        self.temperature = w.FloatSlider(
            1.0, min=0.0, max=3.0, step=0.1, description="temperature", **wide
        )
        steps = [*((str(k), k) for k in TOP_K), ("off", OFF)]
        self.top_k = w.SelectionSlider(options=steps, value=OFF, description="top-k", **wide)
        self.top_p = w.FloatSlider(1.0, min=0.05, max=1.0, step=0.05, description="top-p", **wide)
        self.out = w.HTML()
        controls = [self.model, self.prompt, self.temperature, self.top_k, self.top_p]
        for control in controls:
            control.observe(self.refresh, "value")
        self.box = w.VBox([*controls, self.out], layout=w.Layout(overflow="hidden"))
        self.refresh()

    @torch.no_grad()
    def reading(self) -> Reading:
        """What the controls ask for."""
        ids = [self.tokenizer.special["endoftext"], *self.tokenizer.encode(self.prompt.value)]
        logits = self.models[self.model.value](torch.tensor([ids]))[0, -1]
        return look(logits, self.temperature.value, self.top_k.value or None, self.top_p.value)

    def refresh(self, _=None) -> None:
        """Draw anew."""
        self.out.value = self.picture()

    def picture(self) -> str:
        """The present reading as SVG."""
        return picture(self.reading(), self._piece, f"{self.prompt.value}▁")

    def said(self) -> str:
        """The present reading in words."""
        return in_words(self.reading(), self._piece, self.prompt.value)

    def _piece(self, i: int) -> bytes:
        return self.tokenizer.decode_bytes([i])


def microscope(models: dict[str, Callable], tokenizer, prompts: Sequence[str]) -> None:
    """Show the microscope; where nothing is live, its picture with top-k at 5."""
    scope = Microscope(models, tokenizer, prompts)
    scope.top_k.value = 5
    still, alt = scope.picture(), scope.said()
    scope.top_k.value = OFF
    show(still, f"Distribution microscope, top-k at 5. {alt}", scope.box)
