"""The labeler: read a question and its replies, press a key for the one that you prefer, and the next one comes.

Every choice is in the learner's file before the next replies are shown. Two replies are chosen between, more are
ranked by pressing their numbers from the best to the worst.
"""

import random
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import ipywidgets as w

from gptlab.course import labels
from gptlab.course.labels import RANKED, SKIPPED, TIE, Label
from gptlab.experiments.reward.comparisons import Crowd, Replied
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK, PANEL
from gptlab.view.reward.keys import key_class, listen
from gptlab.world.gloss import gloss, has_chinese

NAMES = ("A", "B")  # of the simulated labelers
PANEL_STYLE = f"background:{PANEL};color:{INK};border-radius:8px;padding:8px 12px;line-height:1.45"
CARD = "flex:1 1 13em;border-radius:8px;padding:8px 10px;overflow-wrap:anywhere"


def said_by_others(items: Sequence[Replied], crowd: Crowd, seed: int = 0) -> list[list[list[int]]]:
    """How each simulated labeler ranks the replies of each item: [labeler][item] -> places, best first."""
    return [
        [crowd.ranking(one, random.Random(f"{name} {seed} {i}")) for i, one in enumerate(items)]
        for name in NAMES
    ]


def same_order(one: Sequence[int], other: Sequence[int]) -> tuple[int, int]:
    """How many pairs two rankings put into the same order, and how many pairs there are."""
    n = len(one)
    equal = sum(
        (one.index(a) < one.index(b)) == (other.index(a) < other.index(b))
        for a in range(n)
        for b in range(a + 1, n)
    )
    return equal, n * (n - 1) // 2


class Chooser:
    """A widget that shows replies without saying whose they are; `box` is what is shown, `labels` what was said so far.

    own, counted  a class of the box, and what an item is called that has a label
    """

    own, counted = "gptlab-chooser", "judged"

    def __init__(self, items: Sequence[Replied], file: Path):
        self.items = list(items)
        self.file = file
        self.keys = [labels.key_of(one.question.text, one.replies) for one in self.items]
        self.begun: list[int] = []  # places pressed so far of a ranking that is not finished
        self.trouble = ""
        self.k = max(len(one.replies) for one in self.items)
        self.head = w.HTML()
        self.cards = w.HTML()
        self.said = w.HTML()
        for part in (self.cards, self.said):
            part.add_class("gptlab-live")
        self.buttons = self._buttons()
        row = w.HBox(list(self.buttons.values()), layout=w.Layout(flex_flow="row wrap"))
        self.box = w.VBox(layout=w.Layout(padding="4px", max_width="46em", overflow="hidden"))
        ears = listen(self.box, self.own, self.spoken(), self._keys())
        self.box.children = [ears, self.head, self.cards, row, self.said]
        self.draw()

    @property
    def labels(self) -> dict[int, Label]:
        """What was said of each item, by its place; nothing where the file cannot be read, which is said."""
        try:
            return labels_of(self.items, self.file)
        except OSError as error:
            self.trouble = f"the labels cannot be read: {error.strerror or error}"
            return {}

    @property
    def place(self) -> int | None:
        """The first item without a label; None when all are done."""
        done = self.labels
        return next((i for i in range(len(self.items)) if i not in done), None)

    def press(self, name: str) -> None:
        """A key or a button: "1" … "9", "tie", "skip" or "undo"."""
        self.trouble = ""
        try:
            if name == "undo":
                self._undo()
            elif (place := self.place) is not None:
                self._say(place, name)
        except OSError as error:
            self.trouble = f"not kept: {error.strerror or error}"
        self.draw()

    def _say(self, place: int, name: str) -> None:
        one = self.items[place]
        if name in ("tie", "skip"):
            kind, order = (TIE if name == "tie" else SKIPPED), ()
        else:
            reply = int(name) - 1
            if reply >= len(one.replies) or reply in self.begun:
                return
            self.begun.append(reply)
            if len(self.begun) < len(one.replies) - 1:
                return
            rest = [i for i in range(len(one.replies)) if i not in self.begun]
            kind, order = RANKED, (*self.begun, *rest)
        self.begun = []
        labels.keep(self.file, Label(one.question.text, one.replies, kind, order))

    def _undo(self) -> None:
        """The last digit of a ranking that is not finished, else the last label."""
        if self.begun:
            self.begun.pop()
            return
        mine = set(self.keys)
        made = [key for key in labels.of_file(self.file) if key in mine]
        if made:
            labels.take_back(self.file, made[-1])

    def _buttons(self) -> dict[str, w.Button]:
        names = {str(i + 1): f"{i + 1}" for i in range(self.k)}
        if self.k == 2:
            names = {"1": "1 ← first is better", "2": "2 → second is better"}
        names |= {"tie": "= tie"} if self.k == 2 else {}
        names |= {"skip": "s skip", "undo": "u undo"}
        made = {}
        for name, text in names.items():
            button = w.Button(description=text, layout=w.Layout(width="auto", margin="2px"))
            button.add_class(key_class(name))
            button.on_click(lambda _, name=name: self.press(name))
            made[name] = button
        return made

    def _keys(self) -> dict[str, str]:
        keys = {str(i + 1): str(i + 1) for i in range(self.k)} | {"s": "skip", "u": "undo"}
        if self.k == 2:
            keys |= {"ArrowLeft": "1", "ArrowRight": "2", "=": "tie"}
        return keys

    def spoken(self) -> str:
        """What a screen reader says of the box."""
        if self.k == 2:
            return (
                "Press 1 or arrow left if the first reply is better, 2 or arrow right if the second is, "
                "equals for a tie, s to skip, u to undo."
            )
        return "Press the numbers of the replies from the best to the worst, s to skip, u to undo."

    def draw(self) -> None:
        """Show the next replies, and what was said so far."""
        done, place = self.labels, self.place
        self.head.value = self._progress(len(done))
        if place is None:
            said = f"All are {self.counted}, and kept. Press u to take the last one back."
            self.cards.value = f'<div style="{PANEL_STYLE}">{said}</div>'
        else:
            self.cards.value = cards_html(self.items[place], self.begun)
        lines = (
            [f'<b style="color:{COLOURS["wrong"]}">{escape(self.trouble)}</b>']
            if self.trouble
            else []
        )
        body = "<br>".join([*lines, *self.told(done)])
        body = body or "Choose by whatever you think makes a reply good."
        self.said.value = f'<div style="{PANEL_STYLE};font-size:13.5px">{body}</div>'

    def told(self, done: Mapping[int, Label]) -> list[str]:
        """Lines of HTML below the replies, once something was said."""
        return []

    def _progress(self, n: int) -> str:
        of = len(self.items)
        share = 100 * n / of
        bar = (
            f'<div style="background:{EDGE};border-radius:4px;height:8px"><div style="width:{share:.0f}%;'
            f'background:{COLOURS["you"]};border-radius:4px;height:8px"></div></div>'
        )
        keys = "1 2 ← → = s u" if self.k == 2 else "1 … " + f"{self.k} s u"
        hint = f"click here or press Tab, then use the keys {keys}"
        return f'<div style="font-size:14px"><b>{n} of {of} {self.counted}</b> · {hint}{bar}</div>'


class Labeler(Chooser):
    """The labeler of lesson 12, beside two simulated ones and gold."""

    own, counted = "gptlab-labeler", "labelled"

    def __init__(self, items: Sequence[Replied], file: Path, crowd: Crowd):
        self.others = said_by_others(items, crowd)
        super().__init__(items, file)

    def spoken(self) -> str:
        """What a screen reader says of the box."""
        return f"Labeler. {super().spoken()}"

    def told(self, done: Mapping[int, Label]) -> list[str]:
        """What the simulated labelers said of the last one, and how often they agree with her."""
        lines = []
        ranked = {i: label for i, label in done.items() if label.kind == RANKED}
        if done:
            last = list(done)[-1]
            lines.append(f"The last one: {escape(last_said(self.items[last], self.others, last))}")
        if ranked:
            lines.append(f"So far, {escape(agreed(ranked, self.others))}")
        return lines


def labels_of(items: Sequence[Replied], file: Path) -> dict[int, Label]:
    """The labels in a file that belong to these items, by place, in the order in which they were made."""
    places = {labels.key_of(one.question.text, one.replies): i for i, one in enumerate(items)}
    return {places[key]: label for key, label in labels.of_file(file).items() if key in places}


def last_said(one: Replied, others: Sequence[Sequence[Sequence[int]]], place: int) -> str:
    """What each simulated labeler, and gold, said of an item."""
    said = [f"{name} said {_order(orders[place])}" for name, orders in zip(NAMES, others)]
    best = sorted(range(len(one.gold)), key=lambda i: -one.gold[i])
    scores = ", ".join(f"{score:+.1f}".replace("-", "−") for score in one.gold)
    gold = "all alike" if len(set(one.gold)) == 1 else _order(best)
    return f"labeler {' and '.join(said)}; the gold labeler says {gold} (scores {scores})."


def _order(order: Sequence[int]) -> str:
    return str(order[0] + 1) if len(order) == 2 else " ".join(str(i + 1) for i in order)


def agreed(ranked: Mapping[int, Label], others: Sequence[Sequence[Sequence[int]]]) -> str:
    """How often she agrees with each simulated labeler, and they with each other, in counts."""

    def count(pairs) -> str:
        equal, total = (sum(x) for x in zip(*(same_order(a, b) for a, b in pairs)))
        return f"{equal} of {total}"

    hers = [count([(label.order, who[i]) for i, label in ranked.items()]) for who in others]
    theirs = count([(others[0][i], others[1][i]) for i in ranked])
    told = " and ".join(f"with {name} on {n}" for name, n in zip(NAMES, hers))
    return f"you agree {told}; they agree with each other on {theirs}."


def cards_html(one: Replied, begun: Sequence[int] = ()) -> str:
    """The question and its replies side by side, below each other where there is no room."""
    cards = []
    for i, reply in enumerate(one.replies):
        edge = f"2px solid {COLOURS['you']}" if i in begun else f"1px solid {FAINT}"
        rank = f" · place {begun.index(i) + 1}" if i in begun else ""
        cards.append(
            f'<div style="{CARD};border:{edge}"><b>{i + 1}{rank}</b><br>{escape(reply)}{_english(reply)}</div>'
        )
    asked = f"<b>{escape(one.question.text)}</b>{_english(one.question.text)}"
    row = f'<div style="display:flex;flex-wrap:wrap;gap:8px;margin-top:8px">{"".join(cards)}</div>'
    return f'<div style="{PANEL_STYLE};min-height:7.5em">{asked}{row}</div>'


def _english(said: str) -> str:
    if not has_chinese(said):
        return ""
    return f'<br><span style="font-size:.85em;color:{FAINT}">{escape(gloss(said))}</span>'
