"""Counts the ways in which a tokenizer cuts one word, which depend on the text around it."""

import re
from collections import Counter

from gptlab.engine.model.tokenizer import Tokenizer


def count_spellings(tokenizer: Tokenizer, text: str, word: str) -> Counter:
    """How often a word of a text comes in which tokens: those that hold any byte of it.

    ->  counts by tuples of bytes, such as (b" Jap", b"an.")
    """
    found: Counter = Counter()
    wanted = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)".encode())
    for line in text.splitlines(keepends=True):
        if word not in line:
            continue
        pieces = [tokenizer.decode_bytes([i]) for i in tokenizer.encode(line)]
        for match in wanted.finditer(line.encode()):
            found[_pieces_across(pieces, *match.span())] += 1
    return found


def _pieces_across(pieces: list[bytes], begin: int, end: int) -> tuple[bytes, ...]:
    """The pieces that hold a byte between two places of the text that they make up."""
    held = []
    start = 0
    for piece in pieces:
        if start < end and start + len(piece) > begin:
            held.append(piece)
        start += len(piece)
    return tuple(held)
