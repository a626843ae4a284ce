"""The roofline and the slices: what is drawn is what was measured, and what the arithmetic says."""

from gptlab.experiments.scaling.roofline import CARDS, Machine, Product
from gptlab.view.kit.style import to_svg
from gptlab.view.scaling.roofline import GRADIENTS, RATE, WEIGHTS, roofline_picture, slices_picture
from tests.support.pictures import within, words_in


def test_the_roofline_names_machines_and_measurements():
    machine = Machine("this core", 80e9, 10e9)
    products = [Product(1, 10.0, 20.0, 1e-9), Product(64, 640.0, 32.0, 1e-8)]
    figure, alt = roofline_picture(machine, products, CARDS)
    drawn = to_svg(figure, alt)
    for word in ("this core", "H100 SXM", "A100, 40 GB", "1 row", "64 rows"):
        assert word in drawn
    assert (
        "from 8 operations a byte on" in alt
        and "64 rows: 20 operations a byte, 64 billion a second" in alt
    )


def test_the_slices_are_cut_and_add_up():
    svg, alt = slices_picture()
    words = words_in(svg)
    assert within(svg) and {"process 0", "process 1"} <= set(words)
    mean = [(a + b) / 2 for a, b in zip(*GRADIENTS)]
    after = [f"{w - RATE * g:g}".replace("-", "−") for w, g in zip(WEIGHTS, mean)]
    assert all(words.count(value) == 1 for value in after)  # nobody holds another's slice
    assert words.count("2") == 6 and "step to [0.2, -1.1, 1.8, 1.2]" in alt
