"""A word's spellings, in columns."""

from collections import Counter

from gptlab.view.bpe.word_spellings import spellings_picture
from tests.support.pictures import within, words_in


def test_spellings_are_drawn_by_frequency_in_columns():
    found = Counter({(b"Japan.",): 2, (b" Japan",): 1})
    svg, alt = spellings_picture("Japan", {"mine": found, "yours": Counter({(b" J", b"apan"): 3})})
    assert within(svg) and {"2 ×", "1 ×", "3 ×", "2 ways", "1 way"} <= set(words_in(svg))
    assert "mine, 2 ways: Japan. 2 ×; ␣Japan 1 ×" in alt and "“Japan”" in alt


def test_what_has_no_room_is_counted():
    many = Counter({(b"Japan" + bytes([65 + i]),): 20 - i for i in range(10)})
    svg, alt = spellings_picture(
        "Japan", {"mine": many, "long": Counter({(b" J" * 40, b"apan"): 1})}
    )
    assert within(svg) and "2 more, 23 × in all" in words_in(svg) and "JapanJ 11 ×" in alt


def test_no_spelling_at_all():
    svg, _ = spellings_picture("Japan", {"mine": Counter()})
    assert within(svg) and "0 ways" in words_in(svg)
