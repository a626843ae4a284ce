"""BPE's merges one by one: a sentence, its tokens after each merge, and the pair that is merged next."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import ipywidgets as w
import regex

from gptlab import bpe
from gptlab.engine.model.fused_bpe import whole_text
from gptlab.view.kit import svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.kit.token_chips import MARGIN, WIDTH, flow
from gptlab.view.palette import COLOURS, FAINT, INK

LONGEST = 160  # characters of a sentence
SHOWN = 5  # pairs that are listed
ROW = 24  # pixels
OWN = "this sentence"
WEB = "the little web"
Pair = tuple[int, int]


@dataclass(frozen=True)
class MergeStep:
    """A sentence after some merges.

    pieces  the ids of each piece
    merge   which merge was done last, counted from 0; None before the first
    """

    pieces: tuple[tuple[int, ...], ...]
    merge: int | None = None

    @property
    def ids(self) -> list[int]:
        """All ids in a row."""
        return [i for piece in self.pieces for i in piece]

    @property
    def cuts(self) -> set[int]:
        """Places of the ids with which a piece begins."""
        return set(accumulate(len(piece) for piece in self.pieces))


def steps_of(text: str, merges: Sequence[Pair], pattern: str = bpe.GPT2_PATTERN) -> list[MergeStep]:
    """A text on its way: as bytes, then after each merge that changes something."""
    pieces = tuple(tuple(piece.encode()) for piece in regex.findall(pattern, text))
    found = [MergeStep(pieces)]
    for i, pair in enumerate(merges):
        pieces = tuple(
            tuple(bpe.merge_pair(list(piece), tuple(pair), 256 + i)) for piece in found[-1].pieces
        )
        if pieces != found[-1].pieces:
            found.append(MergeStep(pieces, i))
    return found


def ranked_pairs(step: MergeStep) -> list[tuple[Pair, int]]:
    """The pairs of a step with their counts, in the order in which training would take them."""
    counts: Counter = Counter()
    for piece in step.pieces:
        counts.update(bpe.pair_counts(list(piece)))
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def step_parts(
    step: MergeStep, merges: Sequence[Pair], top: float, heading: str, trains: bool
) -> tuple[list[str], float]:
    """One step as parts of a picture: (parts, height).

    trains  list the pairs with their counts too, as training counts them
    """
    names = bpe.token_bytes(list(merges))
    ids = step.ids
    marked: list[int] = []
    if step.merge is not None:
        new = 256 + step.merge
        a, b = (visible(names[i]) for i in merges[step.merge])
        heading = f"{heading}: {a} + {b} → {visible(names[new])}, token {new}"
        marked = [t for t, i in enumerate(ids) if i == new]
    count = f"{len(ids)} token{'s' * (len(ids) != 1)}"
    heading = svg.shorten(heading, WIDTH - 2 * MARGIN - 80, 15)
    parts = [
        svg.text(MARGIN, top + 18, heading, 15, weight=600),
        svg.text(WIDTH - MARGIN, top + 18, count, 14, "end", fill=FAINT),
    ]
    chips, height = flow([names[i] for i in ids], top + 28, WIDTH, marked, cuts=step.cuts)
    parts += chips
    height += 36
    if trains:
        pairs, more = _pairs(step, names, top + height)
        parts += pairs
        height += more
    return parts, height


def _pairs(step: MergeStep, names: list[bytes], top: float) -> tuple[list[str], float]:
    """The most frequent pairs as bars, the next one to be merged first: (parts, height)."""
    rows = ranked_pairs(step)
    if not rows or rows[0][1] < 2:
        return [svg.text(MARGIN, top + 14, "no pair occurs twice: the end", 14, fill=FAINT)], ROW
    parts = []
    unit = min(26.0, 170 / rows[0][1])
    for k, (pair, n) in enumerate(rows[:SHOWN]):
        y = top + k * ROW
        first = k == 0
        weight = 600 if first else 400
        label = svg.shorten(" + ".join(visible(names[i]) for i in pair), 132, 14)
        note = f"{n} ×"
        if first:
            note += "  ◀ next"
            if _tied(rows):
                note += f"  tie: {pair} is smaller"
        parts += [
            svg.text(150, y + 16, label, 14, "end", weight=weight),
            svg.rect(158, y + 4, n * unit, 15, COLOURS["you" if first else "neutral"], radius=2),
            svg.text(166 + n * unit, y + 16, note, 13, fill=INK if first else FAINT),
        ]
    rest = len(rows) - SHOWN
    if rest > 0:
        others = f"{rest} other pair{'s' * (rest > 1)}"
        parts.append(svg.text(150, top + SHOWN * ROW + 15, others, 13, "end", fill=FAINT))
    return parts, (min(len(rows), SHOWN) + (rest > 0)) * ROW + 4


def _tied(rows: list[tuple[Pair, int]]) -> bool:
    return len(rows) > 1 and rows[0][1] == rows[1][1]


class MergeSteps:
    """A box for a sentence, a choice of merges, and a slider through the steps; `box` is the widget."""

    def __init__(self, sentence: str, web_merges: Sequence[Pair], web_pattern: str):
        self.web_merges = list(web_merges)
        self.web_pattern = web_pattern
        wide = w.Layout(width="100%", max_width=f"{WIDTH}px")
        named = {"description_width": "9em"}
        self.text = w.Text(
            sentence, description="sentence", continuous_update=False, layout=wide, style=named
        )
        self.learnt = w.ToggleButtons(
            options=[OWN, WEB], value=OWN, description="merges from", style=named
        )
        self.learnt.style.button_width = "auto"
        self.step = w.IntSlider(0, 0, 1, description="step", layout=wide, style=named)
        self.note = w.HTML()
        self.out = w.HTML()
        for control in (self.text, self.learnt):
            control.observe(lambda change: self._begin(), "value")
        self.step.observe(lambda change: self._draw(), "value")
        self.box = w.VBox([self.text, self.learnt, self.step, self.note, self.out])
        self._begin()

    def _begin(self) -> None:
        """Take the sentence from its bytes again."""
        whole = whole_text(self.text.value)
        text = whole[:LONGEST]
        self.note.value = "" if text == whole else f"only the first {LONGEST} characters are taken"
        own = self.learnt.value == OWN
        self.pattern = bpe.GPT2_PATTERN if own else self.web_pattern
        self.merges = bpe.train_bpe(text, 256 + 2 * LONGEST) if own else self.web_merges
        self.steps = steps_of(text, self.merges, self.pattern)
        self.step.value = 0
        self.step.max = max(1, len(self.steps) - 1)
        self._draw()

    def _draw(self) -> None:
        self.out.value = self.picture(min(self.step.value, len(self.steps) - 1)).image

    def picture(self, *which: int) -> Picture:
        """These steps below each other."""
        own = self.learnt.value == OWN
        parts: list[str] = []
        y = 8.0
        for k in which:
            heading = f"step {k} of {len(self.steps) - 1}"
            found, height = step_parts(self.steps[k], self.merges, y, heading, trains=own)
            parts += found
            y += height + 8
        alt = self.describe(*which)
        return Picture(svg.document(WIDTH, y + 6, parts, alt), alt)

    def describe(self, *which: int) -> str:
        """The same steps in words."""
        names = bpe.token_bytes(self.merges)
        described = []
        for k in which:
            ids = self.steps[k].ids
            tokens = " | ".join(visible(names[i]) for i in ids)
            described.append(f"step {k}, {len(ids)} tokens: {tokens}")
        return f"Merges one by one. {'; '.join(described)}."


def merge_steps(sentence: str, web_merges: Sequence[Pair], web_pattern: str) -> None:
    """Show the widget; where nothing is live, a picture of all steps of a short sentence, or of four of a longer one.

    web_merges, web_pattern  a tokenizer that was trained before, for the second choice of merges
    """
    live = MergeSteps(sentence, web_merges, web_pattern)
    n = len(live.steps)
    which = range(n) if n <= 4 else (0, 1, 2, n - 1)
    show(*live.picture(*which), live.box)
