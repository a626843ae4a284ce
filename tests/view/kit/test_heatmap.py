"""A heatmap of a small table."""

import pytest
import torch

from gptlab.view.kit.heatmap import heatmap_picture
from gptlab.view.kit.number_format import fixed_places
from tests.support.pictures import words_in


def test_a_matrix_shows_its_numbers_and_what_is_none():
    table = torch.tensor([[0.25, 0.75, 0.0], [float("nan"), 0.5, -torch.inf]])
    svg, alt = heatmap_picture(table, ["a", "b"], ["x", "y", "z"], "weights", sums=True)
    assert {"0.25", "0.75", "0", "NaN", "0.50", "−∞", "1", "sum"} <= set(words_in(svg))
    assert alt == "weights. a: x 0.25, y 0.75; b: x NaN, y 0.50, z −∞"
    svg, _ = heatmap_picture(torch.tensor([[True, False]]), ["a"], ["x", "y"], "mask")
    assert {"✓", "·"} <= set(words_in(svg))
    assert [fixed_places(x) for x in (True, 0.0, 1.0, -0.5, -2.0)] == ["✓", "0", "1", "−0.50", "−2"]
    with pytest.raises(ValueError, match="2 rows and 2 columns"):
        heatmap_picture(table, ["a", "b"], ["x", "y"], "weights")
