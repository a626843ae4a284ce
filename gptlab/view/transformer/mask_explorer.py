"""A widget that shows which positions each word may attend to in an encoder, a decoder and both."""

from collections.abc import Sequence
from dataclasses import dataclass

import ipywidgets as w
import torch
from torch import Tensor

from gptlab import attention
from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

WIDTH, MARGIN, NAMES, ROW, TOP = 500, 16, 78, 34, 118  # pixels
SOURCE, TARGET = ("The", "duck", "swims"), ("⟨start⟩", "鸭子", "在", "游泳")
TEXT = ("The", "duck", "swims", "home", "now")


@dataclass(frozen=True)
class Architecture:
    """One architecture: an example of it, in full and in short, and who sees whom."""

    name: str
    example: str
    description: str
    short: str


ARCHITECTURES = (
    Architecture("encoder", "BERT", "Everybody sees everybody: it reads, and fills gaps.", "BERT"),
    Architecture("decoder", "GPT", "Only backwards: every word can foretell the next one.", "GPT"),
    Architecture(
        "encoder–decoder",
        "the Transformer of 2017",
        "Reads one text from both sides, writes another forwards.",
        "Transformer, 2017",
    ),
)


def words_of(architecture: str) -> list[str]:
    """The words that take part; those of an encoder–decoder come from two texts."""
    return [*SOURCE, *TARGET] if architecture == "encoder–decoder" else list(TEXT)


def mask_of(architecture: str) -> Tensor:
    """Who may look at whom, rows ask; (N, N) bool over `words_of`. An encoder–decoder has three masks in one table."""
    n = len(words_of(architecture))
    if architecture == "encoder":
        return torch.ones(n, n, dtype=torch.bool)
    if architecture == "decoder":
        return attention.causal_mask(n)
    s = len(SOURCE)
    mask = torch.zeros(n, n, dtype=torch.bool)
    mask[:s, :s] = True  # the encoder's own
    mask[s:, s:] = attention.causal_mask(n - s)  # the decoder's own
    mask[s:, :s] = True  # cross-attention
    return mask


def mask_picture(architecture: str, at: int = 0) -> Picture:
    """The mask of an architecture, with what the chosen word sees in colour."""
    one = next(a for a in ARCHITECTURES if a.name == architecture)
    words = words_of(architecture)
    mask = mask_of(architecture)
    n = len(words)
    n_source = len(SOURCE) if architecture == "encoder–decoder" else 0
    left = MARGIN + NAMES
    box = min(62, (WIDTH - 2 * MARGIN - NAMES) / n)
    parts = [
        svg.text(MARGIN, 30, f"{architecture} · {one.example}", 15, weight=600),
        svg.text(MARGIN, 52, one.description, 13.5),
        svg.text(MARGIN, TOP - 10, "asks ↓", 12.5, fill=FAINT),
        svg.text(left, TOP - 34, "is asked →", 12.5, fill=FAINT),
    ]
    for j, word in enumerate(words):
        x = left + (j + 0.5) * box
        parts.append(_asked(x, svg.shorten(word, box, 13.5), bool(mask[at, j]), j == at))
    for i, word in enumerate(words):
        y = TOP + i * ROW
        own = i == at
        parts.append(_asking(left - 8, y + 22, svg.shorten(word, NAMES - 8, 14), own))
        for j in range(n):
            across = i >= n_source > j
            parts.append(_box(left + j * box, y, box, bool(mask[i, j]), own, across))
    if n_source:
        x = left + n_source * box
        y = TOP + n_source * ROW
        parts += [
            svg.line(x, TOP - 4, x, TOP + n * ROW, INK, 1.6),
            svg.line(left, y, left + n * box, y, INK, 1.6),
        ]
        legend = "blue ✓ own text · orange ✓ the other text (cross-attention)"
    else:
        legend = "blue ✓ may look · empty: may not"
    foot = TOP + n * ROW + 20
    seen = [word for word, keep in zip(words, mask[at].tolist()) if keep]
    counted = f"{words[at]} sees {len(seen)} of {n}: {', '.join(seen)}"
    parts += [
        svg.text(MARGIN, foot, counted, 14, fill=COLOURS["you"], weight=600),
        svg.text(MARGIN, foot + 22, legend, 12.5, fill=FAINT),
    ]
    alt = f"{architecture} ({one.example}). {one.description} {words[at]} sees {', '.join(seen)}."
    return Picture(svg.document(WIDTH, foot + 22 + MARGIN, parts, alt), alt)


def _asked(x: float, word: str, seen: bool, own: bool) -> str:
    """A word above its column, bold where the chosen word sees it."""
    fill = COLOURS["you"] if own else INK if seen else FAINT
    return svg.text(x, TOP - 10, word, 13.5, "middle", fill=fill, weight=600 if seen else 400)


def _asking(x: float, y: float, word: str, own: bool) -> str:
    """A word at the left of its row, in colour where it is the chosen one."""
    fill = COLOURS["you"] if own else INK
    return svg.text(x, y, word, 14, "end", fill=fill, weight=700 if own else 400)


def _box(x: float, y: float, width: float, keep: bool, own: bool, across: bool) -> str:
    fill = COLOURS["second"] if across else COLOURS["first"]
    place = (x + 1.5, y + 1.5, width - 3, ROW - 3)
    edge = svg.rect(*place, "none", 3, stroke=COLOURS["you"] if own else EDGE)
    if not keep:
        return edge
    tick = svg.text(x + width / 2, y + 22, "✓", 14, "middle", fill="#ffffff" if own else INK)
    return svg.rect(*place, fill, 3, opacity=0.85 if own else 0.28) + edge + tick


def all_masks_picture() -> Picture:
    """The three masks side by side, for a page without a kernel."""
    size, gap, top = 142, 20, 66
    parts = [svg.text(MARGIN, 30, "Three masks make three architectures", 15, weight=600)]
    for place, one in enumerate(ARCHITECTURES):
        mask = mask_of(one.name)
        n = len(mask)
        n_source = len(SOURCE) if one.name == "encoder–decoder" else 0
        x = MARGIN + place * (size + gap)
        box = size / n
        parts.append(svg.text(x, top - 12, one.name, 14, weight=600))
        for i in range(n):
            for j in range(n):
                place_of_box = (x + j * box + 1, top + i * box + 1, box - 2, box - 2)
                fill = "#ffffff"
                if mask[i, j]:
                    fill = COLOURS["second"] if i >= n_source > j else COLOURS["first"]
                parts.append(svg.rect(*place_of_box, fill, 2, EDGE, 0.75))
        if n_source:
            parts += [
                svg.line(x + n_source * box, top, x + n_source * box, top + size, INK, 1.4),
                svg.line(x, top + n_source * box, x + size, top + n_source * box, INK, 1.4),
            ]
        parts.append(svg.text(x, top + size + 20, one.short, 13, fill=FAINT))
    legend = "row asks, column is asked · orange: from one text into the other"
    parts.append(svg.text(MARGIN, top + size + 46, legend, 12.5, fill=FAINT))
    described = [f"{one.name}: {one.description}" for one in ARCHITECTURES]
    alt = "Three masks. " + " ".join(described)
    width = 2 * MARGIN + 3 * size + 2 * gap
    return Picture(svg.document(width, top + size + 46 + MARGIN, parts, alt), alt)


class MaskExplorer:
    """Buttons for the architectures and the words; `box` is the widget."""

    def __init__(self, architecture: str = "encoder", at: int = 1):
        self.architecture = w.ToggleButtons(
            options=[one.name for one in ARCHITECTURES],
            value=architecture,
            tooltips=[one.example for one in ARCHITECTURES],
        )
        self.architecture.style.button_width = "auto"
        self.word = w.ToggleButtons(options=_numbered(words_of(architecture)), value=at)
        self.word.style.button_width = "auto"
        self.out = w.HTML()
        self.architecture.observe(self.turn, "value")
        self.word.observe(self.refresh, "value")
        self.box = w.VBox(
            [self.architecture, self.word, self.out], layout=w.Layout(overflow="hidden")
        )
        self.refresh()

    def turn(self, _=None) -> None:
        """Another architecture, from its second word."""
        self.word.unobserve(self.refresh, "value")
        self.word.options = _numbered(words_of(self.architecture.value))
        self.word.value = 1
        self.word.observe(self.refresh, "value")
        self.refresh()

    def refresh(self, _=None) -> None:
        """Draw anew."""
        self.out.value = mask_picture(self.architecture.value, self.word.value).image


def _numbered(words: Sequence[str]) -> list[tuple[str, int]]:
    return [(word, i) for i, word in enumerate(words)]


def mask_explorer() -> None:
    """Show the widget; where nothing is live, the three masks."""
    show(*all_masks_picture(), MaskExplorer().box)
