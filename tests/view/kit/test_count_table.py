"""A table of counts or probabilities."""

import xml.etree.ElementTree as ET

import pytest
import torch

from gptlab.view.kit.count_table import count_table_picture
from gptlab.view.palette import COLOURS
from tests.support.pictures import NS, words_in


def test_the_table_marks_what_does_not_sum_to_one():
    table = torch.tensor([[0.5, 0.5], [1.0, 1.0]])
    svg, said = count_table_picture(table, ["山", "<b>"], "title", sums=True)
    bold = [
        t.text for t in ET.fromstring(svg).iter(f"{NS}text") if t.get("fill") == COLOURS["wrong"]
    ]
    assert (
        bold == ["1.50", "2", "1.50"] and said == "title. 山: 山 0.50, <b> 0.50; <b>: 山 1, <b> 1"
    )
    assert "2" in words_in(count_table_picture(torch.tensor([[2, 0], [0, 1]]), ["a", "b"], "t")[0])
    with pytest.raises(ValueError, match=r"\(2, 2\) does not fit 3 words"):
        count_table_picture(table, ["a", "b", "c"], "t")
