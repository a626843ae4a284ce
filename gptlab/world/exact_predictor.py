"""Exact next-token probabilities on the little web: the best that any predictor can do.

Of the pages that begin with the bytes b, those that go on with the bytes of a token c, or end, make up

    P(c | b) = P(bc…) / P(b…),      P(end | b) = P(page = b) / P(b…),

each a sum over derivations (grammar.py). The search reads b, and after its end follows only choices whose text is
the beginning of some token; the choice that completes a token adds its probability to it. Bytes and not characters
are compared, so that a token may hold part of a character, and b may end in one.

Cost: the derivations of b (under a millisecond), and one look at each row of every table that may be drawn before
the longest token is complete: a few inside a sentence, tens of thousands (0.1 s) where a sentence may begin.
"""

import codecs
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from gptlab.world.grammar import NoMatch, PageReader, Table, log_sum_exp, search
from gptlab.world.web import Web


def next_token_distribution(
    web: Web, prefix: str | bytes, candidates: list[bytes], longest: bool = False
) -> list[float]:
    """The probabilities that a page that begins with `prefix` goes on with each candidate, and, last, that it ends.

    P(c | b) = P(bc…) / P(b…): a candidate that is the beginning of others counts these in. With `longest`, P(c | b)
    less the P of those that c begins: a page is then cut into the longest tokens that fit, every page goes on with
    exactly one of them, and if all 256 bytes are candidates the list sums to 1.

    Raises ValueError when no page begins with `prefix`.
    """
    base, continuing, end = _log_probabilities(web, prefix, set(candidates))
    if base == -math.inf:
        raise ValueError(f"no page of this web begins with {prefix!r}")
    chances = {c: math.exp(logp - base) for c, logp in continuing.items()}
    if longest:
        chances = _of_the_longest(chances)
    return [*(chances[c] for c in candidates), math.exp(end - base)]


def token_nats(web: Web, tokens: list[bytes]) -> list[float]:
    """−log P(token | the tokens before) of each token of a page and of its end, in nats.

    Their sum is −log P(page): the loss that no model can beat on average, token by token.
    Example: on a web whose only pages are "ab" and "ac", [b"a", b"b"] -> [0, log 2, 0]

    Raises ValueError when the tokens are not a page.
    """
    page = b"".join(tokens)
    logps = [
        _log_probabilities(web, b"".join(tokens[:n]), set())[0] for n in range(len(tokens) + 1)
    ]
    logps.append(_log_probabilities(web, page, set())[2])
    if logps[-1] == -math.inf:
        raise ValueError(f"this web has no page {page!r}")
    return [before - after for before, after in pairwise(logps)]


def _log_probabilities(
    web: Web, prefix: str | bytes, candidates: set[bytes]
) -> tuple[float, dict[bytes, float], float]:
    """log P(prefix…), log P(prefix + c…) of each candidate c, log P(page = prefix)."""
    text, rest = _split(prefix.encode() if isinstance(prefix, str) else prefix)
    targets: dict[bytes, list[float]] = {rest + c: [] for c in candidates | {b""}}
    if not text and b"" in targets:
        targets[b""].append(0.0)
    prefixes = {target[:n] for target in targets for n in range(len(target))} | {b""}
    readers = search(
        web.write, lambda given, pending: PredictiveReader(text, given, pending, targets, prefixes)
    )
    ends = [reader.logp for reader in readers if reader.ahead == b"" and not rest]
    continuing = {c: log_sum_exp(targets[rest + c]) for c in candidates}
    return log_sum_exp(targets[rest]), continuing, log_sum_exp(ends)


def _split(prefix: bytes) -> tuple[str, bytes]:
    """Whole characters, and the bytes of one that is not yet complete."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        return decoder.decode(prefix), decoder.getstate()[0]
    except UnicodeDecodeError:
        raise ValueError(f"no page of this web begins with {prefix!r}: it is not UTF-8") from None


def _of_the_longest(chances: dict[bytes, float]) -> dict[bytes, float]:
    """From "begins with c" to "c is the longest candidate that it begins with"."""
    exact = dict(chances)
    for c, chance in chances.items():
        shorter = next((c[:n] for n in range(len(c) - 1, -1, -1) if c[:n] in chances), None)
        if shorter is not None:
            exact[shorter] -= chance
    return {c: max(0.0, chance) for c, chance in exact.items()}


class PredictiveReader(PageReader):
    """Reads `text`, and goes on after its end as long as what it writes may be the beginning of a target.

    targets   bytes -> log P of every sequence of choices that completes the text and then these bytes
    prefixes  every proper beginning of a target
    """

    def __init__(
        self,
        text: str,
        given: tuple,
        pending: list,
        targets: dict[bytes, list[float]],
        prefixes: set[bytes],
    ):
        super().__init__(text, given, pending)
        self.targets = targets
        self.prefixes = prefixes
        self.longest = max(map(len, targets))
        self.ahead: bytes | None = None if text else b""  # after the text; None before its end

    def emit(self, table: Table) -> Any:
        rows: Sequence[int] = ()
        if not self._replays():
            rows = table.drawable
            if self.ahead is None:
                rows = table.matches(self.source, self.at) + table.longer(self.source[self.at :])
            rows = [
                row for row in rows if self._record(table.texts[row], self.logp + table.logps[row])
            ]
        row = self._take(table, rows)
        self._advance(table.texts[row])
        return table.values[row]

    def write(self, text: str) -> None:
        if self.ahead is None and not text.startswith(self.source[self.at :]):
            return super().write(text)  # still inside the text
        if not self._replays() and not self._record(text, self.logp):
            raise NoMatch
        self._advance(text)

    def _advance(self, text: str) -> None:
        self.ahead = self._ahead_with(text)
        self.at += len(text)

    def _ahead_with(self, text: str) -> bytes | None:
        """`ahead` once `text` is written."""
        if self.ahead is not None:
            return self.ahead + text.encode()
        missing = len(self.source) - self.at
        return text[missing:].encode() if len(text) >= missing else None

    def _record(self, text: str, logp: float) -> bool:
        """Add `logp` to the targets that writing `text` completes; True where others may be completed after it."""
        ahead = self._ahead_with(text)
        if ahead is None:
            return True
        first = 0 if self.ahead is None else len(self.ahead) + 1
        for n in range(first, min(len(ahead), self.longest) + 1):
            if ahead[:n] in self.targets:
                self.targets[ahead[:n]].append(logp)
        return ahead in self.prefixes
