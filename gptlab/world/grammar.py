"""Pages as programs: one function writes a page, and the same function reads its choices back.

A page kind is an ordinary function that makes weighted choices and writes text:

    def greeting(page):
        name = page.say(NAMES)            # draw a row of a table and write its text
        if page.choose(POLITE):           # draw a row silently
            page.write(", how are you?")  # write fixed text

Run with a `Writer` it draws at random and produces a page. Run with readers it finds every sequence of
choices that could have produced a given text, so that the probability of the text is known exactly:

    P(text) = sum over derivations of the product of the probabilities of their choices.

Reading is a depth-first search: a reader runs the function, follows the one choice that fits the text where
only one does, and forks where several do.
"""
import math
from bisect import bisect
from itertools import accumulate
from typing import Any, Callable, Iterator, Sequence

HEAD = 24  # characters by which the rows of a table are indexed for reading


class Table:
    """Weighted rows (text, value): what a page may write next, and what that choice means.

    texts    the text of each row, "" for silent choices
    values   what `say` or `choose` returns, the texts themselves by default
    weights  relative, uniform by default
    """

    __slots__ = ("texts", "values", "cumulative", "logps", "n", "_heads", "_lengths")

    def __init__(self, texts: Sequence[str], values: Sequence | None = None, weights: Sequence[float] | None = None):
        if not texts:
            raise ValueError("a table needs at least one row")
        self.texts, self.values, self.n = list(texts), list(texts if values is None else values), len(texts)
        if len(self.values) != self.n or (weights is not None and len(weights) != self.n):
            raise ValueError(f"a table of {self.n} texts needs as many values and weights")
        self.cumulative = None
        self.logps = [-math.log(self.n)] * self.n
        if weights is not None and len(set(weights)) > 1:
            total = math.fsum(weights)
            self.cumulative = [c / total for c in accumulate(weights)]
            self.cumulative[-1] = 1.0
            self.logps = [math.log(w / total) if w > 0 else -math.inf for w in weights]
        self._heads = None

    @classmethod
    def silent(cls, values: Sequence, weights: Sequence[float] | None = None) -> "Table":
        """A table for `choose`: values without text."""
        return cls([""] * len(values), values, weights)

    def draw(self, uniform: float) -> int:
        """The row that a uniform number in [0, 1) falls on."""
        return int(uniform * self.n) if self.cumulative is None else bisect(self.cumulative, uniform)

    def matches(self, text: str, start: int) -> list[int]:
        """Rows whose text stands in `text` at `start`."""
        if self.n < 8:
            return [i for i, t in enumerate(self.texts) if text.startswith(t, start)]
        if self._heads is None:
            self._heads, self._lengths = {}, sorted({min(HEAD, len(t)) for t in self.texts})
            for i, t in enumerate(self.texts):
                self._heads.setdefault(t[:HEAD], []).append(i)
        found = []
        for length in self._lengths:
            for i in self._heads.get(text[start:start + length], ()):
                if len(self.texts[i]) >= HEAD or len(self.texts[i]) == length:
                    if text.startswith(self.texts[i], start):
                        found.append(i)
        return found


class Writer:
    """Draws every choice at random; `text()` is the page, `stated` lists the facts it stated."""

    __slots__ = ("random", "parts", "stated", "script")

    def __init__(self, random: Callable[[], float]):
        self.random, self.parts, self.stated, self.script = random, [], [], []

    def say(self, table: Table) -> Any:
        row = table.draw(self.random())
        self.parts.append(table.texts[row])
        self.script.append(row)
        return table.values[row]

    def choose(self, table: Table) -> Any:
        row = table.draw(self.random())
        self.script.append(row)
        return table.values[row]

    def write(self, text: str) -> None:
        self.parts.append(text)

    def state(self, fact: Any) -> None:
        self.stated.append(fact)

    def text(self) -> str:
        return "".join(self.parts)


class DeadEnd(Exception):
    """The text cannot have been written along this sequence of choices."""


class Fork(Exception):
    """Several rows fit: the search must try each."""

    def __init__(self, rows: list[int]):
        self.rows = rows


class Reached(Exception):
    """In prefix reading: the given text ends here, whatever follows."""


class Reader:
    """Follows `script`, then whatever the text forces; the row numbers taken are left in `script`."""

    def __init__(self, text: str, script: tuple[int, ...] = (), prefix: bool = False):
        self.source, self.prefix = text, prefix
        self.given, self.script = script, []
        self.at, self.logp, self.stated = 0, 0.0, []
        self.beyond: list[float] = []  # prefix reading: log-probabilities of rows that run past the end

    def _take(self, table: Table, rows: list[int]) -> int:
        done = len(self.script)
        if done < len(self.given):
            row = self.given[done]
        elif not rows:
            raise DeadEnd
        elif len(rows) > 1:
            raise Fork(rows)
        else:
            row = rows[0]
        self.script.append(row)
        self.logp += table.logps[row]
        return row

    def say(self, table: Table) -> Any:
        if self.prefix:
            self._past_the_end(table)
        rows = table.matches(self.source, self.at) if len(self.script) >= len(self.given) else []
        row = self._take(table, rows)
        self.at += len(table.texts[row])
        return table.values[row]

    def _past_the_end(self, table: Table) -> None:
        if self.at == len(self.source):
            raise Reached
        if len(self.script) < len(self.given):
            return
        rest = self.source[self.at:]
        longer = [lp for t, lp in zip(table.texts, table.logps) if len(t) > len(rest) and t.startswith(rest)]
        self.beyond += [self.logp + lp for lp in longer]

    def choose(self, table: Table) -> Any:
        if self.prefix and self.at == len(self.source):
            raise Reached
        rows = [i for i in range(table.n) if table.logps[i] > -math.inf] if len(self.script) >= len(self.given) else []
        return table.values[self._take(table, rows)]

    def write(self, text: str) -> None:
        if self.prefix and len(self.source) - self.at < len(text):
            if text.startswith(self.source[self.at:]):
                raise Reached
            raise DeadEnd
        if not self.source.startswith(text, self.at):
            raise DeadEnd
        self.at += len(text)

    def state(self, fact: Any) -> None:
        self.stated.append(fact)


def derivations(program: Callable, text: str) -> Iterator[Reader]:
    """Every way in which `program` could have written exactly `text` (finished readers, one a derivation)."""
    scripts: list[tuple[int, ...]] = [()]
    while scripts:
        reader = Reader(text, scripts.pop())
        try:
            program(reader)
        except DeadEnd:
            continue
        except Fork as fork:
            scripts += [(*reader.script, row) for row in fork.rows]
            continue
        if reader.at == len(text):
            yield reader


def log_probability(program: Callable, text: str) -> float:
    """log P(text) in nats, summed over derivations; −inf when `program` cannot write the text."""
    return log_sum_exp([reader.logp for reader in derivations(program, text)])


def log_prefix_probability(program: Callable, text: str, ends: bool = False) -> float:
    """log P(a page begins with `text`) in nats; with `ends`, that it is exactly `text`."""
    if ends:
        return log_probability(program, text)
    found, scripts = [], [()]
    while scripts:
        reader = Reader(text, scripts.pop(), prefix=True)
        try:
            program(reader)
        except DeadEnd:
            pass
        except Fork as fork:
            scripts += [(*reader.script, row) for row in fork.rows]
        except Reached:
            found.append(reader.logp)
        else:
            found += [reader.logp] if reader.at == len(text) else []
        found += reader.beyond
    return log_sum_exp(found)


def log_sum_exp(logps: list[float]) -> float:
    """log Σ exp, stable; −inf for an empty list."""
    top = max(logps, default=-math.inf)
    return top if top == -math.inf else top + math.log(math.fsum(math.exp(lp - top) for lp in logps))
