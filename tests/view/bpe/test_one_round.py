"""One round of BPE, drawn."""

import pytest

from gptlab.view.bpe.one_round import pieces_picture, round_picture
from tests.support.pictures import within, words_in


def test_a_round_on_one_text():
    svg, said = round_picture("cacao")
    assert within(svg) and {"c·a", "a·c", "a·o", "256", "111"} <= set(words_in(svg))
    assert "5 tokens, c | a | c | a | o" in said and "c·a 2 times, a·c 1 times" in said
    assert "3 tokens, ca | ca | o" in said


def test_a_token_is_merged_once():
    _, said = round_picture("aaa")
    assert "a·a 2 times" in said and "2 tokens, aa | a." in said


def test_a_round_on_pieces_counts_each_as_often_as_it_comes():
    svg, said = pieces_picture({" hat": 3, " cat": 2, " he": 1})
    assert within(svg) and {"3 + 2 = 5", "3 + 1 = 4", "× 3"} <= set(words_in(svg))
    assert "a·t 5 times" in said and said.endswith("␣ | h | at; ␣ | c | at; ␣ | h | e.")


@pytest.mark.parametrize("text", ["", "a", "abc"])
def test_nothing_to_merge(text):
    with pytest.raises(ValueError, match="no pair occurs twice"):
        round_picture(text)
    with pytest.raises(ValueError, match="no pair occurs twice"):
        pieces_picture({text: 1})
