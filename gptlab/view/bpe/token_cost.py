"""The tokens of one text in English and in Chinese, by several tokenizers, as rows of chips."""

from collections.abc import Sequence

import ipywidgets as w

from gptlab.engine.model.fused_bpe import whole_text
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.view.kit import svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.kit.token_chips import MARGIN, WIDTH, flow
from gptlab.view.palette import COLOURS, EDGE, FAINT

LONGEST = 300  # characters of a text
LINES = 3  # of chips for one text under one tokenizer
LABELS = ("English", "中文")


def pieces(tokenizer: Tokenizer, text: str) -> list[bytes]:
    """The tokens of a text, each as its bytes."""
    return [tokenizer.decode_bytes([i]) for i in tokenizer.encode(text)]


def ratio(costs: Sequence[int]) -> str:
    """How many times as much the second text costs: "1.8 ×"."""
    return f"{costs[1] / costs[0]:.2g} ×" if costs[0] and costs[1] else ""


def token_cost_picture(texts: Sequence[str], tokenizers: dict[str, Tokenizer]) -> Picture:
    """A text in English and in Chinese under each tokenizer; an empty one is left out."""
    given = {label: text[:LONGEST] for label, text in zip(LABELS, texts)}
    size = "; ".join(
        f"{label}: {len(text)} characters, {len(text.encode())} bytes"
        for label, text in given.items()
        if text
    )
    parts = [svg.text(MARGIN, 30, size or "type a text", 14, fill=FAINT)]
    described = []
    y = 40.0
    for name, tokenizer in tokenizers.items():
        cut = {label: pieces(tokenizer, text) for label, text in given.items()}
        times = ratio([len(found) for found in cut.values()])
        parts += [
            svg.line(MARGIN, y, WIDTH - MARGIN, y, EDGE),
            svg.text(MARGIN, y + 21, name, 15, weight=600),
            svg.text(WIDTH - MARGIN, y + 21, times, 15, "end", fill=COLOURS["you"], weight=700),
        ]
        y += 28
        counts = []
        for label, found in cut.items():
            if found:
                chips, height = flow(found, y + 20, WIDTH, most_lines=LINES)
                heading = f"{label}: {len(found)} tokens"
                parts += [svg.text(MARGIN, y + 14, heading, 13, fill=FAINT), *chips]
                y += 24 + height
                counts.append(_describe(label, found))
        y += 4
        described.append(f"{name}: {', '.join(counts)}{f', {times}' if times else ''}")
    alt = f"What a text costs. {size}. {'; '.join(described)}."
    return Picture(svg.document(WIDTH, y + 6, parts, alt), alt)


def _describe(label: str, found: list[bytes]) -> str:
    """One text's tokens in words, the first twelve by name."""
    shown = " | ".join(map(visible, found[:12]))
    return f"{label} {len(found)} tokens ({shown}{' …' * (len(found) > 12)})"


class TokenCost:
    """Two boxes for a text in two languages, examples, and the cuts of all tokenizers; `box` is the widget.

    pairs  (English, Chinese) examples
    """

    def __init__(self, tokenizers: dict[str, Tokenizer], pairs: Sequence[tuple[str, str]]):
        self.tokenizers = tokenizers
        self.pairs = list(pairs)
        wide = w.Layout(width="100%", max_width=f"{WIDTH}px")
        named = {"description_width": "5em"}
        self.examples = w.ToggleButtons(
            options=[(str(i + 1), i) for i in range(len(self.pairs))],
            description="example",
            tooltips=[f"{english}  {chinese}" for english, chinese in self.pairs],
            style=named,
        )
        self.examples.style.button_width = "auto"
        self.texts = [
            w.Text(text, description=label, continuous_update=False, layout=wide, style=named)
            for label, text in zip(LABELS, self.pairs[0])
        ]
        self.note = w.HTML()
        self.out = w.HTML()
        self.examples.observe(lambda change: self._take(), "value")
        for box in self.texts:
            box.observe(lambda change: self._draw(), "value")
        self.box = w.VBox([self.examples, *self.texts, self.note, self.out])
        self._draw()

    def _take(self) -> None:
        """Put an example into the boxes."""
        if self.examples.value is not None:
            for box, text in zip(self.texts, self.pairs[self.examples.value]):
                box.value = text

    def _draw(self) -> None:
        texts = [whole_text(box.value) for box in self.texts]
        cut = any(len(text) > LONGEST for text in texts)
        self.note.value = f"only the first {LONGEST} characters are taken" if cut else ""
        self.out.value = token_cost_picture(texts, self.tokenizers)[0]


def token_cost(tokenizers: dict[str, Tokenizer], pairs: Sequence[tuple[str, str]]) -> None:
    """Show the widget; where nothing is live, the picture of the first example."""
    show(*token_cost_picture(pairs[0], tokenizers), TokenCost(tokenizers, pairs).box)
