"""A picture with choices that works without a kernel: every frame is drawn ahead, and buttons show one of them.

In a notebook, on the website and in an exported page alike, by HTML and CSS alone: radio buttons, which the
keyboard moves too. Where neither is allowed, the first frame stands there.
"""

import hashlib
from collections.abc import Callable, Sequence
from html import escape
from itertools import product
from typing import NamedTuple

from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import image_html
from gptlab.view.palette import COLOURS, EDGE, INK, PANEL

BUTTON = (
    f"display:inline-block;margin:2px 4px 2px 0;padding:3px 11px;border:1px solid {EDGE};"
    f"border-radius:6px;background:{PANEL};color:{INK};cursor:pointer;font-size:14px"
)
PRESSED = f"background:{COLOURS['you']};color:#ffffff;border-color:{COLOURS['you']}"


class Choice(NamedTuple):
    """One row of buttons."""

    name: str
    options: tuple[str, ...]
    first: int = 0  # the option that is pressed at the beginning


def frames_html(choices: Sequence[Choice], draw: Callable[..., Picture]) -> str:
    """Draw draw(i, j, …) for every combination of options, each an index, and the buttons to choose by."""
    combinations = list(product(*(range(len(choice.options)) for choice in choices)))
    pictures = [draw(*chosen) for chosen in combinations]
    drawn = [image_html(str(picture.image), picture.alt) for picture in pictures]
    own = "f" + hashlib.sha256("".join(drawn).encode()).hexdigest()[:10]
    first = tuple(choice.first for choice in choices)
    inputs, rows, rules = [], [], [f".{own} input{{position:absolute;opacity:0;width:1px}}"]
    for row, choice in enumerate(choices):
        labels = []
        for i, option in enumerate(choice.options):
            name = f"{own}-{row}-{i}"
            pressed = " checked" if i == choice.first else ""
            inputs.append(
                f'<input type="radio" name="{own}-{row}" id="{name}"{pressed} '
                f'aria-label="{escape(choice.name)}: {escape(option)}">'
            )
            labels.append(f'<label for="{name}" style="{BUTTON}">{escape(option)}</label>')
            ring = f"outline:2px solid {COLOURS['first']};outline-offset:1px"
            rules += [
                f"#{name}:checked~div label[for={name}]{{{_important(PRESSED)}}}",
                f"#{name}:focus-visible~div label[for={name}]{{{ring}}}",
            ]
        rows.append(f"<div>{escape(choice.name)}: {''.join(labels)}</div>")
    frames = []
    for chosen, image in zip(combinations, drawn, strict=True):
        place = "-".join(map(str, chosen))
        look = "block" if chosen == first else "none"
        frames.append(f'<div class="{own}-{place}" style="display:{look}">{image}</div>')
        pressed = "~".join(f"#{own}-{row}-{i}:checked" for row, i in enumerate(chosen))
        rules.append(f"{pressed}~.{own}-{place}{{display:block!important}}")
    # a frame that is not chosen is hidden, the first one too
    rules.insert(1, f".{own}>div[class]{{display:none!important}}")
    style = f"<style>{''.join(rules)}</style>"
    return f'<div class="{own}">{style}{"".join(inputs)}{"".join(rows)}<div></div>{"".join(frames)}</div>'


def show_frames(choices: Sequence[Choice], draw: Callable[..., Picture]) -> None:
    """Display the buttons and their frames; without a notebook, the first frame's description is printed."""
    from IPython import get_ipython
    from IPython.display import display

    picture = draw(*(choice.first for choice in choices))
    if get_ipython() is None:
        print(picture.alt)
        return
    views = {
        "text/html": frames_html(choices, draw),
        "image/svg+xml": picture.image,
        "text/plain": picture.alt,
    }
    display(views, raw=True)


def _important(style: str) -> str:
    return ";".join(f"{rule}!important" for rule in style.split(";"))
