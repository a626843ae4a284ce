"""In how many ways a tokenizer writes one word: what it becomes depends on what stands around it."""

import re
from collections import Counter

from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.view.kit.token_chips import Row, rows_picture


def spellings(tokenizer: Tokenizer, text: str, word: str) -> Counter:
    """How often a word of a text comes in which tokens: those that hold any byte of it.

    ->  counts by tuples of bytes, such as (b" Jap", b"an.")
    """
    found, wanted = Counter(), re.compile(rf"(?<!\w){re.escape(word)}(?!\w)".encode())
    for line in text.splitlines(keepends=True):
        pieces = (
            [tokenizer.decode_bytes([i]) for i in tokenizer.encode(line)] if word in line else []
        )
        for match in wanted.finditer(line.encode()):
            start, held = 0, []
            for piece in pieces:
                if start < match.end() and start + len(piece) > match.start():
                    held.append(piece)
                start += len(piece)
            found[tuple(held)] += 1
    return found


def spellings_picture(word: str, found: dict[str, Counter], most: int = 6) -> tuple[str, str]:
    """(SVG, description) of a word's spellings, for each tokenizer by name the most frequent ones."""
    rows = [
        Row(
            f"{name}: {n} × so",
            pieces,
            f"{len(counts)} way{'s' * (len(counts) != 1)}" if i == 0 else "",
        )
        for name, counts in found.items()
        for i, (pieces, n) in enumerate(counts.most_common(most))
    ]
    return rows_picture(rows, f"“{word}”, as the tokens of a text hold it")
