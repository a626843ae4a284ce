"""Small tables of probabilities beside each other."""

import pytest
import torch

from gptlab.view.neural_lm.learnt_table import learnt_table_picture
from tests.support.pictures import within, words_in


def test_each_table_has_its_name_and_its_numbers():
    tables = {
        "at first": torch.full((2, 2), 0.5),
        "counted": torch.tensor([[0.25, 0.75], [0.999, 0.001]]),
    }
    svg, alt = learnt_table_picture(tables, ["a", "b"], "Learnt")
    assert {"at first", "counted", ".50", ".25", ".75", "1", "0"} <= set(words_in(svg))
    assert within(svg) and "counted: a → b 0.75, b → a 1.00" in alt
    with pytest.raises(ValueError, match=r"at first: .* shape \(3, 3\)"):
        learnt_table_picture(tables, ["a", "b", "c"], "Learnt")
