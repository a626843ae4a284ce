"""A unigram tokenizer: the most probable cut, and the pieces that are left."""

import itertools
import math

import pytest

from gptlab.experiments.bpe import unigram

CHANCES = {"a": 0.2, "n": 0.2, "b": 0.1, "an": 0.1, "na": 0.12, "ana": 0.15, "ban": 0.05}
LOG_P = {piece: math.log(p) for piece, p in CHANCES.items()}
TEXT = "the cat sat on the mat\nthe cat ate the rat\n猫坐在垫子上。猫在睡觉。"


def every_cut(word):
    for cuts in itertools.product([False, True], repeat=len(word) - 1):
        places = [0, *(i + 1 for i, cut in enumerate(cuts) if cut), len(word)]
        yield [word[a:b] for a, b in itertools.pairwise(places)]


@pytest.mark.parametrize("word", ["banana", "anana", "nab", "a", "bannabana"])
def test_the_best_cut_is_the_best_of_all_cuts(word):
    cut, log_p = unigram.best_cut(word, LOG_P)
    scores = [
        sum(LOG_P[piece] for piece in other)
        for other in every_cut(word)
        if all(piece in LOG_P for piece in other)
    ]
    assert "".join(cut) == word and log_p == pytest.approx(max(scores))
    assert sum(LOG_P[piece] for piece in cut) == pytest.approx(log_p)


def test_the_example_of_the_lesson():
    assert unigram.best_cut("banana", LOG_P)[0] == ["ban", "ana"]
    assert unigram.best_cut("ana", LOG_P, without="ana")[0] == ["a", "na"]


def test_pieces_are_probabilities_and_cut_any_line():
    pieces = unigram.learn_pieces(TEXT, 30)
    assert sum(map(math.exp, pieces.values())) == pytest.approx(1.0)
    assert len(pieces) <= 30 and {c for c in TEXT if c not in " \n"} <= set(pieces)
    assert "▁the" in pieces and not any("▁" in piece[1:] for piece in pieces)
    line = "the cat 在 é"
    cut = unigram.cut_line(line, pieces)
    spelled = b"".join(one if isinstance(one, bytes) else one.encode() for one in cut)
    assert spelled.decode() == unigram.marked(line) and cut[-2:] == [b"\xc3", b"\xa9"]


def test_more_pieces_need_fewer_tokens():
    few, many = unigram.learn_pieces(TEXT, 20), unigram.learn_pieces(TEXT, 60)
    line = "the cat sat on the mat"
    assert len(unigram.cut_line(line, many)) < len(unigram.cut_line(line, few))
