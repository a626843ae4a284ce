"""Numbers as text for the eye."""

import pytest

from gptlab.view.kit.number_format import percent, three_digits, with_unit


@pytest.mark.parametrize(
    ("x", "said"),
    [
        (2.0, "2"),
        (-0.7616, "−0.762"),
        (0.0, "0"),
        (-0.0, "0"),
        (999.4, "999"),
        (999.7, "1,000"),
        (-12345.6, "−12,346"),
        (1.2e-7, "1.2e−7"),
        (1e6, "1.0e6"),
        (-3.0e12, "−3.0e12"),
    ],
)
def test_three_digits(x, said):
    assert three_digits(x) == said


@pytest.mark.parametrize(("p", "text"), [
    (0, "0 %"), (1e-9, "< 0.1 %"), (0.00099, "< 0.1 %"), (0.001, "0.1 %"), (0.0372, "3.7 %"),
    (0.0996, "10 %"), (0.25, "25 %"), (0.9949, "99 %"), (0.9951, "> 99 %"), (0.9999999, "> 99 %"), (1, "100 %"),
])  # fmt: skip
def test_percent_never_lies_at_the_ends(p, text):
    assert percent(p) == text


@pytest.mark.parametrize(
    ("n", "text"), [(7, "7"), (1_331_200, "1.33 M"), (175e9, "175 B"), (12_340, "12.3 k")]
)
def test_with_unit(n, text):
    assert with_unit(n) == text
