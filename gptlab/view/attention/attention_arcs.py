"""Attention weights drawn as arcs over a text, by layer and head."""

from collections.abc import Sequence

import ipywidgets as w
from torch import Tensor

from gptlab.engine.assistant import Assistant, TooLong
from gptlab.interpret.attention_maps import attention_maps
from gptlab.view.kit import svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.number_format import percent
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

WIDTH, ROW, TOP, MARGIN = 500, 24, 44, 16  # pixels
ARCS, NAMES, BARS = 150, 120, 130  # pixels: columns of the arcs, of the tokens, of the widest bar
MAX_TOKENS = 32  # that fit a picture
MOST_NAMED = 8  # tokens whose names fit beside a small map
DRAWN_FROM = 0.25  # weights from here are drawn for tokens that are not chosen


def arcs_picture(weights: Tensor, tokens: Sequence[str], at: int, title: str) -> Picture:
    """One head: arcs from each token to those it attends to, bars for the chosen one.

    weights  (T, T), row = the token that attends
    at       which token's weights are drawn in colour, with their percentages
    """
    rows = weights.tolist()
    parts = [svg.text(MARGIN, 30, svg.shorten(title, WIDTH - 2 * MARGIN), 15, weight=600)]
    for i in range(len(rows)):
        if i != at:
            parts += _arcs_from(rows[i], i, DRAWN_FROM, COLOURS["neutral"], 0.35)
    parts += _arcs_from(rows[at], at, 0.01, COLOURS["you"], 0.9)
    for j, token in enumerate(tokens):
        if j <= at:
            parts += _weighted_token(j, token, rows[at][j], chosen=j == at)
        else:
            parts.append(_token(j, token, fill=FAINT))
    foot = TOP + len(tokens) * ROW + 20
    legend = (
        f"purple: what {svg.shorten(tokens[at], 100)} attends to · grey: other weights "
        f"of {DRAWN_FROM:.0%} or more".replace("%", " %")
    )
    parts.append(svg.text(MARGIN, foot, legend, 12.5, fill=FAINT))
    alt = f"{title}. {_describe_row(rows[at], tokens, at)}"
    return Picture(svg.document(WIDTH, foot + MARGIN, parts, alt), alt)


def _arcs_from(row: Sequence[float], i: int, least: float, colour: str, strength: float) -> list:
    """The arcs from token i to those before it, where the weight is at least so large."""
    return [_arc(i, j, p, colour, strength) for j, p in enumerate(row[: i + 1]) if p >= least]


def _arc(i: int, j: int, p: float, colour: str, strongest: float) -> str:
    """From token i to token j, bulging to the left; a ring where a token attends to itself."""
    x = MARGIN + ARCS
    start = TOP + i * ROW + ROW / 2
    end = TOP + j * ROW + ROW / 2
    opacity = strongest * (0.3 + 0.7 * p)
    style = (
        f'fill="none" stroke="{colour}" stroke-width="{0.8 + 6 * p:.3g}" opacity="{opacity:.2g}"'
    )
    if i == j:
        return f'<circle cx="{x - 7:g}" cy="{start:g}" r="5" {style}/>'
    bulge = x - min(ARCS + 30, 34 + 13 * abs(i - j))
    return f'<path d="M {x:g} {start:g} C {bulge:g} {start:g} {bulge:g} {end:g} {x:g} {end:g}" {style}/>'


def _token(j: int, token: str, **look) -> str:
    y = TOP + j * ROW + 17
    return svg.text(MARGIN + ARCS + 8, y, svg.shorten(token, NAMES - 8, 15), 15, **look)


def _weighted_token(j: int, token: str, p: float, chosen: bool) -> list[str]:
    """A token with the weight that it gets, as a bar and in per cent."""
    y = TOP + j * ROW
    left = MARGIN + ARCS + NAMES + 8
    look = {"fill": COLOURS["you"], "weight": 700} if chosen else {"fill": INK}
    width = max(1, BARS * p)
    return [
        _token(j, token, **look),
        svg.rect(left, y + 5, width, ROW - 10, COLOURS["you"], 2, opacity=0.35 + 0.65 * p),
        svg.text(left + BARS * p + 7, y + 17, percent(p), 13),
    ]


def _describe_row(row: Sequence[float], tokens: Sequence[str], at: int) -> str:
    best = sorted(range(at + 1), key=lambda j: -row[j])[:4]
    return f"{tokens[at]} attends to " + ", ".join(f"{tokens[j]} {percent(row[j])}" for j in best)


def _describe_heads(maps: Tensor, tokens: Sequence[str]) -> str:
    """What the last token attends to most in each head; all that one can keep in mind of a page of maps."""
    names = [token.strip("␣") for token in tokens]
    said = []
    for layer, heads in enumerate(maps[:, :, -1].tolist()):
        best = [max(range(len(row)), key=row.__getitem__) for row in heads]
        shares = (f"head {h} to {names[i]}, {percent(heads[h][i])}" for h, i in enumerate(best))
        said.append(f"layer {layer}: {', '.join(shares)}")
    n_heads = maps.shape[0] * maps.shape[1]
    return f"The maps of {n_heads} heads. What the last token, {names[-1]}, attends to most: {'; '.join(said)}."


def all_heads_picture(
    maps: Tensor, tokens: Sequence[str], marked: Sequence[tuple[int, int]] = ()
) -> Picture:
    """Every head's map, a row for each layer; marked heads get a purple frame.

    maps  (L, H, T, T)
    """
    n_layers, n_heads, t, _ = maps.shape
    named = t <= MOST_NAMED
    side = max(svg.text_width(token, 10.5) for token in tokens) + 8 if named else 0.0
    left, top = MARGIN + 30 + side, 66
    size = (WIDTH + side - left - MARGIN) / n_heads
    title = "Row attends to column; the darker, the larger the weight"
    parts = [svg.text(MARGIN, 30, title, 15, weight=600)]
    for h in range(n_heads):
        x = left + h * size + (size - 12) / 2
        parts.append(svg.text(x, top - 10, f"head {h}", 13, "middle", fill=FAINT))
    for layer in range(n_layers):
        y = top + layer * size
        parts.append(svg.text(MARGIN, y + size / 2, f"L{layer}", 14, fill=FAINT))
        if named:
            parts += _names_beside(tokens, left - 5, y, size)
        for h in range(n_heads):
            x = left + h * size
            parts += _map(maps[layer, h], x, y, size, (layer, h) in marked)
    foot = top + n_layers * size
    if named:
        for h in range(n_heads):
            parts += _names_below(tokens, left + h * size, foot - 4, size)
        foot += 0.75 * side
    else:
        text = svg.shorten_middle(" ".join(tokens), WIDTH - 2 * MARGIN, 13)
        parts.append(svg.text(MARGIN, foot + 12, text, 13, fill=FAINT))
        foot += 12
    alt = _describe_heads(maps, tokens)
    return Picture(svg.document(WIDTH + side, foot + MARGIN, parts, alt), alt)


def _names_beside(tokens: Sequence[str], x: float, y: float, size: float) -> list[str]:
    """The tokens' names at the left of a map, one for each row."""
    box = (size - 12) / len(tokens)
    return [
        svg.text(x, y + (i + 0.5) * box + 4, token, 10.5, "end", FAINT)
        for i, token in enumerate(tokens)
    ]


def _names_below(tokens: Sequence[str], x: float, y: float, size: float) -> list[str]:
    """The tokens' names below a map, aslant, one for each column."""
    box = (size - 12) / len(tokens)
    return [
        f'<g transform="translate({x + (j + 0.5) * box + 3:.1f} {y:.1f}) rotate(-55)">'
        f"{svg.text(0, 0, token, 10.5, 'end', FAINT)}</g>"
        for j, token in enumerate(tokens)
    ]


def _map(weights: Tensor, x: float, y: float, size: float, marked: bool) -> list[str]:
    """One head's map in its frame."""
    edge = COLOURS["you"] if marked else EDGE
    parts = [svg.rect(x - 1, y - 1, size - 10, size - 10, "#ffffff", stroke=edge)]
    box = (size - 12) / len(weights)
    for i, row in enumerate(weights.tolist()):
        for j, p in enumerate(row):
            if p >= 0.03:  # the others are as good as white
                parts.append(
                    f'<rect x="{x + j * box:.1f}" y="{y + i * box:.1f}" width="{box:.1f}" '
                    f'height="{box:.1f}" fill="{COLOURS["first"]}" opacity="{p:.2f}"/>'
                )
    if marked:
        parts.append(svg.rect(x - 3, y - 3, size - 6, size - 6, "none", stroke=COLOURS["you"]))
    return parts


class AttentionArcs:
    """A text, a layer, a head and the token that attends; `box` is the widget."""

    def __init__(self, assistant: Assistant, texts: Sequence[str], layer: int = 0, head: int = 0):
        self.assistant = assistant
        config = assistant.model.config
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
        """Take a new text, and begin at its last token."""
        try:
            ids = self.assistant.begin(self.text.value)
            if len(ids) > MAX_TOKENS:
                raise TooLong(
                    f"the text takes {len(ids)} tokens, and the picture holds {MAX_TOKENS}: make it shorter"
                )
        except TooLong as error:
            self.maps = None
            self.out.value = f'<div role="alert">{error}</div>'
            return
        self.tokens = [visible(self.assistant.tokenizer.decode_bytes([i])) for i in ids]
        self.maps = attention_maps(self.assistant.model, ids)  # (L, H, T, T)
        last = len(ids) - 1
        self.at.max = last
        self.at.value = last
        self.refresh()

    def refresh(self, _=None) -> None:
        """Draw anew, unless the text was refused."""
        if self.maps is not None:
            self.out.value = self.picture().image

    def picture(self) -> Picture:
        """What the controls ask for."""
        layer = self.layer.value
        head = self.head.value
        at = min(self.at.value, len(self.tokens) - 1)
        return arcs_picture(self.maps[layer, head], self.tokens, at, f"layer {layer}, head {head}")


def attention_arcs(
    assistant: Assistant, texts: Sequence[str], layer: int = 0, head: int = 0
) -> None:
    """Show the arcs; where nothing is live, those of the first text's last token."""
    made = AttentionArcs(assistant, texts, layer, head)
    show(*made.picture(), made.box)
