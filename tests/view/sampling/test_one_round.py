"""One round of the loop: texts as rows, what the model gives after their last tokens, the new column."""

import torch

from gptlab.view.sampling import one_round
from tests.support.pictures import marked_in, within, words_in

WORDS = ["x", "y", "z"]


def test_the_new_column_is_marked_and_only_the_last_places_have_numbers():
    ids = torch.tensor([[0, 1], [2, 0]])
    chances = torch.tensor([[[0.9, 0.1, 0], [0, 0.25, 0.75]], [[1, 0, 0], [0.5, 0, 0.5]]])
    picture, alt = one_round.one_round_picture(WORDS, ids, chances, drawn=[2, 0])
    shown = words_in(picture)
    assert marked_in(picture) == ["z", "x"]
    assert {"25 %", "75 %", "50 %"} <= set(shown) and "90 %" not in shown
    assert any("(B, T, V) = (2, 2, 3)" in text for text in shown)
    assert "After the last ones: y 25 %, z 75 %; x 50 %, z 50 %." in alt
    assert "Drawn and appended: z, x." in alt and within(picture)
