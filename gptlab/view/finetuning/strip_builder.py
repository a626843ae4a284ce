"""A widget: click the pieces of an input into order, and see what a tuned network says of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ipywidgets as w
import torch

from gptlab.experiments.finetuning.fine_tune import Bench
from gptlab.experiments.finetuning.task_model import TaskModel
from gptlab.experiments.finetuning.tasks import CHOICE, ENTAILMENT, MOOD, SIMILARITY, TASKS, Example
from gptlab.view.finetuning.strips import (
    DELIM,
    EXTRACT,
    HIGH,
    MARGIN,
    START,
    STRIP,
    WIDTH,
    Piece,
    describe,
    piece_width,
    strip_parts,
)
from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, EDGE, FAINT

PARTS = {  # what a task's input is made of, by the order in which the buttons stand
    MOOD.name: ("start", "text", "extract"),
    ENTAILMENT.name: ("start", "premise", "$", "hypothesis", "extract"),
    SIMILARITY.name: ("start", "one text", "$", "the other", "extract"),
    CHOICE.name: ("start", "question", "$", "option", "extract"),
}
SIGNS = {"start": START, "$": DELIM, "extract": EXTRACT}
Arrangement = Sequence[str]  # names out of PARTS, in any order, each at most once


@dataclass(frozen=True)
class Verdict:
    """What a network says of an arrangement: a probability for each label, or why it says nothing."""

    probabilities: tuple[float, ...] = ()
    why_not: str = ""


def inputs_of(task: str, example: Example, order: Arrangement) -> list[list[Piece]]:
    """The strips that an arrangement makes of an example: one, two (texts exchanged), or one an option."""
    _, first, *rest = PARTS[task]
    second = rest[1] if len(rest) > 2 else ""
    if task == CHOICE.name:
        pairs = [(example.texts[1], option) for option in example.options]
    elif task == SIMILARITY.name:
        pairs = [example.texts, example.texts[::-1]]
    else:
        pairs = [example.texts]
    strips = []
    for number, pair in enumerate(pairs):
        kinds = ("second", "first") if number and task == SIMILARITY.name else ("first", "second")
        shown = dict(zip((first, second), zip(pair, kinds)))
        pieces = []
        for name in order:
            text, kind = shown.get(name, (SIGNS.get(name, ""), "special"))
            pieces.append(Piece(text, "extract" if name == "extract" else kind))
        strips.append(pieces)
    return strips


@torch.no_grad()
def verdict(bench: Bench, model: TaskModel, task: str, strips: list[list[Piece]]) -> Verdict:
    """Ask a tuned network about strips, whatever their order."""
    ids = {START: model.start, DELIM: model.delim, EXTRACT: model.extract}
    rows = []
    for pieces in strips:
        row = []
        for piece in pieces:
            special = piece.kind in ("special", "extract")
            space = " " if task == CHOICE.name and piece.kind == "second" else ""
            row += [ids[piece.label]] if special else bench.tokenizer.encode(space + piece.label)
        rows.append(row)
    if not all(rows):
        return Verdict(why_not="click the pieces into order")
    if any(model.extract not in row for row in rows):
        return Verdict(why_not="no extract token: there is no place to read")
    scores, _ = model([rows], with_text=False)
    return Verdict(tuple(scores[0].softmax(-1).tolist()))


def arrangement_picture(task: str, example: Example, order: Arrangement, said: Verdict) -> Picture:
    """The strips of one arrangement, and the network's answer as bars."""
    strips = inputs_of(task, example, order)
    labels = example.options or TASKS[task].labels
    parts = [svg.text(MARGIN, 28, f"{task.capitalize()}: what the network reads", 16, weight=600)]
    y = 42.0
    for pieces in strips:
        drawn, _ = strip_parts(pieces, MARGIN, y, _fitting(pieces))
        parts += drawn
        y += STRIP
    y = max(y, 42.0 + STRIP)
    if said.why_not:
        parts.append(svg.text(MARGIN, y + 20, said.why_not, 14, fill=COLOURS["wrong"]))
        answer = said.why_not
        y += 30
    else:
        parts += _bars(labels, said.probabilities, example.label, y + 4)
        y += 4 + 24 * len(labels)
        answer = ", ".join(f"{name} {p:.0%}" for name, p in zip(labels, said.probabilities))
    parts.append(svg.text(MARGIN, y + 18, "green: the true label", 13, fill=FAINT))
    shown = "; ".join(describe(pieces) for pieces in strips)
    alt = f"{task}: {shown}. The network says: {answer}. True: {labels[example.label]}."
    return Picture(svg.document(WIDTH, y + 30, parts, alt), alt)


def _fitting(pieces: Sequence[Piece]) -> list[float]:
    """Widths of chips that fit into one line: long texts are cut short, special tokens are not."""
    widths = [piece_width(piece) for piece in pieces]
    room = WIDTH - 2 * MARGIN - 4 * len(widths)
    long = [i for i, piece in enumerate(pieces) if piece.kind in ("first", "second")]
    while sum(widths) > room:
        i = max(long, key=widths.__getitem__)
        widths[i] -= 4
    return widths


def _bars(labels: Sequence[str], probabilities: Sequence[float], true: int, y: float) -> list[str]:
    """One bar a label, the true one in green."""
    left, most = 190, WIDTH - 190 - MARGIN - 50
    parts = []
    for i, (label, p) in enumerate(zip(labels, probabilities, strict=True)):
        at = y + 24 * i
        colour = COLOURS["right"] if i == true else COLOURS["neutral"]
        name = svg.shorten(label, left - MARGIN - 8, 14)
        parts += [
            svg.text(left - 8, at + 16, name, 14, "end"),
            svg.rect(left, at + 3, most, 17, "#ffffff", 3, EDGE),
            svg.rect(left, at + 3, max(1.0, most * p), 17, colour, 3),
            svg.text(left + most + 6, at + 16, f"{p:.0%}", 13.5),
        ]
    return parts


class StripBuilder:
    """Buttons for the tasks and the pieces; `box` is the widget."""

    def __init__(
        self, bench: Bench, models: Mapping[str, TaskModel], examples: Mapping[str, list[Example]]
    ):
        self.bench, self.models, self.examples = bench, models, examples
        self.order: list[str] = []
        self.task = w.ToggleButtons(options=list(models))
        self.task.style.button_width = "auto"
        self.example = w.Dropdown(description="example")
        self.pieces = w.HBox(layout=w.Layout(flex_flow="row wrap"))
        self.out = w.HTML()
        self.task.observe(self.turn, "value")
        self.example.observe(self.refresh, "value")
        self.box = w.VBox(
            [self.task, self.example, self.pieces, self.out], layout=w.Layout(overflow="hidden")
        )
        self.turn()

    def turn(self, _=None) -> None:
        """Another task: other pieces, from an empty strip."""
        self.order = []
        n = len(self.examples[self.task.value])
        self.example.unobserve(self.refresh, "value")
        self.example.options = [(str(i + 1), i) for i in range(n)]
        self.example.value = 0
        self.example.observe(self.refresh, "value")
        buttons = []
        for name in (*sorted(PARTS[self.task.value], key=len), "take back", "clear"):
            button = w.Button(description=name, layout=w.Layout(width="auto"))
            button.on_click(self.press)
            buttons.append(button)
        self.pieces.children = buttons
        self.refresh()

    def press(self, button: w.Button) -> None:
        """A piece goes to the end of the strip; each is there once."""
        name = button.description
        if name == "clear":
            self.order = []
        elif name == "take back":
            self.order = self.order[:-1]
        elif name not in self.order:
            self.order = [*self.order, name]
        self.refresh()

    def refresh(self, _=None) -> None:
        """Ask the network, and draw anew."""
        task = self.task.value
        example = self.examples[task][self.example.value]
        strips = inputs_of(task, example, self.order)
        said = verdict(self.bench, self.models[task], task, strips)
        self.out.value = arrangement_picture(task, example, self.order, said).image


def all_arrangements_picture(
    bench: Bench, models: Mapping[str, TaskModel], examples: Mapping[str, list[Example]]
) -> Picture:
    """Each task's first example, arranged as GPT-1 arranges it, for a page without a kernel."""
    parts: list[str] = []
    said_of_all = []
    y = 8.0
    for task, model in models.items():
        example = examples[task][0]
        strips = inputs_of(task, example, PARTS[task])
        labels = example.options or TASKS[task].labels
        said = verdict(bench, model, task, strips)
        parts.append(svg.text(MARGIN, y + 18, task.capitalize(), 15, weight=600))
        y += 26
        for pieces in strips:
            parts += strip_parts(pieces, MARGIN, y, _fitting(pieces))[0]
            y += HIGH + 5
        parts += _bars(labels, said.probabilities, example.label, y)
        y += 24 * len(labels) + 10
        shown = ", ".join(f"{name} {p:.0%}" for name, p in zip(labels, said.probabilities))
        said_of_all.append(f"{task}, {'; '.join(describe(s) for s in strips)}: {shown}")
    parts.append(svg.text(MARGIN, y + 14, "green: the true label", 13, fill=FAINT))
    alt = "What the tuned networks say. " + ". ".join(said_of_all) + "."
    return Picture(svg.document(WIDTH, y + 26, parts, alt), alt)


def strip_builder(
    bench: Bench, models: Mapping[str, TaskModel], examples: Mapping[str, list[Example]]
) -> None:
    """Show the widget; where nothing is live, all arrangements as GPT-1 has them."""
    picture = all_arrangements_picture(bench, models, examples)
    show(*picture, StripBuilder(bench, models, examples).box)
