"""The words that a prediction depends on, drawn."""

import pytest

from gptlab.view.rnn.words_that_matter import words_picture
from tests.support.pictures import words_in


def test_words_are_shaded_by_what_is_lost():
    shares = {"RNN": [0.1, 0.2, -0.7], "GRU": [-0.01, 3.9, 0.1]}
    notes = {"RNN": "p = 0.10", "GRU": "p = 0.90"}
    svg, alt = words_picture(shares, ["The", "Peru", "is"], "Lima", notes, "which words")
    assert {"Peru", "3.9", "−0.7", "Lima ?", "p = 0.10", "which words"} <= set(words_in(svg))
    assert "GRU (p = 0.90): most with Peru 3.9, is 0.1, The 0.0" in alt
    with pytest.raises(ValueError, match="zip"):
        words_picture({"RNN": [1.0]}, ["The", "Peru"], "Lima", notes, "which words")
