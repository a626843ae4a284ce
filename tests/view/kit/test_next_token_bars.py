"""One distribution over the next token as bars."""

import torch

from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.view.kit.next_token_bars import next_token_picture
from tests.support.pictures import words_in


def test_all_others_have_a_bar_where_there_are_any():
    probabilities = torch.zeros(261).scatter(0, torch.tensor([97, 98]), torch.tensor([0.4, 0.6]))
    svg, alt = next_token_picture(probabilities, Tokenizer([]), "after x", n=2)
    assert "all others" not in words_in(svg) and alt == "after x: b 60 %, a 40 %"
    svg, _ = next_token_picture(probabilities, Tokenizer([]), "after x", n=1)
    assert "all others" in words_in(svg)
