"""Who may look at whom in an encoder, a decoder and an encoder–decoder: click the architecture, then a word."""

from collections.abc import Sequence
from dataclasses import dataclass

import ipywidgets as w
import torch
from torch import Tensor

from gptlab import attention
from gptlab.view.kit import svg
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

WIDTH, MARGIN, NAMES, ROW, TOP = 500, 16, 78, 34, 118  # pixels
SOURCE, TARGET = ("The", "duck", "swims"), ("⟨start⟩", "鸭子", "在", "游泳")
TEXT = ("The", "duck", "swims", "home", "now")


@dataclass(frozen=True)
class Kind:
    """One architecture: what it is good for, and how it is trained."""

    name: str
    example: str
    told: str
    short: str


KINDS = (
    Kind("encoder", "BERT", "Everybody sees everybody: it reads, and fills gaps.", "BERT"),
    Kind("decoder", "GPT", "Only backwards: every word can foretell the next one.", "GPT"),
    Kind(
        "encoder–decoder",
        "the Transformer of 2017",
        "Reads one text from both sides, writes another forwards.",
        "Transformer, 2017",
    ),
)


def words_of(kind: str) -> list[str]:
    """The words that take part; those of an encoder–decoder come from two texts."""
    return [*SOURCE, *TARGET] if kind == "encoder–decoder" else list(TEXT)


def mask_of(kind: str) -> Tensor:
    """Who may look at whom, rows ask; (N, N) bool over `words_of`. An encoder–decoder has three masks in one table."""
    n = len(words_of(kind))
    if kind == "encoder":
        return torch.ones(n, n, dtype=torch.bool)
    if kind == "decoder":
        return attention.causal_mask(n)
    s, mask = len(SOURCE), torch.zeros(n, n, dtype=torch.bool)
    mask[:s, :s] = True  # the encoder's own
    mask[s:, s:] = attention.causal_mask(n - s)  # the decoder's own
    mask[s:, :s] = True  # cross-attention
    return mask


def sees_picture(kind: str, at: int = 0) -> tuple[str, str]:
    """The mask of an architecture as (SVG, description), with what the chosen word sees in colour."""
    one = next(k for k in KINDS if k.name == kind)
    words, mask = words_of(kind), mask_of(kind)
    n, n_source = len(words), len(SOURCE) if kind == "encoder–decoder" else 0
    box = min(62, (WIDTH - 2 * MARGIN - NAMES) / n)
    left = MARGIN + NAMES
    parts = [
        svg.text(MARGIN, 30, f"{kind} · {one.example}", 15, weight=600),
        svg.text(MARGIN, 52, one.told, 13.5),
        svg.text(MARGIN, TOP - 10, "asks ↓", 12.5, fill=FAINT),
        svg.text(left, TOP - 34, "is asked →", 12.5, fill=FAINT),
    ]
    for j, word in enumerate(words):
        seen = bool(mask[at, j])
        parts.append(
            svg.text(
                left + (j + 0.5) * box,
                TOP - 10,
                svg.shorten(word, box, 13.5),
                13.5,
                "middle",
                fill=COLOURS["you"] if j == at else INK if seen else FAINT,
                weight=600 if seen else 400,
            )
        )
    for i, word in enumerate(words):
        y, own = TOP + i * ROW, i == at
        parts.append(
            svg.text(
                left - 8,
                y + 22,
                svg.shorten(word, NAMES - 8, 14),
                14,
                "end",
                weight=700 if own else 400,
                fill=COLOURS["you"] if own else INK,
            )
        )
        parts += [
            _box(left + j * box, y, box, bool(mask[i, j]), own, i >= n_source > j) for j in range(n)
        ]
    if n_source:
        x, y = left + n_source * box, TOP + n_source * ROW
        parts += [
            svg.line(x, TOP - 4, x, TOP + n * ROW, INK, 1.6),
            svg.line(left, y, left + n * box, y, INK, 1.6),
        ]
    foot = TOP + n * ROW + 20
    seen = [word for word, keep in zip(words, mask[at].tolist()) if keep]
    counted = f"{words[at]} sees {len(seen)} of {n}: {', '.join(seen)}"
    parts.append(svg.text(MARGIN, foot, counted, 14, fill=COLOURS["you"], weight=600))
    legend = (
        "blue ✓ own text · orange ✓ the other text (cross-attention)"
        if n_source
        else "blue ✓ may look · empty: may not"
    )
    parts.append(svg.text(MARGIN, foot + 22, legend, 12.5, fill=FAINT))
    alt = f"{kind} ({one.example}). {one.told} {words[at]} sees {', '.join(seen)}."
    return svg.document(WIDTH, foot + 22 + MARGIN, parts, alt), alt


def _box(x: float, y: float, width: float, keep: bool, own: bool, across: bool) -> str:
    fill = COLOURS["ppo"] if across else COLOURS["sft"]
    place = (x + 1.5, y + 1.5, width - 3, ROW - 3)
    edge = svg.rect(*place, "none", 3, stroke=COLOURS["you"] if own else EDGE)
    if not keep:
        return edge
    tick = svg.text(x + width / 2, y + 22, "✓", 14, "middle", fill="#ffffff" if own else INK)
    return svg.rect(*place, fill, 3, opacity=0.85 if own else 0.28) + edge + tick


def all_kinds_picture() -> tuple[str, str]:
    """The three masks side by side as (SVG, description), for a page without a kernel."""
    size, gap, top = 142, 20, 66
    parts, said = [svg.text(MARGIN, 30, "Three masks make three architectures", 15, weight=600)], []
    for place, one in enumerate(KINDS):
        mask, x = mask_of(one.name), MARGIN + place * (size + gap)
        n, n_source = len(mask), len(SOURCE) if one.name == "encoder–decoder" else 0
        box = size / n
        parts.append(svg.text(x, top - 12, one.name, 14, weight=600))
        for i in range(n):
            for j in range(n):
                fill = (
                    "#ffffff"
                    if not mask[i, j]
                    else COLOURS["ppo"]
                    if i >= n_source > j
                    else COLOURS["sft"]
                )
                parts.append(
                    svg.rect(
                        x + j * box + 1, top + i * box + 1, box - 2, box - 2, fill, 2, EDGE, 0.75
                    )
                )
        if n_source:
            parts += [
                svg.line(x + n_source * box, top, x + n_source * box, top + size, INK, 1.4),
                svg.line(x, top + n_source * box, x + size, top + n_source * box, INK, 1.4),
            ]
        parts.append(svg.text(x, top + size + 20, one.short, 13, fill=FAINT))
        said.append(f"{one.name}: {one.told}")
    legend = "row asks, column is asked · orange: from one text into the other"
    parts.append(svg.text(MARGIN, top + size + 46, legend, 12.5, fill=FAINT))
    alt = "Three masks. " + " ".join(said)
    return svg.document(2 * MARGIN + 3 * size + 2 * gap, top + size + 46 + MARGIN, parts, alt), alt


class WhoSees:
    """Buttons for the architectures and the words; `box` is the widget."""

    def __init__(self, kind: str = "encoder", at: int = 1):
        self.kind = w.ToggleButtons(
            options=[k.name for k in KINDS], value=kind, tooltips=[k.example for k in KINDS]
        )
        self.kind.style.button_width = "auto"
        self.word = w.ToggleButtons(options=_numbered(words_of(kind)), value=at)
        self.word.style.button_width = "auto"
        self.out = w.HTML()
        self.kind.observe(self.turn, "value")
        self.word.observe(self.refresh, "value")
        self.box = w.VBox([self.kind, self.word, self.out], layout=w.Layout(overflow="hidden"))
        self.refresh()

    def turn(self, _=None) -> None:
        """Another architecture, from its second word."""
        self.word.unobserve(self.refresh, "value")
        self.word.options = _numbered(words_of(self.kind.value))
        self.word.value = 1
        self.word.observe(self.refresh, "value")
        self.refresh()

    def refresh(self, _=None) -> None:
        """Draw anew."""
        self.out.value = sees_picture(self.kind.value, self.word.value)[0]


def _numbered(words: Sequence[str]) -> list[tuple[str, int]]:
    return [(word, i) for i, word in enumerate(words)]


def who_sees() -> None:
    """Show the widget; where nothing is live, the three masks."""
    show(*all_kinds_picture(), WhoSees().box)
