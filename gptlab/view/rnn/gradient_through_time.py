"""The norm of the gradient at every earlier step, as strips of boxes: backpropagation through time."""

import math

from gptlab.view.kit import svg
from gptlab.view.kit.number_format import power_of_ten
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

WIDTH, MARGIN, STRIP = 480, 16, 30  # pixels
EMPTY_AT = 8  # a box is empty so many powers of ten below 1
FULL_AT = 4  # and fully red so many above 1


def strips_picture(norms_by_name: dict[str, list[float]], title: str) -> Picture:
    """A strip of boxes for each network: it fades as the gradient shrinks, red where it grows beyond 1."""
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
    legend = "full colour: 1 · half: 10⁻⁴ · empty: below 10⁻⁸ · red: more than 1"
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
            colour = COLOURS["wrong"]
            strength = 0.25 + exponent / FULL_AT
        else:
            colour = COLOURS["second"]
            strength = 1 + exponent / EMPTY_AT
        if strength > 0:
            x = MARGIN + t * width
            boxes.append(svg.rect(x, y, width - 0.6, STRIP, colour, opacity=min(1.0, strength)))
    return boxes
