"""Chains and times of models, drawn."""

from gptlab.view.kit.style import to_svg
from gptlab.view.rnn import sequential_cost


def test_costs_are_drawn():
    figure, alt = sequential_cost.cost_picture(
        {"GRU": {2: 10, 8: 40}}, {"GRU": {2: 0.001, 8: 0.004}}
    )
    assert to_svg(figure, alt).startswith("<svg") and "slopes 1.00 and 1.00" in alt
