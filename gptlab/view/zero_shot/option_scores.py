"""The options of one question, scored raw, per token, and against a neutral text or blind: bars and a widget."""

import ipywidgets as w
import torch

from gptlab.experiments.zero_shot.tasks import BLIND, Scored, accuracy
from gptlab.view.kit import svg
from gptlab.view.kit.heatmap import heatmap_picture
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK

WIDTH, MARGIN, ROW = 480, 16, 28  # pixels
LABEL = 176  # column of the options' texts
RAW, PER_TOKEN, NEUTRAL = "raw", "per token", "neutral"
MEANT = {  # what is compared, in the picture
    RAW: "raw: log p after the question",
    PER_TOKEN: "per token: that, divided by the length",
    BLIND: "blind: log p after an empty page",
    NEUTRAL: "neutral: raw minus blind",
}


def numbers_of(one: Scored, way: str) -> list[float]:
    """The number by which each option is compared in one of these ways, in nats."""
    if way == PER_TOKEN:
        return (one.scores / one.lengths).tolist()
    if way == BLIND:
        return next(iter(one.neutral.values())).tolist()
    if way == NEUTRAL:
        return (one.scores - next(iter(one.neutral.values()))).tolist()
    return one.scores.tolist()


def options_picture(one: Scored, ways: tuple[str, ...] = (RAW, PER_TOKEN, NEUTRAL)) -> Picture:
    """For each way the options with their numbers; the choice is marked, and the right one has a ✓."""
    question = one.question
    title = svg.shorten(question.beginning.strip(), WIDTH - 2 * MARGIN, 15)
    parts = [svg.text(MARGIN, 30, title, 15, weight=600)]
    y, said = 50, []
    for way in ways:
        numbers = numbers_of(one, way)
        chosen = max(range(len(numbers)), key=numbers.__getitem__)
        good = chosen == question.right
        verdict, colour = ("right", COLOURS["right"]) if good else ("wrong", COLOURS["wrong"])
        parts += [
            svg.text(MARGIN, y + 14, MEANT[way], 14, weight=600),
            svg.text(WIDTH - MARGIN, y + 14, verdict, 14, "end", fill=colour, weight=600),
        ]
        parts += _bars(one, numbers, chosen, y + 22)
        y += 22 + ROW * len(numbers) + 18
        listed = ", ".join(
            f"{option.strip()} {number:.2f}"
            for option, number in zip(question.options, numbers, strict=True)
        )
        said.append(f"{way}: {listed}; chosen {question.options[chosen].strip()}, {verdict}")
    alt = f"{question.beginning.strip()} Right: {question.options[question.right].strip()} {'. '.join(said)}."
    return Picture(svg.document(WIDTH, y, parts, alt), alt)


def _bars(one: Scored, numbers: list[float], chosen: int, top: float) -> list[str]:
    """A bar for each option, the longer the likelier: from the lowest number of them up."""
    low, high = min(numbers), max(numbers)
    room = WIDTH - 2 * MARGIN - LABEL - 70
    parts = []
    for k, (option, number) in enumerate(zip(one.question.options, numbers, strict=True)):
        y = top + k * ROW
        mark = "✓ " if k == one.question.right else ""
        text = svg.shorten(f"{mark}{option.strip()}", LABEL - 34, 14)
        length = 6 + (room - 6) * (number - low) / ((high - low) or 1)
        colour = COLOURS["you"] if k == chosen else COLOURS["neutral"]
        parts += [
            svg.text(MARGIN + LABEL - 30, y + 19, text, 14, "end"),
            svg.text(MARGIN + LABEL - 6, y + 19, str(int(one.lengths[k])), 12.5, "end", fill=FAINT),
            svg.rect(MARGIN + LABEL, y + 5, length, ROW - 10, colour, 2),
            svg.text(
                MARGIN + LABEL + length + 6, y + 19, f"{number:.2f}".replace("-", "−"), 13, fill=INK
            ),
        ]
    parts.append(svg.line(MARGIN + LABEL, top, MARGIN + LABEL, top + ROW * len(numbers), EDGE))
    return parts


def accuracy_picture(results_by_task: dict[str, list[Scored]]) -> Picture:
    """The share of right choices for each set of questions and each way, in percent."""
    rows, values = list(results_by_task), []
    for results in results_by_task.values():
        neutral = next(iter(results[0].neutral))
        ways = ("raw", "per token", neutral, BLIND)
        values.append([100 * accuracy(results, way) for way in ways])
    columns = [RAW, PER_TOKEN, NEUTRAL, "blind"]
    title = "Right choices, %; guessing: 25"
    return heatmap_picture(
        torch.tensor(values),
        rows,
        columns,
        title,
        ("questions ↓", "scored →"),
        places=0,
        width=560,
        widest=80,
    )


class OptionBox:
    """A question to choose, and a way to compare its options; `box` is the widget."""

    def __init__(self, results: list[Scored]):
        self.results = results
        names = [(one.question.beginning.strip(), i) for i, one in enumerate(results)]
        wide = w.Layout(width="100%", max_width="480px")
        self.question = w.Dropdown(options=names, value=0, description="question", layout=wide)
        self.way = w.ToggleButtons(options=[RAW, PER_TOKEN, NEUTRAL], value=RAW)
        self.out = w.HTML()
        for control in (self.question, self.way):
            control.observe(self.refresh, "value")
        self.box = w.VBox([self.question, self.way, self.out], layout=w.Layout(overflow="hidden"))
        self.refresh()

    def refresh(self, _=None) -> None:
        """Draw anew."""
        one = self.results[self.question.value]
        self.out.value = options_picture(one, (self.way.value,)).image


def option_box(results: list[Scored]) -> None:
    """Show the widget; where nothing is live, the first question in all three ways."""
    show(*options_picture(results[0]), OptionBox(results).box)
