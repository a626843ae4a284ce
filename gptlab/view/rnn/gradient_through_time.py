"""The norm of the gradient at every earlier step, as strips of boxes: backpropagation through time."""

import math

import ipywidgets as w

from gptlab.experiments.rnn.gradient_through_time import STEPS, random_network_norms
from gptlab.view.kit import svg
from gptlab.view.kit.number_format import power_of_ten
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

SCALES = [round(0.1 * i, 1) for i in range(2, 31)]  # of the recurrent weights, on the slider
BIASES = list(range(-2, 9))
WIDTH, MARGIN, STRIP = 480, 16, 30  # pixels
EMPTY_AT = 8  # a box is empty so many powers of ten below 1
FULL_AT = 4  # and fully orange so many above 1
TITLE = f"The gradient, {STEPS} steps back"


def strips_picture(norms_by_name: dict[str, list[float]], title: str) -> Picture:
    """A strip of boxes for each network: purple fades as the gradient shrinks, orange where it grows beyond 1."""
    parts = [svg.text(MARGIN, 30, title, 15, weight=600)]
    said = []
    y = 46
    for name, norms in norms_by_name.items():
        first = power_of_ten(norms[0])
        parts += [
            svg.text(MARGIN, y + 16, name, 14, weight=600),
            svg.rect(MARGIN, y + 24, WIDTH - 2 * MARGIN, STRIP, "none", stroke=EDGE),
            svg.text(WIDTH - MARGIN, y + 16, f"at step 1: {first}", 14, "end", fill=INK),
        ]
        parts += _boxes(norms, y + 24)
        said.append(
            f"{name}: the first of {len(norms)} steps gets {first} of the gradient that the last one gets"
        )
        y += STRIP + 44
    legend = "full purple: 1 · half: 10⁻⁴ · empty: below 10⁻⁸ · orange: more than 1"
    parts += [
        svg.text(MARGIN, y + 6, "step 1", 13, fill=FAINT),
        svg.text(WIDTH - MARGIN, y + 6, "last step: 1", 13, "end", fill=FAINT),
        svg.text(MARGIN, y + 28, legend, 12.5, fill=FAINT),
    ]
    alt = f"{title}. {'; '.join(said)}."
    return Picture(svg.document(WIDTH, y + 28 + MARGIN, parts, alt), alt)


def _boxes(norms: list[float], y: float) -> list[str]:
    """A coloured box for each norm that is not too small to see."""
    width = (WIDTH - 2 * MARGIN) / len(norms)
    boxes = []
    for t, norm in enumerate(norms):
        exponent = math.log10(norm) if norm > 0 else -math.inf
        if exponent > 0.02:
            colour = COLOURS["second"]
            strength = 0.25 + exponent / FULL_AT
        else:
            colour = COLOURS["you"]
            strength = 1 + exponent / EMPTY_AT
        if strength > 0:
            x = MARGIN + t * width
            boxes.append(svg.rect(x, y, width - 0.6, STRIP, colour, opacity=min(1.0, strength)))
    return boxes


class GradientSliders:
    """Sliders for the recurrent weights and, with a GRU, for the bias of its gate z; `box` is the widget."""

    def __init__(self, gru: bool = False):
        look = {
            "layout": w.Layout(width="100%", max_width="480px"),
            "style": {"description_width": "150px"},
        }
        self.scale = w.SelectionSlider(
            options=[(f"{x:g}", x) for x in SCALES],
            value=1.0,
            description="recurrent weights ×",
            **look,
        )
        self.update_bias = None
        if gru:
            self.update_bias = w.SelectionSlider(
                options=[(str(x).replace("-", "−"), x) for x in BIASES],
                value=0,
                description="GRU: bias of z",
                **look,
            )
        self.out = w.HTML()
        controls = [self.scale, self.update_bias] if gru else [self.scale]
        for control in controls:
            control.observe(self.refresh, "value")
        self.box = w.VBox([*controls, self.out], layout=w.Layout(overflow="hidden"))
        self.refresh()

    def refresh(self, _=None) -> None:
        """Draw anew."""
        scale = self.scale.value
        norms = {"RNN": random_network_norms("RNN", scale)}
        if self.update_bias is not None:
            norms["GRU"] = random_network_norms("GRU", scale, self.update_bias.value)
        self.out.value = strips_picture(norms, TITLE).image


def gradient_strips(gru: bool = False) -> None:
    """Show the sliders; where nothing is live, three settings side by side."""
    norms = {}
    for scale in (1.0,) if gru else (0.5, 1.0, 3.0):
        norms[f"RNN, recurrent weights × {scale:g}"] = random_network_norms("RNN", scale)
    for bias in (0, 3, 6) if gru else ():
        norms[f"GRU, bias of z = {bias}"] = random_network_norms("GRU", 1.0, bias)
    show(*strips_picture(norms, TITLE), GradientSliders(gru).box)
