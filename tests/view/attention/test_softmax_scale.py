"""Curves of a softmax by width, and the slider."""

from gptlab.experiments.attention.softmax_scale import softmax_stats
from gptlab.view.attention import softmax_scale
from gptlab.view.kit.style import to_svg


def test_curves_are_drawn():
    picture = softmax_scale.softmax_curves([softmax_stats(1), softmax_stats(256)])
    assert to_svg(*picture).startswith("<svg")


def test_the_width_slider():
    slider = softmax_scale.ScaleSlider(d=4)
    first = slider.out.value
    slider.d.value = 256
    assert "D = 256" in slider.out.value and slider.out.value != first
    wide = slider.out.value
    slider.again.click()
    assert slider.out.value != wide
