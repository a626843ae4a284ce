"""A widget that shows what temperature, top-k and top-p do to the next token's distribution."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import ipywidgets as w
import torch
from torch import Tensor

from gptlab import sampling
from gptlab.engine.assistant import TooLong
from gptlab.engine.model.fused_bpe import whole_text
from gptlab.view.kit import svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.number_format import percent
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

SHOWN = 12  # tokens that have a bar
TOP_K = (1, 2, 3, 5, 10, 20, 40, 100)  # steps of the slider
OFF = 0  # its last step
SCALES = (0.1, 0.25, 0.5, 1.0)  # what a bar over the whole row may stand for
ROW = 25  # pixels
SIZE = 15
MARGIN = 16
WIDTH = 480
COLUMN = 112  # width of the tokens' texts
NUMBER = 62  # width of the percentages


@dataclass(frozen=True)
class Distribution:
    """One distribution at three stages; each tensor is (V)."""

    plain: Tensor  # at temperature 1, nothing cut
    tempered: Tensor  # at the temperature, nothing cut
    final: Tensor  # what a token is drawn from
    bits: float  # entropy of `final`
    n_kept: int
    mass_cut: float  # of `tempered`

    @property
    def choices(self) -> float:
        """The number of equally likely tokens with the same entropy: 2^bits."""
        return 2.0**self.bits

    @property
    def scale(self) -> float:
        """The probability that a bar over the whole row stands for: flat distributions are drawn larger."""
        largest = float(torch.maximum(self.plain, self.final).max())
        return next(scale for scale in SCALES if largest <= scale + 1e-5)


def filtered_distribution(
    logits: Tensor, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> Distribution:
    """Run logits through the learner's own functions, in the order temperature, top-k, top-p.

        H = −Σ p_i log2 p_i                             Shannon 1948

    logits  (V) float
    """
    tempered = sampling.softmax(logits, temperature)
    scores = tempered.log()
    if top_k is not None:
        scores = sampling.top_k_filter(scores, top_k)
    if top_p is not None:
        scores = sampling.top_p_filter(scores, top_p)
    final = sampling.softmax(scores)
    kept = scores > -torch.inf
    bits = -torch.special.xlogy(final, final).sum() / math.log(2)
    return Distribution(
        plain=sampling.softmax(logits),
        tempered=tempered,
        final=final,
        bits=max(0.0, float(bits)),
        n_kept=int(kept.sum()),
        mass_cut=float(tempered[~kept].sum()),
    )


def distribution_svg(shown: Distribution, piece_of: Callable[[int], bytes], title: str) -> str:
    """A distribution as SVG: kept tokens in blue, cut ones grey and struck out, a line where each stood at first.

    piece_of  a token's bytes by its id
    """
    ids = shown.plain.topk(min(SHOWN, len(shown.plain))).indices.tolist()
    left = MARGIN + COLUMN + 10
    top = MARGIN + 30
    unit = (WIDTH - left - MARGIN - NUMBER) / shown.scale
    heading = svg.shorten_left(title, WIDTH - 2 * MARGIN, SIZE)
    parts = [svg.text(MARGIN, MARGIN + 13, heading, SIZE, weight=600)]
    for n, i in enumerate(ids):
        parts += _bar(shown, i, visible(piece_of(i)), left, top + n * ROW, unit)
    foot = top + len(ids) * ROW + 22
    legend = f"orange line: at temperature 1, nothing cut · full width: {percent(shown.scale)}"
    parts += [
        svg.text(MARGIN, foot, _summary(shown), SIZE, weight=600),
        svg.text(MARGIN, foot + 21, _cut(shown), 13),
        svg.text(MARGIN, foot + 41, legend, 13, fill=FAINT),
    ]
    alt = describe(shown, piece_of, title)
    return svg.document(WIDTH, foot + 41 + MARGIN, parts, alt)


def _bar(shown: Distribution, i: int, label: str, left: float, y: float, unit: float) -> list[str]:
    """One token: blue where it is kept, a pale bar and a line through its name where it is cut."""
    first = float(shown.plain[i])
    tempered = float(shown.tempered[i])
    p = float(shown.final[i])
    cut = p == 0 < tempered
    ink = INK if p else FAINT
    fill = COLOURS["first"] if p else EDGE
    name = svg.text(left - 10, y + 17, svg.shorten(label, COLUMN, SIZE), SIZE, "end", fill=ink)
    length = unit * (p or tempered)
    number = "cut" if cut else percent(p)
    return [
        name.replace("<text ", '<text text-decoration="line-through" ') if cut else name,
        svg.rect(left, y + 4, max(1.5, length), ROW - 8, fill, radius=2),
        svg.text(left + max(length, unit * first) + 8, y + 17, number, 13, fill=ink),
        svg.line(
            left + unit * first, y + 2, left + unit * first, y + ROW - 2, COLOURS["second"], 2
        ),
    ]


def _summary(shown: Distribution) -> str:
    return f"{shown.bits:.2f} bits = {shown.choices:,.1f} equally likely choices"


def _cut(shown: Distribution) -> str:
    """How much is kept, how much is cut."""
    n = len(shown.plain)
    if shown.n_kept == n:
        return f"all {n:,} tokens can be drawn"
    return (
        f"{shown.n_kept:,} of {n:,} tokens can be drawn; "
        f"{percent(shown.mass_cut)} of the chances cut away"
    )


def describe(shown: Distribution, piece_of: Callable[[int], bytes], title: str) -> str:
    """A distribution in words: its likeliest tokens, and its entropy."""
    best = shown.plain.topk(min(4, len(shown.plain))).indices.tolist()
    tokens = ", ".join(f"{visible(piece_of(i))} {percent(float(shown.final[i]))}" for i in best)
    return f"{title}: {tokens}; {_summary(shown)}"


class Microscope:
    """The sliders, and the picture that follows them; `box` is the widget.

    models   by name, each from ids (B, T) to logits (B, T, V)
    prompts  texts to choose from; any other can be typed
    """

    def __init__(self, models: dict[str, Callable], tokenizer, prompts: Sequence[str]):
        self.models = models
        self.tokenizer = tokenizer
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
    def distribution(self) -> Distribution:
        """What the controls ask for.

        Raises TooLong where the model cannot read so long a text.
        """
        ids = [self.tokenizer.special["endoftext"], *self.tokenizer.encode(self.prompt.value)]
        try:
            logits = self.models[self.model.value](torch.tensor([ids]))[0, -1]
        except ValueError as error:
            raise TooLong(f"the text is too long for this model: {error}") from None
        return filtered_distribution(
            logits, self.temperature.value, self.top_k.value or None, self.top_p.value
        )

    def refresh(self, _=None) -> None:
        """Draw anew, or say in one line why not."""
        try:
            self.out.value = self.picture().image
        except TooLong as error:
            self.out.value = f'<div role="alert">{escape(str(error))}</div>'

    def picture(self) -> Picture:
        """The distribution that the controls ask for."""
        shown = self.distribution()
        prompt = whole_text(self.prompt.value)
        image = distribution_svg(shown, self._piece, f"{prompt}▁")
        return Picture(image, describe(shown, self._piece, prompt))

    def _piece(self, i: int) -> bytes:
        return self.tokenizer.decode_bytes([i])


def microscope(models: dict[str, Callable], tokenizer, prompts: Sequence[str]) -> None:
    """Show the microscope; where nothing is live, its picture with top-k at 5."""
    scope = Microscope(models, tokenizer, prompts)
    scope.top_k.value = 5
    image, alt = scope.picture()
    scope.top_k.value = OFF
    show(image, f"Distribution microscope, top-k at 5. {alt}", scope.box)
