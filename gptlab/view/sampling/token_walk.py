"""A text as it grows, token by token, with what the model thought at each step; and pictures of that."""

from dataclasses import dataclass

import torch

from gptlab.engine.assistant import Speaker
from gptlab.engine.evaluate import evaluate
from gptlab.view.kit import svg
from gptlab.view.kit.bars import bars_at, captioned_bars, top_tokens, visible
from gptlab.view.kit.number_format import percent
from gptlab.view.palette import COLOURS
from gptlab.world.web import Web

CERTAIN = 0.9  # a token as likely as that is no choice


@dataclass(frozen=True)
class Step:
    """One token that was picked, and how likely the model found it."""

    id: int
    label: str
    probability: float


class Walk:
    """One way through a model's possibilities: candidates, a pick, the next candidates, until the stop token.

    Raises TooLong when the text leaves no room for a token.
    """

    def __init__(self, speaker: Speaker, text: str, seed: int = 0):
        self.speaker, self.prompt, self.seed = speaker, text, seed
        self.begun = speaker.begin(text)
        self.steps: list[Step] = []
        self.generator = torch.Generator().manual_seed(seed)
        self._seen: dict[
            int, torch.Tensor
        ] = {}  # probabilities by length: undo computes nothing anew

    @property
    def ids(self) -> list[int]:
        """The prompt's ids and those picked."""
        return self.begun + [step.id for step in self.steps]

    @property
    def stopped(self) -> bool:
        """Whether the last token picked was the stop token."""
        return bool(self.steps) and self.steps[-1].id == self.speaker.stop

    @property
    def full(self) -> bool:
        """Whether the model can look at no further token."""
        return len(self.begun) + len(self.steps) >= self.speaker.context

    @property
    def text(self) -> str:
        """What was picked so far, as text; a line's end is ⏎, and half a character is shown by its bytes."""
        return readable(self.speaker, [step.id for step in self.steps])

    def probabilities(self) -> torch.Tensor:
        """Of the token that comes next; -> (V) float."""
        n = len(self.steps)
        if n not in self._seen:
            self._seen[n] = self.speaker.probabilities(self.ids)
        return self._seen[n]

    def candidates(self, n: int = 8) -> list[Step]:
        """The n likeliest next tokens, likeliest first; none when the walk has ended."""
        if self.stopped or self.full:
            return []
        return [
            Step(*found) for found in top_tokens(self.probabilities(), self.speaker.tokenizer, n)
        ]

    def pick(self, token: int) -> None:
        """Go on with this token; nothing happens when the walk has ended."""
        if self.stopped or self.full:
            return
        probability = float(self.probabilities()[token])
        label = visible(self.speaker.tokenizer.decode_bytes([token]))
        self.steps.append(Step(token, label, probability))

    def let_it_pick(self) -> None:
        """Draw the next token as the model would, each with its own probability."""
        if not (self.stopped or self.full):
            self.pick(int(torch.multinomial(self.probabilities(), 1, generator=self.generator)))

    def finish(self, most: int = 60) -> None:
        """Let the model pick until it stops, at most so many tokens."""
        for _ in range(most):
            if self.stopped or self.full:
                return
            self.let_it_pick()

    def undo(self) -> None:
        """Take the last pick back."""
        if self.steps:
            self._seen.pop(len(self.steps), None)
            self.steps.pop()

    def restart(self) -> None:
        """Take every pick back."""
        while self.steps:
            self.undo()


def readable(speaker: Speaker, ids: list[int]) -> str:
    """Ids as one line of text that can be read at any moment: blanks are blanks, a line's end is ⏎."""
    return visible(
        speaker.tokenizer.decode_bytes([i for i in ids if i not in speaker.marks])
    ).replace("␣", " ")


def path_picture(
    speaker: Speaker, text: str, ranks: list[int], n: int = 4, width: float = 480
) -> tuple[str, str]:
    """A walk's first choices as (SVG, description): the likeliest tokens at each, and the one taken.

    Where the next token is all but certain there is nothing to choose: it is taken without being shown.

    ranks  which candidate is taken at each choice, 1 = the likeliest
    """
    walk, parts, said, y = Walk(speaker, text), [], [], 14.0
    for i, rank in enumerate(ranks, start=1):
        shown = walk.candidates(max(n, rank))
        if not shown:
            break
        parts += [
            svg.text(14, y + 15, str(i), 15, fill=COLOURS["you"], weight=700),
            _so_far(walk, 32, y, width),
        ]
        drawn, height = bars_at(
            [s.label for s in shown],
            [s.probability for s in shown],
            y + 24,
            width,
            COLOURS[speaker.stage],
            marked=rank - 1,
            column=100,
        )
        parts += drawn
        y += 24 + height + 12
        said.append(f"choice {i}: {_in_words(shown)}; picked {shown[rank - 1].label}")
        walk.pick(shown[rank - 1].id)
        _take_the_certain(walk)
    parts.append(_so_far(walk, 14, y, width))
    alt = f"The {speaker.name} goes on from “{text}”. {'. '.join(said)}. So far: “{walk.text}”."
    return svg.document(width, y + 31, parts, alt), alt


def _take_the_certain(walk: Walk) -> None:
    """Go on as long as the likeliest token is all but certain."""
    while (likeliest := walk.candidates(1)) and likeliest[0].probability > CERTAIN:
        walk.pick(likeliest[0].id)


def _so_far(walk: Walk, x: float, y: float, width: float) -> str:
    """The prompt and what was picked, on one line that keeps its end."""
    between, more = ("　" if walk.speaker.chats else ""), ("" if walk.stopped else " …")
    return svg.text(
        x,
        y + 15,
        svg.shorten_left(f"{walk.prompt}{between}{walk.text}{more}", width - x - 14),
        15,
        weight=600,
    )


def _in_words(steps: list[Step]) -> str:
    return ", ".join(f"{step.label} {percent(step.probability)}" for step in steps)


def endings(speaker: Speaker, text: str, n: int = 8, most: int = 56) -> list[tuple[Step, str]]:
    """For each of the n likeliest next tokens: the token, and how the text most likely goes on behind it."""
    walk, found = Walk(speaker, text), []
    for step in walk.candidates(n):
        new = [step.id] + (
            [] if step.id == speaker.stop else speaker.go_on([*walk.begun, step.id], most)
        )
        found.append((step, readable(speaker, new)))
    return found


def fork_picture(speaker: Speaker, text: str, n: int = 8) -> tuple[str, str]:
    """One pick and what it leads to, as (SVG, description): a row for each of the n likeliest next tokens."""
    found = [
        (step.label, step.probability, ending.strip()) for step, ending in endings(speaker, text, n)
    ]
    said = "; ".join(f"{label} ({percent(p)}) leads to “{ending}”" for label, p, ending in found)
    alt = (
        f"How the {speaker.name} goes on from “{text}” after each of its likeliest tokens: {said}."
    )
    return captioned_bars(found, f"{text} …", COLOURS[speaker.stage], alt=alt), alt


def kinds_picture(speaker: Speaker, text: str, n: int = 200) -> tuple[str, str]:
    """What kinds of continuation n samples are, each with an example, as (SVG, description)."""
    found = evaluate.continuations(speaker.model, speaker.tokenizer, Web(), text, n)
    rows = [
        (kind, found[kind] / n, found["examples"].get(kind, "").strip().replace("\n", "⏎"))
        for kind in ("answer", "question", "exam", "other")
    ]
    said = "; ".join(
        f"{kind} {percent(p)}" + (f", such as “{example}”" if example else "")
        for kind, p, example in rows
    )
    alt = f"{n} continuations of “{text}” by the {speaker.name}, by kind: {said}."
    return captioned_bars(
        rows, f"{text} …   {n} continuations", COLOURS[speaker.stage], alt=alt
    ), alt
