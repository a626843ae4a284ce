"""The table of letters as one picture, and a walk over it."""

import pytest
import torch

from gptlab.view.ngram import letter_table
from gptlab.view.palette import COLOURS
from tests.support.pictures import within, words_in

LETTERS = "␣abc"
COUNTS = torch.tensor([[0, 6, 2, 0], [1, 0, 9, 0], [8, 0, 0, 1000], [0, 0, 0, 0]])


def test_one_row_is_picked_out_and_drawn_as_bars():
    picture, alt = letter_table.letter_table_picture(COUNTS, LETTERS, row="b")
    shown = words_in(picture)
    assert "row b: 1,008 neighbours" in shown and "1,000" in shown
    assert "8" not in shown, "a small bar has no number"
    assert "6 of its 16 boxes filled" in alt and "Row b: c 1,000, ␣ 8." in alt
    assert COLOURS["you"] in picture and within(picture)


def test_an_empty_row_can_be_picked_out():
    _, alt = letter_table.letter_table_picture(COUNTS, LETTERS, row="c")
    assert "Row c: nothing." in alt


def test_a_letter_that_has_no_row_is_refused():
    with pytest.raises(ValueError, match="substring"):
        letter_table.letter_table_picture(COUNTS, LETTERS, row="z")


def test_a_walk_shows_each_row_and_the_letter_drawn():
    chances = COUNTS.double() / COUNTS.sum(1, keepdim=True).clamp(min=1)
    picture, alt = letter_table.letter_walk_picture(chances, LETTERS, [0, 1, 2, 3])
    assert "written: ␣abc" in words_in(picture)
    assert "row ␣: a drawn, at 75 %; row a: b drawn, at 90 %; row b: c drawn" in alt
    assert picture.count("<path") == 4, "an arrow to each next row: its line and its head"
    assert within(picture)


def test_numbers_do_not_cover_each_other():
    row = torch.tensor([0.19, 0.22, 0.59, 0.0])
    parts = letter_table._bars(row, ["19 %", "22 %", "59 %", "0 %"], 0, marked=None)
    numbers = [part for part in parts if part.startswith("<text")]
    assert len(numbers) == 2 and "59 %" in numbers[0] and "19 %" in numbers[1]
