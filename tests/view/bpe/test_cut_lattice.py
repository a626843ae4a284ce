"""All pieces that fit into a word, with the best way through."""

import pytest

from gptlab.view.bpe.cut_lattice import lattice_picture
from tests.support.pictures import marked_in, within, words_in

CHANCES = {"a": 0.2, "n": 0.2, "b": 0.1, "an": 0.1, "na": 0.12, "ana": 0.15, "ban": 0.05}


def test_every_piece_that_fits_is_drawn_and_the_best_cut_is_marked():
    svg, said = lattice_picture("banana", CHANCES, "pieces")
    assert marked_in(svg) == ["ban 0.05", "ana 0.15"]
    texts = words_in(svg)
    counts = {piece: texts.count(f"{piece} {p}") for piece, p in CHANCES.items()}
    assert counts == {"a": 3, "n": 2, "b": 1, "an": 2, "na": 2, "ana": 2, "ban": 1}
    assert "0.05 · 0.15 = 0.0075" in said and within(svg)


def test_a_word_of_one_piece():
    assert "= 0.5" in lattice_picture("ab", {"ab": 0.5}, "one").alt
    with pytest.raises(ValueError, match="math domain"):
        lattice_picture("ab", {"ab": 0.0}, "none")
