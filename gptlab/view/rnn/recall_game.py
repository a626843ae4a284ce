"""The recall game as a widget, and the accuracy of each network at it as curves."""

import random
from collections.abc import Sequence

import ipywidgets as w

from gptlab.experiments.rnn.recall_game import LETTERS
from gptlab.view.kit import style, svg
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, FAINT, NETWORKS

NAMES = "ABCDEFGH"[:LETTERS]
DISTANCES = (3, 6, 12, 24)
TINTS = {**NETWORKS, "you": COLOURS["you"]}
MARKS = {"RNN": "s", "GRU": "^", "GRU, bias 3": "D", "Transformer": "o"}


class RecallGame:
    """Letters one after the other, each to be clicked as it comes, then the question; `box` is the widget."""

    def __init__(self, seed: int = 0):
        self.rng = random.Random(seed)
        self.first = w.ToggleButtons(
            options=[("the first letter", 1), ("the first three", 3), ("the first five", 5)]
        )
        self.distance = w.ToggleButtons(options=[(f"{n} letters on", n) for n in DISTANCES])
        for choice in (self.first, self.distance):
            choice.style.button_width = "auto"
            choice.observe(lambda _: self.begin(), "value")
        self.shown = w.HTML()
        self.score_text = w.HTML()
        tile = w.Layout(width="auto", height="2.4em", margin="2px")
        self.keys = [
            w.Button(description=name, layout=tile, tooltip=f"the letter {name}") for name in NAMES
        ]
        for i, key in enumerate(self.keys):
            key.on_click(lambda _, i=i: self.press(i))
        self.typed = w.Text(placeholder="or type them", layout=w.Layout(width="9em"))
        self.typed.observe(self._typed, "value")
        again = w.Button(description="another text", layout=w.Layout(width="auto", margin="2px"))
        again.on_click(lambda _: self.begin())
        grid = w.GridBox(
            self.keys,
            layout=w.Layout(grid_template_columns=f"repeat({LETTERS // 2}, minmax(0, 7em))"),
        )
        rows = [
            self.first,
            self.distance,
            self.shown,
            grid,
            w.HBox([self.typed, again]),
            self.score_text,
        ]
        # (letters asked for, distance): [right answers, games]
        self.scores: dict[tuple[int, int], list[int]] = {}
        self.box = w.VBox(rows, layout=w.Layout(overflow="hidden"))
        self.begin()

    def begin(self) -> None:
        """A new text."""
        length = self.first.value + self.distance.value
        self.text = [self.rng.randrange(LETTERS) for _ in range(length)]
        self.place = 0
        self.answer: list[int] = []
        self._show()

    @property
    def asking(self) -> bool:
        """Whether the text is over and the question stands."""
        return self.place == len(self.text)

    def press(self, letter: int) -> None:
        """While the text runs, copy the letter that is shown; then, answer."""
        if not self.asking:
            self.place += letter == self.text[self.place]  # a wrong key changes nothing
        elif len(self.answer) < self.first.value:
            self.answer.append(letter)
            if len(self.answer) == self.first.value:
                self._judge()
                return
        self._show()

    def _judge(self) -> None:
        """Count the game, and say what was asked for."""
        asked = self.text[: self.first.value]
        score = self.scores.setdefault((self.first.value, self.distance.value), [0, 0])
        score[0] += self.answer == asked
        score[1] += 1
        mark = "✓" if self.answer == asked else "✗"
        self.shown.value = _large(
            f"{mark} it was {_spelled(asked)}", "you said " + _spelled(self.answer)
        )
        rows = [
            f"{asked} letter{'s' * (asked > 1)}, {n} on: {right} of {games}"
            for (asked, n), (right, games) in sorted(self.scores.items())
        ]
        look = "font-size:15px;line-height:1.5"
        self.score_text.value = f'<div aria-live="polite" style="{look}">{"; ".join(rows)}</div>'

    def _show(self) -> None:
        """The letter that is there now, or the question."""
        if self.asking:
            n = self.first.value
            asked = "Which letter" if n == 1 else f"Which {n} letters"
            self.shown.value = _large("?", f"{asked} came first? {_spelled(self.answer)}")
        else:
            done = f"{self.place + 1} of {len(self.text)}: press it"
            self.shown.value = _large(NAMES[self.text[self.place]], done)

    def _typed(self, change: dict) -> None:
        """Typed letters are presses; the box empties itself."""
        for letter in change["new"].upper():
            if letter in NAMES:
                self.press(NAMES.index(letter))
        if change["new"]:
            self.typed.value = ""


def _spelled(letters: Sequence[int]) -> str:
    return " ".join(NAMES[i] for i in letters)


def _large(sign: str, below: str) -> str:
    """One large sign, and a line below it."""
    return (
        '<div aria-live="polite" style="min-height:6em;line-height:1.3">'
        f'<div style="font-size:40px;font-weight:700">{sign}</div><div style="font-size:15px">{below}</div></div>'
    )


def recall_game() -> None:
    """Show the game; where nothing is live, one text."""
    game = RecallGame()
    letters = _spelled(game.text)
    rules = "letters come one at a time, each is to be copied, and is gone"
    first = NAMES[game.text[0]]
    parts = [
        svg.text(16, 32, "Which letter came first?", 16, weight=600),
        svg.text(16, 72, "you see", 14, fill=FAINT),
        svg.text(16, 108, "you keep", 14, fill=FAINT),
        svg.text(16, 140, rules, 13, fill=FAINT),
    ]
    for place, letter in enumerate([*letters.split(" "), "?"]):
        x = 120 + 52 * place
        parts.append(svg.text(x, 72, letter, 20, "middle", weight=600))
        parts.append(svg.text(x, 108, first, 20, "middle", fill=COLOURS["you"]))
    alt = (
        f"A recall game: the letters {letters} come one by one, "
        "then the question which letter came first."
    )
    show(svg.document(480, 156, parts, alt), alt, game.box)


def accuracy_picture(accuracies: dict[str, dict[int, list[float]]]) -> Picture:
    """The share of right answers against distance, a line for each network.

    accuracies  for each network, for each distance, one share a seed
    """
    figure, axes = style.figure(6.6, 3.8)
    said = []
    for i, (name, by_distance) in enumerate(accuracies.items()):
        means = {n: sum(runs) / len(runs) for n, runs in by_distance.items()}
        shift = 1.03 ** (
            i - (len(accuracies) - 1) / 2
        )  # so that lines which agree can be told apart
        colour = TINTS[name]
        xs = [n * shift for n in means]
        axes.plot(xs, list(means.values()), "-", color=colour, label=name)
        for x, runs in zip(xs, by_distance.values()):
            marks = {"color": colour, "markersize": 6, "fillstyle": "none"}
            axes.plot([x] * len(runs), runs, MARKS[name], **marks)
        said.append(f"{name}: " + ", ".join(f"{mean:.0%} at {n}" for n, mean in means.items()))
    ends = [min(DISTANCES) * 0.9, max(DISTANCES) * 1.02]
    axes.plot(ends, [1 / LETTERS] * 2, **style.FLOOR)
    axes.annotate(
        "guessing", (min(DISTANCES), 1 / LETTERS), (0, -14), textcoords="offset points", color=FAINT
    )
    axes.set(
        xscale="log",
        ylim=(-0.04, 1.09),
        xlabel="letters between the first one and the question",
        title="Which letter came first? Share of right answers",
    )
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    distances = sorted({n for by_distance in accuracies.values() for n in by_distance})
    axes.set_xticks(distances, [str(n) for n in distances])
    axes.minorticks_off()
    style.direct_labels(axes)
    guessing = f"Guessing: {1 / LETTERS:.0%}"
    return Picture(figure, f"Share of right answers by distance. {'; '.join(said)}. {guessing}.")
