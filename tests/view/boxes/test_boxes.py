"""Tensors as boxes: the numbers in the pictures are those that torch computes."""

import pytest
import torch

from gptlab.view.boxes.layer import layer_picture
from gptlab.view.boxes.moves import gather_picture, moves_picture
from gptlab.view.boxes.product import product_picture
from gptlab.view.boxes.shapes import broadcast_picture, sums_picture
from gptlab.view.boxes.stacks import stack_picture, strips_picture
from gptlab.view.boxes.table import in_words, rows_of
from tests.support.pictures import within, words_in

X = torch.tensor([[1.0, 3.0, 6.0], [2.0, 2.0, 4.0]])
W = torch.tensor([[1.0, 0.5], [-2.0, 0.0], [3.0, 1.0]])


def test_sums_stand_beside_and_below():
    svg, alt = sums_picture(X)
    assert "Sums down dim 0: 3, 5, 10" in alt and "across dim 1: 10, 8" in alt and within(svg)
    assert "x.sum(dim=0): add down, (3)" in words_in(svg)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (torch.tensor([10.0, 20.0, 30.0]), "give 11, 23, 36; 12, 22, 34"),
        (torch.tensor([[10.0], [20.0]]), "give 11, 13, 16; 22, 22, 24"),
        (torch.tensor([10.0, 20.0]), "an error"),
    ],
)
def test_broadcasting_is_lined_up_from_the_right(other, told):
    svg, alt = broadcast_picture(X, other)
    assert told in alt and within(svg)


def test_a_product_shows_one_sum():
    svg, alt = product_picture(X, W, 0, 0)
    total = "1 · 1 + 3 · (−2) + 6 · 3 = 13"
    assert total in alt and f"row 0, column 0:  {total}" in words_in(svg) and within(svg)
    assert "x @ w: (2, 3) @ (3, 2) = (2, 2)" in words_in(svg)


def test_a_layer_has_a_weight_on_every_arrow():
    svg, alt = layer_picture(X[:1], W)
    assert "outputs 13, 6.5" in alt and within(svg)
    assert words_in(svg).count("0.5") == 2  # on its arrow and in its box


def test_transpose_and_reshape_hold_the_same_numbers_in_other_places():
    six = torch.arange(1.0, 7.0).reshape(2, 3)
    svg, alt = moves_picture(six)
    assert "x.T: 1, 4; 2, 5; 3, 6." in alt and "x.reshape(3, 2): 1, 2; 3, 4; 5, 6" in alt
    assert within(svg)


def test_gather_picks_one_number_a_row():
    svg, alt = gather_picture(X, torch.tensor([2, 0]))
    assert alt.endswith("Index 2, 0 picks 6, 2.") and within(svg)


def test_sheets_and_strips():
    svg, alt = stack_picture(2, 3, 4)
    assert "B = 2 texts," in words_in(svg) and "each sheet has 3 rows" in alt and within(svg)
    svg, alt = strips_picture(2, 3, 5, 4)
    assert {"h = 0", "h = 1", "h = 2"} <= set(words_in(svg)) and within(svg)
    assert "D = 4 numbers a row; H · D = 12 = C" in words_in(svg)


def test_only_tables_are_drawn_as_tables():
    assert rows_of(torch.tensor(3.0)) == [[3.0]] and rows_of(torch.tensor([1.0, 2.0])) == [[1, 2]]
    assert in_words([[-0.5, 2.0], [0.0, 1.0]]) == "−0.5, 2; 0, 1"
    with pytest.raises(ValueError, match="at most two axes"):
        rows_of(torch.zeros(2, 2, 2))
