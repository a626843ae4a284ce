"""One number as a memory: what is said of it, and its slider."""

from gptlab.view.kit.style import to_svg
from gptlab.view.rnn import memory_cell


def test_no_weight_far_from_one_does_both():
    assert "hardly told apart" in memory_cell.describe(
        0.5
    ) and "next to no gradient" in memory_cell.describe(0.5)
    assert "still told apart" in memory_cell.describe(
        1.5
    ) and "next to no gradient" in memory_cell.describe(1.5)
    assert "still told apart" in memory_cell.describe(
        1.0
    ) and "a gradient that teaches" in memory_cell.describe(1.0)


def test_the_slider_of_one_number():
    slider = memory_cell.MemoryCellSlider()
    first = slider.out.value
    slider.weight.value = 1.5
    assert "w_hh = 1.5" in slider.text.value and slider.out.value != first
    figure, alt = memory_cell.memory_cell_picture([0.5, 1.0])
    assert to_svg(figure, alt).startswith("<svg") and alt.count("w_hh") == 2
