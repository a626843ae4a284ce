"""Heads as slices of the width, drawn."""

import torch

from gptlab.view.attention import head_split
from tests.support.pictures import words_in


def test_a_split_shows_every_number_twice():
    x = torch.arange(12.0).reshape(2, 6)
    heads = torch.stack([x[:, :2], x[:, 2:4], x[:, 4:]])
    svg, alt = head_split.head_split_picture(x, heads)
    shown = words_in(svg)
    assert all(shown.count(str(n)) == 2 for n in range(12))
    assert "head 2: [[4, 5], [10, 11]]" in alt
