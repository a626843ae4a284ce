"""`Web`: the little web of one seed, its endless pages, and the exact probability of any text."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gptlab.world import pages as page_kinds
from gptlab.world.facts import LANGUAGES, Fact, Facts
from gptlab.world.grammar import (
    PageReader,
    Table,
    Writer,
    WriterOrReader,
    derivations,
    log_prefix_probability,
    log_probability,
)
from gptlab.world.tables import Tables


@dataclass(frozen=True)
class Page:
    """One page: its text, its kind, its language and the facts it states."""

    text: str
    kind: str
    lang: str
    stated: tuple[Fact, ...]


class Web:
    """The little web of one seed.

    facts    its truth
    tables   its sentences
    """

    def __init__(self, seed: int = 0):
        self.seed = seed
        self.facts = Facts(seed)
        self.tables = Tables(self.facts, seed)
        self.kinds = Table.of_values(list(page_kinds.KINDS), list(page_kinds.KINDS.values()))
        self.languages = Table.of_values(LANGUAGES)

    def write(self, page: WriterOrReader) -> tuple[str, str]:
        """Write one page, or read one back: the program that defines the web. Returns its kind and language."""
        kind = page.choose(self.kinds)
        lang = page.choose(self.languages)
        kind(page, self.tables, lang)
        return kind.__name__, lang

    def pages(
        self, seed: int = 0, kinds: Iterable[str] | None = None, lang: str | None = None
    ) -> Iterator[Page]:
        """Pages without end, in constant memory; the same seed gives the same pages.

        kinds, lang  keep only pages of these kinds, of this language
        """
        kinds = None if kinds is None else self._known_kinds(kinds)
        if lang not in (None, *LANGUAGES):
            raise ValueError(
                f"no language {lang!r} on the little web: choose from {', '.join(LANGUAGES)}"
            )
        uniform = random.Random(f"gptlab pages {self.seed} {seed}").random
        while True:
            writer = Writer(uniform)
            kind, language = self.write(writer)
            if (kinds is None or kind in kinds) and lang in (None, language):
                yield Page(writer.text(), kind, language, tuple(writer.stated))

    def _known_kinds(self, kinds: Iterable[str]) -> set[str]:
        known = {kind.__name__ for kind in page_kinds.KINDS}
        unknown = set(kinds) - known
        if unknown:
            names, choice = (", ".join(sorted(group)) for group in (unknown, known))
            raise ValueError(f"no page kind {names}: choose from {choice}")
        return set(kinds)

    def text(
        self, n_bytes: int, seed: int = 0, separator: str = "\n\n", lang: str | None = None
    ) -> str:
        """Pages joined by `separator` until they hold at least `n_bytes` bytes of UTF-8."""
        parts: list[str] = []
        size = 0
        for page in self.pages(seed, lang=lang):
            parts.append(page.text)
            size += len(page.text.encode()) + len(separator.encode())
            if size >= n_bytes:
                break
        return separator.join(parts)

    def log_probability(self, text: str) -> float:
        """log P(page) in nats, exact; −inf for what the web cannot say."""
        return log_probability(self.write, text)

    def log_prefix_probability(self, text: str, ends: bool = False) -> float:
        """log P(a page begins with `text`) in nats; with `ends`, that the page is `text` and no more."""
        return log_prefix_probability(self.write, text, ends)

    def read(self, text: str) -> list[PageReader]:
        """Every way the web could have written `text`: finished readers with `script`, `logp` and `stated`."""
        return list(derivations(self.write, text))
