"""The best that any next-token predictor can do on the little web, exactly.

A page x begins with the bytes b with probability P(b…); it then goes on with the bytes of a token c with

    P(c | b) = P(bc…) / P(b…),      P(end | b) = P(x = b) / P(b…).

Both sums run over the derivations of the page (grammar.py). The search reads b, and beyond its end follows only
rows that some candidate can go on with, crediting a candidate as soon as a choice completes it.

Cost: the derivations of b (well under a millisecond), plus one look at every row of every table that may be
drawn within the longest candidate after b: few inside a sentence, tens of thousands where one begins.
"""
import math
from typing import Any, Sequence

from gptlab.world.grammar import Reader, Table, log_sum_exp, search
from gptlab.world.web import Web

Credits = dict[bytes, list[float]]


class Foreteller(Reader):
    """Reads `text` and goes on as far as the candidates reach.

    credits  candidate -> log P of every way to write the text and then at least the candidate
    opened   what may follow the text and is still too short to decide between candidates
    """

    def __init__(self, text: str, given: tuple, pending: list, credits: Credits, opened: set[bytes]):
        super().__init__(text, given, pending)
        self.credits, self.opened = credits, opened
        self.ahead: bytes | None = None if text else b""  # what was written after the text; None before its end

    def say(self, table: Table) -> Any:
        rows: Sequence[int] = ()
        if not self._replays():
            rows = self._that_fit(table)
        row = self._take(table, rows)
        self._advance(table.texts[row])
        return table.values[row]

    def _that_fit(self, table: Table) -> list[int]:
        if self.ahead is not None:
            return [i for i in table.possible if self._credit(table.texts[i], self.logp + table.logps[i])]
        rest = self.source[self.at:]
        inside = [i for i in table.matches(self.source, self.at)
                  if table.texts[i] != rest or self._credit(rest, self.logp + table.logps[i])]
        return inside + [i for i in table.longer(rest) if self._credit(table.texts[i], self.logp + table.logps[i])]

    def write(self, text: str) -> None:
        if self.ahead is None and not text.startswith(self.source[self.at:]):
            super().write(text)
            return
        credited = self._credit(text, self.logp) if len(self.script) >= len(self.given) else True
        if not credited:
            return self._stop()
        self._advance(text)

    def _after(self, text: str) -> bytes:
        """What stands behind the source once `text`, which reaches its end, is written."""
        if self.ahead is None:
            return text[len(self.source) - self.at:].encode()
        return self.ahead + text.encode()

    def _credit(self, text: str, logp: float) -> bool:
        """Credit what writing `text` completes; whether there is more to find behind it."""
        after, shortest = self._after(text), 0 if self.ahead is None else len(self.ahead) + 1
        for length in range(shortest, len(after) + 1):
            if after[:length] in self.credits:
                self.credits[after[:length]].append(logp)
        return after in self.opened
