"""The cost of attention, drawn."""

from gptlab.view.attention import attention_cost
from gptlab.view.kit.style import to_svg


def test_cost_is_drawn():
    figure, alt = attention_cost.cost_picture({128: 0.001, 256: 0.0035})
    assert to_svg(figure, alt).startswith("<svg") and "256 tokens 3.5 ms" in alt
