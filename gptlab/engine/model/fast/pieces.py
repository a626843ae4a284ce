"""The pieces of a long text, of which only what differs is looked at: words come back, and so do their pieces.

Two patterns are known here: GPT-2's and the course's. No piece of theirs goes on from a character that is no white
space to one that is, and none from a Chinese sign to one of the old Chinese characters. Between such two the text may
be cut before the pattern sees it. The parts come back too, some ten times each, and every part is cut only once.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

import regex

from gptlab import bpe

SPACE = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # Unicode's White_Space
SIGNS = "，。：！？、；"  # no letters and no digits
HAN = "一-龥"  # the block as it was in 1993: letters in every version of Unicode since
PART = re.compile(  # each run is taken whole and never given back (*+)
    f"[{SPACE}]*+[^{SPACE}{SIGNS}]*+(?:[{SIGNS}]++(?=[{HAN}])|[^{SPACE}]++|(?<=[^{SPACE}]))|[{SPACE}]++"
)
EDGE = re.compile(f"(?<=[^{SPACE}])[{SPACE}]")  # where a part surely begins
CUT_ALIKE = (bpe.GPT2_PATTERN, bpe.BILINGUAL_PATTERN)  # what is said above holds for these
BLOCK = 1 << 20  # characters whose parts are held at once


def parts(text: str, pattern: str) -> Iterator[list[str]]:
    """The text in lists of parts, each of which is made of whole pieces; what is between pieces may be left out.

    For a pattern that is not known here, a part is a piece.
    """
    if pattern not in CUT_ALIKE:
        pieces = (found[0] for found in regex.finditer(pattern, text))
        while block := list(islice(pieces, BLOCK)):
            yield block
        return
    start = 0
    while start < len(text):
        end = _end_of_block(text, start)
        block = PART.findall(text[start:end])
        yield (
            block if block[-1] else block[:-1]
        )  # an expression that may find nothing does, at the end
        start = end


def _end_of_block(text: str, start: int) -> int:
    """Where a part ends, a block behind the start or later."""
    if start + BLOCK >= len(text):
        return len(text)
    found = EDGE.search(text, start + BLOCK)
    return found.start() if found else len(text)


def count_pieces(text: str, pattern: str) -> Counter[str]:
    """How often each piece occurs, in the order in which `regex.findall` finds them first."""
    if pattern not in CUT_ALIKE:
        return Counter(regex.findall(pattern, text))
    counted: Counter[str] = Counter()
    for block in parts(text, pattern):
        counted.update(block)
    find = regex.compile(pattern).findall
    pieces: dict[str, int] = {}
    for part, times in counted.items():
        for piece in find(part):
            pieces[piece] = pieces.get(piece, 0) + times
    return Counter(pieces)
