"""The longest copied stretch is what a table of all stretches finds."""

import random

import pytest

from gptlab.engine.evaluate.copied import longest_copy


def by_a_table(text: str, source: str) -> str:
    """Every stretch, the long ones first, then the early ones."""
    for length in range(len(text), 0, -1):
        for begin in range(len(text) - length + 1):
            if text[begin : begin + length] in source:
                return text[begin : begin + length]
    return ""


@pytest.mark.parametrize("seed", range(20))
def test_random_texts(seed):
    draw = random.Random(seed)
    text, source = ("".join(draw.choice("ab c") for _ in range(n)) for n in (25, 60))
    assert longest_copy(text, source) == by_a_table(text, source)


def test_edges():
    assert longest_copy("", "abc") == longest_copy("xyz", "abc") == longest_copy("abc", "") == ""
    assert longest_copy("say abc again", "abc ag") == "abc ag"
    assert longest_copy("same", "same") == "same"
