"""Shannon's bits per letter beside ours."""

from gptlab.view.ngram.printed_english import SHANNON, printed_english
from tests.support.pictures import words_in


def test_printed_english_beside_the_little_web():
    svg, alt = printed_english({"every token alike": 3.0, "exact floor": 0.3})
    assert {label for label, _ in SHANNON} < set(words_in(svg)) and "between 0.6 and 1.3" in alt
