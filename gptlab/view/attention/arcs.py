"""Attention as arcs over a text: who looks at whom, by layer and head, in the reader's own sentence."""

from collections.abc import Sequence

import ipywidgets as w
from torch import Tensor

from gptlab.engine.assistant import Assistant, TooLong
from gptlab.interpret.attention_maps import attention_maps
from gptlab.view.kit import svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.number_format import percent
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

WIDTH, ROW, TOP, MARGIN = 500, 24, 44, 16  # pixels
ARCS, NAMES, BARS = 150, 120, 130  # pixels: columns of the arcs, of the tokens, of the widest bar
MOST = 32  # tokens that fit a picture
FAINT_FROM = 0.25  # weights from here are drawn for tokens that are not chosen


def arcs_picture(weights: Tensor, tokens: Sequence[str], at: int, title: str) -> tuple[str, str]:
    """One head as (SVG, description): arcs from each token to those it looks at, bars for the chosen one.

    weights  (T, T), row = the token that looks
    at       which token's look is drawn in colour, with its percentages
    """
    rows, x = weights.tolist(), MARGIN + ARCS
    parts = [svg.text(MARGIN, 30, svg.shorten(title, WIDTH - 2 * MARGIN), 15, weight=600)]
    for i, row in enumerate(rows):
        if i != at:
            parts += [
                _arc(x, i, j, p, COLOURS["base"], 0.35)
                for j, p in enumerate(row[: i + 1])
                if p >= FAINT_FROM
            ]
    parts += [
        _arc(x, at, j, p, COLOURS["you"], 0.9)
        for j, p in enumerate(rows[at][: at + 1])
        if p >= 0.01
    ]
    for j, token in enumerate(tokens):
        y, hidden = TOP + j * ROW, j > at
        bold = (
            {"fill": COLOURS["you"], "weight": 700}
            if j == at
            else {"fill": FAINT if hidden else INK}
        )
        parts.append(svg.text(x + 8, y + 17, svg.shorten(token, NAMES - 8, 15), 15, **bold))
        if hidden:
            continue
        left, p = x + NAMES + 8, rows[at][j]
        parts += [
            svg.rect(
                left, y + 5, max(1, BARS * p), ROW - 10, COLOURS["you"], 2, opacity=0.35 + 0.65 * p
            ),
            svg.text(left + BARS * p + 7, y + 17, percent(p), 13),
        ]
    foot = TOP + len(tokens) * ROW + 20
    parts.append(
        svg.text(
            MARGIN,
            foot,
            f"purple: where {svg.shorten(tokens[at], 110)} looks · grey: all other looks "
            f"from {FAINT_FROM:.0%} up".replace("%", " %"),
            12.5,
            fill=FAINT,
        )
    )
    alt = f"{title}. {_in_words(rows[at], tokens, at)}"
    return svg.document(WIDTH, foot + MARGIN, parts, alt), alt


def _arc(x: float, i: int, j: int, p: float, colour: str, strongest: float) -> str:
    """From token i to token j, bulging to the left; a ring where a token looks at itself."""
    start, end = TOP + i * ROW + ROW / 2, TOP + j * ROW + ROW / 2
    style = f'fill="none" stroke="{colour}" stroke-width="{0.8 + 6 * p:.3g}" opacity="{strongest * (0.3 + 0.7 * p):.2g}"'
    if i == j:
        return f'<circle cx="{x - 7:g}" cy="{start:g}" r="5" {style}/>'
    bulge = x - min(ARCS + 30, 34 + 13 * abs(i - j))
    return f'<path d="M {x:g} {start:g} C {bulge:g} {start:g} {bulge:g} {end:g} {x:g} {end:g}" {style}/>'


def _in_words(row: Sequence[float], tokens: Sequence[str], at: int) -> str:
    best = sorted(range(at + 1), key=lambda j: -row[j])[:4]
    return f"{tokens[at]} looks at " + ", ".join(f"{tokens[j]} {percent(row[j])}" for j in best)


def all_heads_picture(
    maps: Tensor, tokens: Sequence[str], marked: Sequence[tuple[int, int]] = ()
) -> tuple[str, str]:
    """Every head's map, a row for each layer, as (SVG, description); marked heads get a purple frame.

    maps  (layers, H, T, T)
    """
    layers, heads, t, _ = maps.shape
    size, top = (WIDTH - 2 * MARGIN - 40) / heads, 66
    box, parts = (
        (size - 12) / t,
        [svg.text(MARGIN, 30, "Row asks, column is asked; the darker, the more", 15, weight=600)],
    )
    parts += [
        svg.text(
            MARGIN + 40 + h * size + (size - 12) / 2,
            top - 10,
            f"head {h}",
            13,
            "middle",
            fill=FAINT,
        )
        for h in range(heads)
    ]
    for layer in range(layers):
        parts.append(svg.text(MARGIN, top + layer * size + size / 2, f"L{layer}", 14, fill=FAINT))
        for head in range(heads):
            x, y, own = MARGIN + 40 + head * size, top + layer * size, (layer, head) in marked
            parts.append(
                svg.rect(
                    x - 1,
                    y - 1,
                    size - 10,
                    size - 10,
                    "#ffffff",
                    stroke=COLOURS["you"] if own else EDGE,
                )
            )
            parts += _boxes(maps[layer, head], x, y, box)
            if own:
                parts.append(
                    svg.rect(x - 3, y - 3, size - 6, size - 6, "none", stroke=COLOURS["you"])
                )
    foot = top + layers * size + 12
    parts.append(
        svg.text(
            MARGIN,
            foot,
            svg.shorten_middle(" ".join(tokens), WIDTH - 2 * MARGIN, 13),
            13,
            fill=FAINT,
        )
    )
    said = "; ".join(
        f"layer {n // heads}, head {n % heads}: {_in_words(row.tolist(), tokens, t - 1)}"
        for n, row in enumerate(maps[:, :, -1].flatten(0, 1))
    )
    alt = f"The maps of {layers * heads} heads. From the last token: {said}."
    return svg.document(WIDTH, foot + MARGIN, parts, alt), alt


def _boxes(weights: Tensor, x: float, y: float, size: float) -> list[str]:
    """The boxes of one map that are not quite white."""
    return [
        f'<rect x="{x + j * size:.1f}" y="{y + i * size:.1f}" width="{size:.1f}" height="{size:.1f}" '
        f'fill="{COLOURS["sft"]}" opacity="{p:.2f}"/>'
        for i, row in enumerate(weights.tolist())
        for j, p in enumerate(row)
        if p >= 0.03
    ]


class Arcs:
    """A text, a layer, a head and the token that looks; `box` is the widget."""

    def __init__(self, assistant: Assistant, texts: Sequence[str], layer: int = 0, head: int = 0):
        self.assistant, config = assistant, assistant.model.config
        wide = {
            "layout": w.Layout(width="100%", max_width="480px"),
            "style": {"description_width": "85px"},
        }
        self.text = w.Combobox(
            value=texts[0],
            options=list(texts),
            description="text",
            ensure_option=False,
            continuous_update=False,
            **wide,
        )
        self.layer = w.IntSlider(layer, 0, config.n_layers - 1, description="layer", **wide)
        self.head = w.IntSlider(head, 0, config.n_heads - 1, description="head", **wide)
        self.at = w.IntSlider(0, 0, 1, description="token", readout=False, **wide)
        self.out = w.HTML()
        self.text.observe(self.read, "value")
        for control in (self.layer, self.head, self.at):
            control.observe(self.refresh, "value")
        self.box = w.VBox(
            [self.text, self.layer, self.head, self.at, self.out],
            layout=w.Layout(overflow="hidden"),
        )
        self.read()

    def read(self, _=None) -> None:
        """Take a new text, and look from its last token."""
        try:
            ids = self.assistant.begin(self.text.value)
            if len(ids) > MOST:
                raise TooLong(
                    f"the text takes {len(ids)} tokens, and the picture holds {MOST}: make it shorter"
                )
        except TooLong as error:
            self.out.value = f'<div role="alert">{error}</div>'
            return
        self.tokens = [visible(self.assistant.tokenizer.decode_bytes([i])) for i in ids]
        self.maps = attention_maps(self.assistant.model, ids)  # (layers, H, T, T)
        last = len(ids) - 1
        self.at.max = last
        self.at.value = last
        self.refresh()

    def refresh(self, _=None) -> None:
        """Draw anew."""
        self.out.value = self.picture()[0]

    def picture(self) -> tuple[str, str]:
        """What the controls ask for, as (SVG, description)."""
        layer, head, at = (
            self.layer.value,
            self.head.value,
            min(self.at.value, len(self.tokens) - 1),
        )
        return arcs_picture(self.maps[layer, head], self.tokens, at, f"layer {layer}, head {head}")


def arcs(assistant: Assistant, texts: Sequence[str], layer: int = 0, head: int = 0) -> None:
    """Show the arcs; where nothing is live, those of the first text's last token."""
    made = Arcs(assistant, texts, layer, head)
    show(*made.picture(), made.box)
