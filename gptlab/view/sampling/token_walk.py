"""A text as it grows, token by token, with the model's probabilities at each place; and pictures of that."""

from dataclasses import dataclass

import torch
from torch import Tensor

from gptlab.engine.assistant import Assistant
from gptlab.engine.evaluate import replies
from gptlab.view.kit import svg
from gptlab.view.kit.bars import bars_at, captioned_bars, top_tokens, visible
from gptlab.view.kit.number_format import percent
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, FAINT
from gptlab.world.gloss import gloss, has_chinese
from gptlab.world.web import Web

CERTAIN = 0.9  # a token as likely as that is no choice


@dataclass(frozen=True)
class Candidate:
    """One token that may come next, or that was picked, and how likely the model found it."""

    id: int
    label: str
    probability: float


class TokenWalk:
    """One way through a model's possibilities: candidates, a pick, the next candidates, until the stop token.

    Raises TooLong when the text leaves no room for a token.
    """

    def __init__(self, assistant: Assistant, text: str, seed: int = 0):
        self.assistant = assistant
        self.prompt = text
        self.seed = seed
        self.begun = assistant.begin(text)
        self.picked: list[Candidate] = []
        self.generator = torch.Generator().manual_seed(seed)
        self._seen: dict[int, Tensor] = {}  # probabilities by length: undo computes nothing anew

    @property
    def ids(self) -> list[int]:
        """The prompt's ids and those picked."""
        return self.begun + [token.id for token in self.picked]

    @property
    def stopped(self) -> bool:
        """Whether the last token picked was the stop token."""
        return bool(self.picked) and self.picked[-1].id == self.assistant.stop

    @property
    def full(self) -> bool:
        """Whether the model can look at no further token."""
        return len(self.begun) + len(self.picked) >= self.assistant.context

    @property
    def text(self) -> str:
        """What was picked so far, as text; a line's end is ⏎, and half a character is shown by its bytes."""
        return readable(self.assistant, [token.id for token in self.picked])

    def probabilities(self) -> Tensor:
        """Of the token that comes next; (V) float."""
        n = len(self.picked)
        if n not in self._seen:
            self._seen[n] = self.assistant.probabilities(self.ids)
        return self._seen[n]

    def candidates(self, n: int = 8) -> list[Candidate]:
        """The n likeliest next tokens, likeliest first; none when the walk has ended."""
        if self.stopped or self.full:
            return []
        found = top_tokens(self.probabilities(), self.assistant.tokenizer, n)
        return [Candidate(*one) for one in found]

    def pick(self, token: int) -> None:
        """Go on with this token; nothing happens when the walk has ended."""
        if self.stopped or self.full:
            return
        probability = float(self.probabilities()[token])
        label = visible(self.assistant.tokenizer.decode_bytes([token]))
        self.picked.append(Candidate(token, label, probability))

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
        if self.picked:
            self._seen.pop(len(self.picked), None)
            self.picked.pop()

    def restart(self) -> None:
        """Take every pick back."""
        while self.picked:
            self.undo()


def readable(assistant: Assistant, ids: list[int]) -> str:
    """Ids as one line of text that can be read at any moment: spaces are spaces, a line's end is ⏎."""
    shown = [i for i in ids if i not in assistant.marks]
    return visible(assistant.tokenizer.decode_bytes(shown)).replace("␣", " ")


def path_picture(
    assistant: Assistant, text: str, ranks: list[int], n: int = 4, width: float = 480
) -> Picture:
    """A walk's first choices: the likeliest tokens at each, and the one taken.

    Where the next token is all but certain there is nothing to choose: it is taken without being shown.

    ranks  which candidate is taken at each choice, 1 = the likeliest
    """
    walk = TokenWalk(assistant, text)
    parts: list[str] = []
    described: list[str] = []
    skipped = False
    y = 14.0
    for i, rank in enumerate(ranks, start=1):
        shown = walk.candidates(max(n, rank))
        if not shown:
            break
        bars, height = bars_at(
            [one.label for one in shown],
            [one.probability for one in shown],
            y + 24,
            width,
            COLOURS[assistant.stage],
            marked=rank - 1,
            column=100,
        )
        number = svg.text(14, y + 15, str(i), 15, fill=COLOURS["you"], weight=700)
        parts += [number, _so_far(walk, 32, y, width), *bars]
        y += 24 + height + 12
        taken = shown[rank - 1]
        described.append(f"choice {i}: {_describe(shown)}; picked {taken.label}")
        walk.pick(taken.id)
        skipped |= _skip_certain(walk)
    foot = y + 31
    alt = f"The {assistant.name} goes on from “{text}”. {'. '.join(described)}. So far: “{walk.text}”."
    if skipped:
        note = f"A token above {CERTAIN:.0%} is no choice: it is taken without being shown."
        parts.append(svg.text(14, y + 38, note, 12, fill=FAINT))
        foot, alt = y + 50, f"{alt} {note}"
    parts.append(_so_far(walk, 14, y, width))
    return Picture(svg.document(width, foot, parts, alt), alt)


def _skip_certain(walk: TokenWalk) -> bool:
    """Go on as long as the likeliest token is all but certain; whether it ever was."""
    before = len(walk.ids)
    while (likeliest := walk.candidates(1)) and likeliest[0].probability > CERTAIN:
        walk.pick(likeliest[0].id)
    return len(walk.ids) > before


def _so_far(walk: TokenWalk, x: float, y: float, width: float) -> str:
    """The prompt and what was picked, on one line that keeps its end."""
    between = "　" if walk.assistant.chats else ""
    more = "" if walk.stopped else " …"
    line = svg.shorten_left(f"{walk.prompt}{between}{walk.text}{more}", width - x - 14)
    return svg.text(x, y + 15, line, 15, weight=600)


def _describe(tokens: list[Candidate]) -> str:
    return ", ".join(f"{token.label} {percent(token.probability)}" for token in tokens)


def continuations_by_first_token(
    assistant: Assistant, text: str, n: int = 8, most: int = 56
) -> list[tuple[Candidate, str]]:
    """For each of the n likeliest next tokens: the token, and how the text most likely goes on after it."""
    walk = TokenWalk(assistant, text)
    found = []
    for token in walk.candidates(n):
        new = [token.id]
        if token.id != assistant.stop:
            new += assistant.go_on([*walk.begun, token.id], most)
        found.append((token, readable(assistant, new)))
    return found


def kinds_picture(assistant: Assistant, text: str, n: int = 200) -> Picture:
    """What kinds of continuation n samples are, each with an example."""
    found = replies.continuations(assistant.model, assistant.tokenizer, Web(), text, n)
    rows = []
    described = []
    notes = []
    for kind, count in found.counts.items():
        example = found.examples.get(kind, "").strip().replace("\n", "⏎")
        rows.append((kind, count / n, example))
        notes.append(gloss(example.replace("⏎", " / ")) if has_chinese(example) else "")
        such_as = f", such as “{example}”" if example else ""
        such_as += f" ({notes[-1]})" if notes[-1] else ""
        described.append(f"{kind} {percent(count / n)}{such_as}")
    alt = f"{n} continuations of “{text}” by the {assistant.name}, by kind: {'; '.join(described)}."
    title = f"{text} …   {n} continuations"
    drawn = captioned_bars(rows, title, COLOURS[assistant.stage], alt=alt, notes=notes)
    return Picture(drawn, alt)
