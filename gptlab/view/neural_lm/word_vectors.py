"""Word vectors while they are learnt: a slider over the steps of training, and which words lie near which."""

from html import escape

import ipywidgets as w

from gptlab.experiments.neural_lm.word_vectors import VectorHistory
from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import CYCLE, FAINT, PANEL

WIDTH = 520  # pixels
MARGIN = 16
TOP = 74  # the first row of dots is no higher
BELOW = 40  # under the last one: the shares
SIDE = 52  # left and right of the dots: room for names
NAME_HIGH = 12  # pixels: a name
HALO = (
    f'<text paint-order="stroke" stroke="{PANEL}" stroke-width="3" '  # names stay readable on dots
)
WIDE = w.Layout(width="100%", max_width="520px")
NAMED = {"description_width": "105px"}


def word_vectors_picture(history: VectorHistory, frame: int) -> Picture:
    """One frame: a dot for each word, a colour for each kind, names where there is room."""
    points = history.projected()
    reach = float(points[..., 0].abs().amax()) or 1.0
    scale = (WIDTH / 2 - SIDE) / reach
    highest = float(points[..., 1].amax()) * scale
    height = TOP + highest - float(points[..., 1].amin()) * scale + BELOW
    tint = dict(zip(history.kinds, CYCLE))
    title = f"Word vectors after {history.steps[frame]:,} steps"
    parts = [svg.text(MARGIN, 29, title, 15, weight=600)]
    x = float(MARGIN)
    for kind, colour in tint.items():
        parts.append(svg.text(x, 52, kind, 14, fill=colour, weight=600))
        x += svg.text_width(kind, 14) + 18
    dots = [
        (round(WIDTH / 2 + dx * scale, 1), round(TOP + highest - dy * scale, 1))
        for dx, dy in points[frame].tolist()
    ]
    colours = [tint[kind] for _, kind in history.labelled_words]
    for (x, y), colour in zip(dots, colours):
        parts.append(f'<circle cx="{x}" cy="{y}" r="3.5" fill="{colour}"/>')
    parts += _names([word for word, _ in history.labelled_words], dots, colours)
    shares = (
        f"{history.same_kind_share(frame):.0%} have a word of their own kind as their nearest; "
        f"by chance {history.chance_share():.0%}"
    )
    parts.append(svg.text(MARGIN, height - 14, shares, 13, fill=FAINT))
    groups = "; ".join(f"{kind}: {', '.join(words[:5])} …" for kind, words in history.kinds.items())
    alt = (
        f"{title} of training, along the two directions in which they differ most. "
        f"{groups}. {shares}."
    )
    return Picture(svg.document(WIDTH, round(height), parts, alt), alt)


def _names(words: list[str], dots: list[tuple[float, float]], colours: list[str]) -> list[str]:
    """A name right, left, above or below its dot, where it covers no dot and no other name; else none."""
    parts: list[str] = []
    taken = [(x - 4, x + 4, y) for x, y in dots]  # left end, right end, height of the middle
    for word, (x, y), colour in zip(words, dots, colours):
        wide = svg.text_width(word, 12)
        for left, middle in (
            (x + 6, y),
            (x - 6 - wide, y),
            (x - wide / 2, y - 12),
            (x - wide / 2, y + 12),
        ):
            place = (left, left + wide, middle)
            if _is_free(place, taken) and 4 < left < WIDTH - wide - 4:
                taken.append(place)
                name = svg.text(round(left, 1), round(middle + 4, 1), word, 12, fill=colour)
                parts.append(name.replace("<text ", HALO))
                break
    return parts


def _is_free(place: tuple[float, float, float], taken: list[tuple[float, float, float]]) -> bool:
    """Whether a name at this place would cover none of what is there; its own dot lies beside it."""
    left, right, height = place
    return all(
        right < other_left or left > other_right or abs(height - other_height) > NAME_HIGH - 1
        for other_left, other_right, other_height in taken
    )


class WordVectors:
    """A slider over training, and the nearest words of one that is chosen; `box` is the widget."""

    def __init__(self, history: VectorHistory, word: str):
        self.history = history
        self.step = w.SelectionSlider(
            options=[(f"{n:,}", i) for i, n in enumerate(history.steps)],
            value=0,
            description="steps",
            layout=WIDE,
            style=NAMED,
        )
        self.word = w.Combobox(
            value=word,
            options=[name for name, _ in history.labelled_words],
            description="a word",
            ensure_option=False,
            layout=WIDE,
            style=NAMED,
        )
        self.text = w.HTML()
        self.out = w.HTML()
        for control in (self.step, self.word):
            control.observe(lambda change: self.refresh(), "value")
        self.box = w.VBox([self.step, self.word, self.text, self.out])
        self.refresh()

    def refresh(self) -> None:
        """Draw anew."""
        word = self.word.value.strip()
        frame = self.step.value
        if word in self.history.words:
            nearest = ", ".join(self.history.nearest(word, frame))
            line = f"nearest to <b>{escape(word)}</b>: {escape(nearest)}"
        else:
            line = f"no vector for “{escape(word)}”: choose a word that occurs in the sentences"
        self.text.value = (
            f'<div aria-live="polite" style="font-size:15px;line-height:1.5">{line}</div>'
        )
        self.out.value = word_vectors_picture(self.history, frame).image


def word_vectors(history: VectorHistory, word: str) -> None:
    """Show the vectors with their slider; where nothing is live, the last frame."""
    image, alt = word_vectors_picture(history, len(history.steps) - 1)
    first = ", ".join(history.nearest(word, 0))
    last = ", ".join(history.nearest(word, -1))
    alt = f"{alt} Nearest to {word} at first: {first}; at last: {last}."
    show(image, alt, WordVectors(history, word).box)
