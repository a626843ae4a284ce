"""Losses early and late in a sentence, drawn."""

from gptlab.view.kit.style import to_svg
from gptlab.view.rnn import recurrent_lm


def test_places_are_drawn():
    figure, alt = recurrent_lm.places_picture({"GRU": (3.0, 3.21, 2.5)}, "test")
    assert to_svg(figure, alt).startswith("<svg") and "GRU: 3.21" in alt
