"""Gradients and curves, drawn."""

from gptlab.experiments.transformer.pre_vs_post_norm import POST, PRE
from gptlab.view.kit.style import to_svg
from gptlab.view.transformer import pre_vs_post_norm


def test_gradients_are_drawn_the_same_each_time():
    norms = {PRE: {1: [0.5], 3: [0.4, 0.3, 0.2]}, POST: {1: [0.5], 3: [0.4, 0.5, 0.6]}}
    figure, alt = pre_vs_post_norm.gradients_picture(norms)
    assert "0.20 with 3 layers" in alt
    assert to_svg(figure, alt) == to_svg(*pre_vs_post_norm.gradients_picture(norms))


def test_curves_are_drawn():
    runs = {PRE: [5.0 - 0.1 * i for i in range(12)], POST: [5.0] * 12}
    figure, alt = pre_vs_post_norm.curves_picture(runs, 4.0, "t")
    assert "ends at 5.00" in alt and to_svg(figure, alt).startswith("<svg")


def test_the_axis_begins_where_it_is_told_and_unknown_names_differ():
    runs = {"whole": [3.0] * 12, "a part less": [4.0] * 12}
    figure, alt = pre_vs_post_norm.curves_picture(runs, 5.0, "t", bottom=0)
    axes = figure.axes[0]
    assert axes.get_ylim()[0] == 0
    assert len({line.get_color() for line in axes.lines[:2]}) == 2 and "whole ends at 3.00" in alt
