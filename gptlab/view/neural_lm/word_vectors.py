"""Word vectors while they are learnt: a slider over the steps of training, and which words lie near which."""

from html import escape

import ipywidgets as w

from gptlab.experiments.neural_lm.word_vectors import VectorHistory
from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import CYCLE, FAINT, PANEL

WIDTH = 520  # pixels
HEIGHT = 470
MARGIN = 16
HALO = (
    f'<text paint-order="stroke" stroke="{PANEL}" stroke-width="3" '  # names stay readable on dots
)
WIDE = w.Layout(width="100%", max_width="520px")
NAMED = {"description_width": "105px"}


def word_vectors_picture(history: VectorHistory, frame: int) -> Picture:
    """One frame: a dot for each word, a colour for each kind, names where there is room."""
    points = history.projected()
    scale = min(WIDTH / 2 - 52, HEIGHT / 2 - 62) / float(points.abs().amax())
    tint = dict(zip(history.kinds, CYCLE))
    title = f"Word vectors after {history.steps[frame]:,} steps"
    parts = [svg.text(MARGIN, 29, title, 15, weight=600)]
    x = float(MARGIN)
    for kind, colour in tint.items():
        parts.append(svg.text(x, 52, kind, 14, fill=colour, weight=600))
        x += svg.text_width(kind, 14) + 18
    taken: list[tuple[float, float, float]] = []  # names that stand: left end, right end, height
    for (word, kind), (dx, dy) in zip(history.labelled_words, points[frame].tolist()):
        x = round(WIDTH / 2 + dx * scale, 1)
        y = round(HEIGHT / 2 + 18 - dy * scale, 1)
        parts.append(f'<circle cx="{x}" cy="{y}" r="3.5" fill="{tint[kind]}"/>')
        place = (x + 6, x + 6 + svg.text_width(word, 12), y)
        if _is_free(place, taken):
            taken.append(place)
            name = svg.text(x + 6, y + 4, word, 12, fill=tint[kind])
            parts.append(name.replace("<text ", HALO))
    shares = (
        f"{history.same_kind_share(frame):.0%} have a nearest of their own kind; "
        f"by chance {history.chance_share():.0%}"
    )
    parts.append(svg.text(MARGIN, HEIGHT - 14, shares, 13, fill=FAINT))
    groups = "; ".join(f"{kind}: {', '.join(words[:5])} …" for kind, words in history.kinds.items())
    alt = f"{title} of training, seen from one side. {groups}. {shares}."
    return Picture(svg.document(WIDTH, HEIGHT, parts, alt), alt)


def _is_free(place: tuple[float, float, float], taken: list[tuple[float, float, float]]) -> bool:
    """Whether a name at this place would cover none of those that stand."""
    left, right, height = place
    return all(
        right < other_left or left > other_right or abs(height - other_height) > 12
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
            line = f"no vector for “{escape(word)}”: choose a word that stands in the sentences"
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
