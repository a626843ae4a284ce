"""Pages as programs: one function writes a page, and the same function reads its choices back.

A page kind is an ordinary function that makes weighted choices and writes text:

    def greeting(page):
        name = page.emit(NAMES)           # draw a row of a table and write its text
        if page.choose(POLITE):           # draw a row silently
            page.write(", how are you?")  # write fixed text

Run with a `Writer` it draws at random and produces a page. Run with readers it finds every sequence of
choices that could have produced a given text, so that the probability of the text is known exactly:

    P(text) = sum over derivations of the product of the probabilities of their choices.

Reading is a depth-first search: a reader runs the function and, where several choices fit the text, follows
the first and leaves the others behind as scripts from which later readers start.
"""

import math
from bisect import bisect, bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Any

HEAD = 24  # characters by which the rows of a table are indexed for reading
LAST = "\U0010ffff"  # sorts behind every character of a page


class Table:
    """Weighted rows (text, value): what a page may write next, and what that choice means.

    texts    the text of each row, "" for silent choices
    values   what `emit` or `choose` returns, the texts themselves by default
    weights  relative, uniform by default
    """

    __slots__ = (
        "texts",
        "values",
        "cumulative",
        "logps",
        "drawable",
        "n",
        "_heads",
        "_lengths",
        "_order",
        "_sorted",
    )

    def __init__(
        self,
        texts: Sequence[str],
        values: Sequence | None = None,
        weights: Sequence[float] | None = None,
    ):
        if not texts:
            raise ValueError("a table needs at least one row")
        self.texts, self.values, self.n = (
            list(texts),
            list(texts if values is None else values),
            len(texts),
        )
        if len(self.values) != self.n or (weights is not None and len(weights) != self.n):
            raise ValueError(f"a table of {self.n} texts needs as many values and weights")
        self.cumulative, self.drawable = None, range(self.n)
        self.logps = [-math.log(self.n)] * self.n
        if weights is not None and len(set(weights)) > 1:
            self._weigh(weights)
        self._heads = self._order = None

    def _weigh(self, weights: Sequence[float]) -> None:
        total = math.fsum(weights)
        if min(weights) < 0 or not 0 < total < math.inf:
            raise ValueError(
                f"weights must be at least 0 with a positive sum, but the least is {min(weights)}"
            )
        self.drawable = [i for i, w in enumerate(weights) if w > 0]
        self.cumulative = [c / total for c in accumulate(weights)]
        last = self.drawable[-1]  # the last row that can be drawn takes what rounding left over
        self.cumulative[last:] = [1.0] * (self.n - last)
        self.logps = [math.log(w / total) if w > 0 else -math.inf for w in weights]

    @classmethod
    def of_values(cls, values: Sequence, weights: Sequence[float] | None = None) -> "Table":
        """A table for `choose`: values without text."""
        return cls([""] * len(values), values, weights)

    def draw(self, uniform: float) -> int:
        """The row that a uniform number in [0, 1) falls on."""
        return (
            int(uniform * self.n) if self.cumulative is None else bisect(self.cumulative, uniform)
        )

    def matches(self, text: str, start: int) -> list[int]:
        """Rows whose text stands in `text` at `start`."""
        if self.n < 8:
            return [i for i in self.drawable if text.startswith(self.texts[i], start)]
        if self._heads is None:
            self._index()
        found, texts, heads = list(self._heads.get("", ())), self.texts, self._heads
        for length in self._lengths.get(text[start : start + 1], ()):
            for i in heads.get(text[start : start + length], ()):
                if (
                    len(texts[i]) == length
                    or len(texts[i]) > HEAD
                    and text.startswith(texts[i], start)
                ):
                    found.append(i)
        return found

    def _index(self) -> None:
        """Rows by the first HEAD characters of their text, and how long these are, by the very first one."""
        heads, lengths = {}, {}
        for i in self.drawable:
            head = self.texts[i][:HEAD]
            heads.setdefault(head, []).append(i)
            if head:
                lengths.setdefault(head[0], set()).add(len(head))
        self._heads, self._lengths = (
            heads,
            {first: sorted(found) for first, found in lengths.items()},
        )

    def longer(self, beginning: str) -> list[int]:
        """Rows whose text begins with `beginning` and goes on."""
        if self._order is None:
            self._order = sorted(self.drawable, key=self.texts.__getitem__)
            self._sorted = [self.texts[i] for i in self._order]
        low, high = bisect(self._sorted, beginning), bisect_left(self._sorted, beginning + LAST)
        return self._order[low:high]


class Writer:
    """Draws every choice at random; `text()` is the page, `stated` lists the facts it stated."""

    __slots__ = ("random", "parts", "stated")

    def __init__(self, random: Callable[[], float]):
        self.random, self.parts, self.stated = random, [], []

    def emit(self, table: Table) -> Any:
        row = table.draw(self.random())
        self.parts.append(table.texts[row])
        return table.values[row]

    def choose(self, table: Table) -> Any:
        return table.values[table.draw(self.random())]

    def write(self, text: str) -> None:
        self.parts.append(text)

    def state(self, fact: Any) -> None:
        self.stated.append(fact)

    def text(self) -> str:
        return "".join(self.parts)


class Recorder(Writer):
    """A writer that also keeps `script`, the row numbers that it drew."""

    __slots__ = ("script",)

    def __init__(self, random: Callable[[], float]):
        super().__init__(random)
        self.script = []

    def emit(self, table: Table) -> Any:
        self.parts.append(table.texts[self._draw(table)])
        return table.values[self.script[-1]]

    def choose(self, table: Table) -> Any:
        return table.values[self._draw(table)]

    def _draw(self, table: Table) -> int:
        self.script.append(table.draw(self.random()))
        return self.script[-1]


class NoMatch(Exception):
    """Nothing more is to be found along this sequence of choices."""


class PageReader:
    """Follows `given`, then the first row that fits; other rows that fit are left in `pending` as scripts.

    script  the row numbers taken
    logp    log-probability of the choices made, nats
    stated  the facts that the text states
    """

    def __init__(self, text: str, given: tuple[int, ...], pending: list[tuple[int, ...]]):
        self.source, self.given, self.pending = text, given, pending
        self.at, self.logp, self.stated, self.script = 0, 0.0, [], []

    def _replays(self) -> bool:
        return len(self.script) < len(self.given)

    def _take(self, table: Table, rows: Sequence[int]) -> int:
        """The given row, or the first of `rows`, the others being left for later readers."""
        script = self.script
        if len(script) < len(self.given):
            row = self.given[len(script)]
        elif not rows:
            raise NoMatch
        else:
            row = rows[0]
            if len(rows) > 1:
                self.pending += [(*script, other) for other in rows[:0:-1]]
        script.append(row)
        self.logp += table.logps[row]
        return row

    def emit(self, table: Table) -> Any:
        row = self._take(table, () if self._replays() else table.matches(self.source, self.at))
        self.at += len(table.texts[row])
        return table.values[row]

    def choose(self, table: Table) -> Any:
        return table.values[self._take(table, table.drawable)]

    def write(self, text: str) -> None:
        if not self.source.startswith(text, self.at):
            raise NoMatch
        self.at += len(text)

    def state(self, fact: Any) -> None:
        self.stated.append(fact)


class PrefixReader(PageReader):
    """Reads a text of at least one character that a page begins with: `found` collects log P(choices) of every
    way to write at least so much, and no reader goes on from there."""

    def __init__(
        self,
        text: str,
        given: tuple[int, ...],
        pending: list[tuple[int, ...]],
        found: list[float],
    ):
        super().__init__(text, given, pending)
        self.found = found

    def emit(self, table: Table) -> Any:
        if not self._replays():
            self.found += [
                self.logp + table.logps[row] for row in table.longer(self.source[self.at :])
            ]
        value = super().emit(table)
        self._stop_at_the_end()
        return value

    def write(self, text: str) -> None:
        if text.startswith(self.source[self.at :]):
            self.at = len(self.source)
        else:
            super().write(text)
        self._stop_at_the_end()

    def _stop_at_the_end(self) -> None:
        if self.at == len(self.source):
            self.found.append(self.logp)
            raise NoMatch


def search(program: Callable, start: Callable[[tuple, list], PageReader]) -> Iterator[PageReader]:
    """Run `program` with every reader that `start(given, pending)` has to make; those whose run ended well."""
    pending: list[tuple[int, ...]] = [()]
    while pending:
        reader = start(pending.pop(), pending)
        try:
            program(reader)
        except NoMatch:
            continue
        yield reader


def derivations(program: Callable, text: str) -> Iterator[PageReader]:
    """Every way in which `program` could have written exactly `text` (finished readers, one a derivation)."""
    for reader in search(program, lambda given, pending: PageReader(text, given, pending)):
        if reader.at == len(text):
            yield reader


def log_probability(program: Callable, text: str) -> float:
    """log P(text) in nats, summed over derivations; −inf when `program` cannot write the text."""
    return log_sum_exp([reader.logp for reader in derivations(program, text)])


def log_prefix_probability(program: Callable, text: str, ends: bool = False) -> float:
    """log P(a page begins with `text`) in nats; with `ends`, that it is exactly `text`."""
    if ends:
        return log_probability(program, text)
    found: list[float] = [] if text else [0.0]
    if text:
        list(search(program, lambda given, pending: PrefixReader(text, given, pending, found)))
    return log_sum_exp(found)


def log_sum_exp(logps: list[float]) -> float:
    """log Σ exp, stable; −inf for an empty list."""
    top = max(logps, default=-math.inf)
    return (
        top if top == -math.inf else top + math.log(math.fsum(math.exp(lp - top) for lp in logps))
    )
