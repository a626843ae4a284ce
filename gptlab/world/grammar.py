"""Pages as programs: a function writes a page, and the same function gives the exact probability of a page.

A page kind is an ordinary function that makes weighted choices and writes text:

    def greeting(page):
        name = page.emit(NAMES)           # draw a row of a table and write its text
        if page.choose(POLITE):           # draw a row without text
            page.write(", how are you?")  # write fixed text

Run with a `Writer` it draws at random and produces a page. Run with a `PageReader` it reads a given text back:
`derivations` finds every sequence of choices that could have produced the text, so that its probability is known:

    P(text) = sum over derivations of the product of the probabilities of their choices.

Reading is a depth-first search: a reader runs the function and, where several choices fit the text, follows
the first and leaves the others as scripts, from which later readers start.
"""

import math
from bisect import bisect, bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any, TypeVar

HEAD = 24  # characters by which the rows of a table are indexed for reading
LAST_CHARACTER = "\U0010ffff"  # sorts after every character of a page


class Table:
    """Weighted rows (text, value): what a page may write next, and what that choice means.

    texts     the text of each row, "" where the choice writes nothing
    values    what `emit` or `choose` returns, the texts themselves by default
    weights   relative, uniform by default
    drawable  the rows that can be drawn: those of positive weight

    Readers ask two questions of tables with up to tens of thousands of rows, and neither may look at every row.
    `matches` asks with which rows the page may go on at one place. A dict holds the rows by the first HEAD characters
    of their texts; it is looked up once for each length that these heads have where they begin with the page's next
    character, so at most HEAD times. `longer` asks which rows begin with what is left of the page and go on: they
    lie between two bisections of the sorted texts, log n steps each. Dict and sorted list are made when first asked
    for, because most tables are only drawn from.
    """

    # slots, because they are read at every choice; the cached properties need a dict besides
    __slots__ = ("n", "texts", "values", "drawable", "logps", "cumulative", "__dict__")

    def __init__(
        self,
        texts: Sequence[str],
        values: Sequence | None = None,
        weights: Sequence[float] | None = None,
    ):
        if not texts:
            raise ValueError("a table needs at least one row")
        self.n = len(texts)
        self.texts = list(texts)
        self.values: list[Any] = list(texts if values is None else values)
        if len(self.values) != self.n or (weights is not None and len(weights) != self.n):
            raise ValueError(f"a table of {self.n} texts needs as many values and weights")
        self.drawable: Sequence[int] = range(self.n)
        self.logps = [-math.log(self.n)] * self.n
        self.cumulative: list[float] | None = None  # None: every row is as likely
        if weights is not None and len(set(weights)) > 1:
            self._weigh(weights)

    def _weigh(self, weights: Sequence[float]) -> None:
        total = math.fsum(weights)
        if min(weights) < 0 or not 0 < total < math.inf:
            raise ValueError(
                f"weights must be at least 0 with a positive sum, but the least is {min(weights)}"
            )
        self.drawable = [i for i, w in enumerate(weights) if w > 0]
        self.logps = [math.log(w / total) if w > 0 else -math.inf for w in weights]
        self.cumulative = [c / total for c in accumulate(weights)]
        last = self.drawable[-1]  # the last row that can be drawn takes what rounding left over
        self.cumulative[last:] = [1.0] * (self.n - last)

    @classmethod
    def of_values(cls, values: Sequence, weights: Sequence[float] | None = None) -> "Table":
        """A table for `choose`: values without text."""
        return cls([""] * len(values), values, weights)

    def without(self, value: Any) -> "Table":
        """The table that is left when the rows of one value are gone; the other weights stay in proportion."""
        rows = [i for i in range(self.n) if self.values[i] is not value]
        weights = None if self.cumulative is None else [math.exp(self.logps[i]) for i in rows]
        return Table([self.texts[i] for i in rows], [self.values[i] for i in rows], weights)

    def draw(self, uniform: float) -> int:
        """The row that a uniform number in [0, 1) falls on."""
        if self.cumulative is None:
            return int(uniform * self.n)
        return bisect(self.cumulative, uniform)

    def matches(self, text: str, start: int) -> list[int]:
        """The drawable rows whose text occurs in `text` at `start`."""
        if self.n < 8:  # too few for an index to be faster
            return [i for i in self.drawable if text.startswith(self.texts[i], start)]
        rows_by_head = self._rows_by_head
        n_left = len(text) - start
        found = list(rows_by_head.get("", ()))
        for length in self._head_lengths.get(text[start : start + 1], ()):
            if length > n_left:
                break
            rows = rows_by_head.get(text[start : start + length], ())
            if length == HEAD:  # their texts may be longer
                rows = [i for i in rows if text.startswith(self.texts[i], start)]
            found += rows
        return found

    def longer(self, beginning: str) -> list[int]:
        """The drawable rows whose text begins with `beginning` and goes on."""
        texts, rows = self._sorted
        return rows[bisect(texts, beginning) : bisect_left(texts, beginning + LAST_CHARACTER)]

    @cached_property
    def _rows_by_head(self) -> dict[str, list[int]]:
        """The drawable rows by the first HEAD characters of their text."""
        rows: dict[str, list[int]] = {}
        for i in self.drawable:
            rows.setdefault(self.texts[i][:HEAD], []).append(i)
        return rows

    @cached_property
    def _head_lengths(self) -> dict[str, list[int]]:
        """How long these heads are, by their first character, the shortest first."""
        lengths: dict[str, set[int]] = {}
        for head in self._rows_by_head:
            lengths.setdefault(head[:1], set()).add(len(head))
        return {first: sorted(found) for first, found in lengths.items() if first}

    @cached_property
    def _sorted(self) -> tuple[list[str], list[int]]:
        """The drawable rows' texts in the order of their characters, and the rows in the same order."""
        rows = sorted(self.drawable, key=self.texts.__getitem__)
        return [self.texts[i] for i in rows], rows


class Writer:
    """Draws every choice at random; `text()` is the page, `stated` lists the facts it stated.

    uniform  gives a random number in [0, 1) at each call
    """

    __slots__ = ("uniform", "parts", "stated")

    def __init__(self, uniform: Callable[[], float]):
        self.uniform = uniform
        self.parts: list[str] = []
        self.stated: list = []

    def emit(self, table: Table) -> Any:
        row = table.draw(self.uniform())
        self.parts.append(table.texts[row])
        return table.values[row]

    def choose(self, table: Table) -> Any:
        return table.values[table.draw(self.uniform())]

    def write(self, text: str) -> None:
        self.parts.append(text)

    def state(self, fact: Any) -> None:
        self.stated.append(fact)

    def text(self) -> str:
        return "".join(self.parts)


class Recorder(Writer):
    """A writer that also keeps `script`, the row numbers that it drew."""

    __slots__ = ("script",)

    def __init__(self, uniform: Callable[[], float]):
        super().__init__(uniform)
        self.script: list[int] = []

    def emit(self, table: Table) -> Any:
        self.parts.append(table.texts[self._draw(table)])
        return table.values[self.script[-1]]

    def choose(self, table: Table) -> Any:
        return table.values[self._draw(table)]

    def _draw(self, table: Table) -> int:
        self.script.append(table.draw(self.uniform()))
        return self.script[-1]


class NoMatch(Exception):
    """Reading stops: the choices made do not fit the text, or there is no more of it to read."""


class PageReader:
    """Reads one derivation of a text: takes the rows `given`, and from then on the first row that fits.

    Other rows that fit are left in `pending`, as scripts for later readers.

    at      how many characters are read
    script  the row numbers taken
    logp    log-probability of the choices made, nats
    stated  the facts that the text states
    """

    def __init__(self, text: str, given: tuple[int, ...], pending: list[tuple[int, ...]]):
        self.source = text
        self.given = given
        self.pending = pending
        self.at = 0
        self.logp = 0.0
        self.stated: list = []
        self.script: list[int] = []

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
    """Reads the beginning of a page, of at least one character, and stops where it ends.

    found  collects log P(choices) of every way to write at least so much
    """

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


WriterOrReader = Writer | PageReader
Reader = TypeVar("Reader", bound=PageReader)


def search(program: Callable, start: Callable[[tuple, list], Reader]) -> Iterator[Reader]:
    """The readers that came to the end of `program`, each along other choices; `start(given, pending)` makes one."""
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
    if top == -math.inf:
        return top
    return top + math.log(math.fsum(math.exp(lp - top) for lp in logps))
