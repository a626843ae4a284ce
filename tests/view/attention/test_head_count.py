"""Right answers by number of heads, drawn."""

from gptlab.view.attention import head_count
from tests.support.pictures import words_in


def test_heads_are_drawn():
    svg, alt = head_count.heads_picture({1: [0.5, 0.7], 4: [1.0]})
    assert {"1 head", "4 heads", "60 %", "100 %"} <= set(words_in(svg))
    assert alt.endswith("1 head 60%, 4 heads 100%.")
