"""The same text under different cue words: what the model writes, as a table and as a widget."""

import ipywidgets as w
import torch

from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.experiments.zero_shot.cues import CUES, KINDS, texts, written
from gptlab.view.kit import svg
from gptlab.view.kit.heatmap import heatmap_picture
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import FAINT
from gptlab.world.gloss import gloss, has_chinese
from gptlab.world.web import Web

WIDTH, MARGIN = 480, 16  # pixels
SHORT = {  # what heads the columns
    "right translation": "zh ✓",
    "other Chinese": "zh ✗",
    "tags": "tags",
    "a date": "date",
    "a name": "name",
    "something else": "else",
}


def cue_table_picture(shares: dict[str, dict[str, float]]) -> Picture:
    """What came after each cue, in percent of the texts."""
    values = torch.tensor([[100 * by[kind] for kind in KINDS] for by in shares.values()])
    title = "What the model writes under the same sentences, %"
    columns = [SHORT[kind] for kind in KINDS]
    return heatmap_picture(
        values, list(shares), columns, title, ("cue ↓", "what came →"), places=0, width=520
    )


def lines_picture(text: str, lines: dict[str, str]) -> Picture:
    """One text, and under it what came after each cue."""
    parts = [svg.text(MARGIN, 30, svg.shorten(text, WIDTH - 2 * MARGIN, 15), 15, weight=600)]
    y = 58
    for name, line in lines.items():
        shown = svg.shorten(line or "(nothing)", WIDTH - 2 * MARGIN - 100, 14)
        parts += [
            svg.text(MARGIN + 90, y, name, 13, "end", fill=FAINT),
            svg.text(MARGIN + 100, y, shown, 14),
        ]
        y += 27
        if has_chinese(line):
            english = svg.shorten(gloss(line).strip(), WIDTH - 2 * MARGIN - 100, 12.5)
            parts.append(svg.text(MARGIN + 100, y - 6, english, 12.5, fill=FAINT))
            y += 18
    said = "; ".join(f"{name}: {line}" for name, line in lines.items())
    alt = f"{text} {said}."
    return Picture(svg.document(WIDTH, y - 8, parts, alt), alt)


def _sentences(model: GPT, tokenizer: Tokenizer, web: Web, n: int = 12) -> list[str]:
    """Sentences to choose from; the first is one that fits into a line, and that "=" has translated, as most are."""
    found = [text for _, text in texts(web, n)]
    short = [text for text in found if svg.text_width(text, 15) <= WIDTH - 2 * MARGIN]
    lines = written(model, tokenizer, short, CUES['"="']) if short else []
    best = next((text for text, line in zip(short, lines) if has_chinese(line)), found[0])
    return [best, *(text for text in found if text != best)]


class CueBox:
    """A sentence, cue words as buttons, and what the model writes on; `box` is the widget."""

    def __init__(self, model: GPT, tokenizer: Tokenizer, web: Web):
        self.model, self.tokenizer = model, tokenizer
        sentences = _sentences(model, tokenizer, web)
        wide = w.Layout(width="100%", max_width="480px")
        self.text = w.Combobox(
            options=sentences, value=sentences[0], description="text", layout=wide
        )
        self.cue = w.ToggleButtons(options=list(CUES), value="no cue")
        self.again = w.Button(description="write again", layout=w.Layout(width="auto"))
        self.out = w.HTML()
        self.seed = 1
        for control in (self.text, self.cue):
            control.observe(self.refresh, "value")
        self.again.on_click(self.write_again)
        controls = [self.text, self.cue, self.again, self.out]
        self.box = w.VBox(controls, layout=w.Layout(overflow="hidden"))
        self.refresh()

    def write_again(self, _=None) -> None:
        """Draw other tokens."""
        self.seed += 1
        self.refresh()

    def refresh(self, _=None) -> None:
        """Write and draw anew."""
        text, name = self.text.value, self.cue.value
        line = written(self.model, self.tokenizer, [text], CUES[name], seed=self.seed)[0]
        self.out.value = lines_picture(text, {name: line}).image


def cue_box(model: GPT, tokenizer: Tokenizer, web: Web) -> None:
    """Show the widget; where nothing is live, one sentence under every cue."""
    text = _sentences(model, tokenizer, web)[0]
    lines = {name: written(model, tokenizer, [text], cue)[0] for name, cue in CUES.items()}
    show(*lines_picture(text, lines), CueBox(model, tokenizer, web).box)
