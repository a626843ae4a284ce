"""Word vectors while they are learnt: a slider over the steps of training, and who stands near whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import ipywidgets as w
import torch
from torch import Tensor

from gptlab.view.kit import svg
from gptlab.view.kit.show import show
from gptlab.view.palette import CYCLE, FAINT, PANEL
from gptlab.world.web import Web

WIDTH, HEIGHT, MARGIN = 520, 470, 16
MOST = 20  # words of one kind that are drawn
NEAREST = 5
WIDE = w.Layout(width="100%", max_width="520px")
NAMED = {"description_width": "105px"}


@dataclass(frozen=True)
class Film:
    """One embedding after another.

    steps    how many steps of training each frame has seen
    frames   (N, V, C)
    words    the vocabulary
    kinds    the words that are drawn, by kind
    """

    steps: tuple[int, ...]
    frames: Tensor
    words: tuple[str, ...]
    kinds: dict[str, tuple[str, ...]]

    @property
    def shown(self) -> list[tuple[str, str]]:
        """Every word that is drawn, with its kind."""
        return [(word, kind) for kind, words in self.kinds.items() for word in words]

    def rows(self, frame: int) -> Tensor:
        """The vectors of the words that are drawn; (N, C)."""
        number = {word: i for i, word in enumerate(self.words)}
        return self.frames[frame, [number[word] for word, _ in self.shown]]

    def flat(self) -> Tensor:
        """All frames seen from one side: the two directions in which the last frame's words differ most; (N, W, 2).

        These are its first two principal components                                        Pearson 1901
        """
        last = self.rows(-1)
        middle = last.mean(0)
        sides = torch.linalg.svd(last - middle, full_matrices=False).Vh[:2]  # (2, C)
        return torch.stack([(self.rows(i) - middle) @ sides.T for i in range(len(self.frames))])

    def nearest(self, word: str, frame: int, n: int = NEAREST) -> list[str]:
        """The words whose vectors point most nearly in the same direction, of the whole vocabulary."""
        table = self.frames[frame]
        likeness = torch.cosine_similarity(table, table[self.words.index(word)][None], dim=1)
        order = likeness.argsort(descending=True).tolist()
        return [self.words[i] for i in order if self.words[i] != word][:n]

    def sorted_share(self, frame: int) -> float:
        """Of the words that are drawn: how many have one of their own kind as their nearest, among those drawn."""
        rows = torch.nn.functional.normalize(self.rows(frame), dim=1)
        likeness = rows @ rows.T
        likeness.fill_diagonal_(-2)
        kinds = [kind for _, kind in self.shown]
        return sum(kinds[i] == kinds[j] for i, j in enumerate(likeness.argmax(1).tolist())) / len(
            kinds
        )

    def chance(self) -> float:
        """What `sorted_share` would be if vectors meant nothing."""
        sizes = [len(words) for words in self.kinds.values()]
        return sum(n * (n - 1) for n in sizes) / (sum(sizes) * (sum(sizes) - 1))


def kinds_of(web: Web, words: Sequence[str], count: dict[str, int]) -> dict[str, tuple[str, ...]]:
    """The most frequent people, countries, languages … of a vocabulary, of names that are one word, each word once."""
    facts, taken, kinds = web.facts, set(), {}
    subjects = {"people": "person", "countries": "country"}
    named = {
        name: [s.name.en for s in facts.subjects if s.kind == kind]
        for name, kind in subjects.items()
    }
    named |= {
        f"{relation}s": [a.en for a in facts.answers[relation]]
        for relation in ("capital", "language")
    }
    for kind, names in named.items():
        mine = sorted(
            {name for name in names if name in words} - taken,
            key=lambda name: (-count.get(name, 0), name),
        )[:MOST]
        taken.update(mine)
        kinds[kind] = tuple(mine)
    return kinds


def film_of(
    steps: Sequence[int],
    frames: Sequence[Tensor],
    words: Sequence[str],
    kinds: dict[str, tuple[str, ...]],
) -> Film:
    """A film of embeddings that were kept while training."""
    return Film(
        tuple(steps), torch.stack([frame.detach().float() for frame in frames]), tuple(words), kinds
    )


def vectors_picture(film: Film, frame: int) -> tuple[str, str]:
    """One frame as (SVG, description): a dot for each word, a colour for each kind, names where there is room."""
    flat = film.flat()
    reach = float(flat.abs().amax())
    scale = min(WIDTH / 2 - 52, HEIGHT / 2 - 62) / reach
    tint = dict(zip(film.kinds, CYCLE))
    share = film.sorted_share(frame)
    parts = [
        svg.text(MARGIN, 29, f"Word vectors after {film.steps[frame]:,} steps", 15, weight=600)
    ]
    x = float(MARGIN)
    for kind, colour in tint.items():
        parts.append(svg.text(x, 52, kind, 14, fill=colour, weight=600))
        x += svg.text_width(kind, 14) + 18
    taken: list[
        tuple[float, float, float]
    ] = []  # labels that stand already: left end, right end, height
    for (word, kind), (dx, dy) in zip(film.shown, flat[frame].tolist()):
        x, y = round(WIDTH / 2 + dx * scale, 1), round(HEIGHT / 2 + 18 - dy * scale, 1)
        parts.append(f'<circle cx="{x}" cy="{y}" r="3.5" fill="{tint[kind]}"/>')
        label = x + 6, x + 6 + svg.text_width(word, 12), y
        if all(
            label[1] < left or label[0] > right or abs(y - other) > 12
            for left, right, other in taken
        ):
            taken.append(label)
            name = svg.text(x + 6, y + 4, word, 12, fill=tint[kind])
            parts.append(
                name.replace(
                    "<text ", f'<text paint-order="stroke" stroke="{PANEL}" stroke-width="3" '
                )
            )
    said = f"{share:.0%} have a nearest of their own kind; by chance {film.chance():.0%}"
    parts.append(svg.text(MARGIN, HEIGHT - 14, said, 13, fill=FAINT))
    groups = "; ".join(f"{kind}: {', '.join(words[:5])} …" for kind, words in film.kinds.items())
    alt = f"Word vectors after {film.steps[frame]:,} steps of training, seen from one side. {groups}. {said}."
    return svg.document(WIDTH, HEIGHT, parts, alt), alt


class MovingVectors:
    """A slider over training, and the nearest words of one that is chosen; `box` is the widget."""

    def __init__(self, film: Film, word: str):
        self.film = film
        self.step = w.SelectionSlider(
            options=[(f"{n:,}", i) for i, n in enumerate(film.steps)],
            value=0,
            description="steps",
            layout=WIDE,
            style=NAMED,
        )
        self.word = w.Combobox(
            value=word,
            options=[name for name, _ in film.shown],
            description="a word",
            ensure_option=False,
            layout=WIDE,
            style=NAMED,
        )
        self.text, self.out = w.HTML(), w.HTML()
        for control in (self.step, self.word):
            control.observe(lambda change: self.refresh(), "value")
        self.box = w.VBox([self.step, self.word, self.text, self.out])
        self.refresh()

    def refresh(self) -> None:
        """Draw anew."""
        word, frame = self.word.value.strip(), self.step.value
        if word in self.film.words:
            said = f"nearest to <b>{escape(word)}</b>: {escape(', '.join(self.film.nearest(word, frame)))}"
        else:
            said = f"no vector for “{escape(word)}”: choose a word that stands in the sentences"
        self.text.value = (
            f'<div aria-live="polite" style="font-size:15px;line-height:1.5">{said}</div>'
        )
        self.out.value = vectors_picture(self.film, frame)[0]


def moving_vectors(film: Film, word: str) -> None:
    """Show the vectors with their slider; where nothing is live, the last frame."""
    svg_text, alt = vectors_picture(film, len(film.steps) - 1)
    first, last = (", ".join(film.nearest(word, i)) for i in (0, -1))
    show(
        svg_text,
        f"{alt} Nearest to {word} at first: {first}; at last: {last}.",
        MovingVectors(film, word).box,
    )
