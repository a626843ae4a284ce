"""Copying by place, drawn."""

from gptlab.view.kit.style import to_svg
from gptlab.view.rnn import copy_order


def test_copies_are_drawn():
    figure, alt = copy_order.copies_picture(
        {"shown forwards": [[0.1, 0.2]], "shown backwards": [[0.9, 0.3], [0.7, 0.5]]}
    )
    assert to_svg(figure, alt).startswith("<svg") and "shown backwards: 80%, 40%" in alt
