"""A word's spellings as rows of chips."""

from collections import Counter

from gptlab.view.bpe.word_spellings import spellings_picture
from tests.support.pictures import words_in


def test_spellings_are_drawn_by_frequency():
    found = Counter({(b"Japan.",): 2, (b" Japan",): 1})
    svg, alt = spellings_picture("Japan", {"mine": found})
    assert {"mine: 2 × so", "mine: 1 × so", "2 ways"} <= set(words_in(svg)) and "“Japan”" in alt
