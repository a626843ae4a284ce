"""gelu's two forms, drawn."""

from gptlab.view.kit.style import to_svg
from gptlab.view.transformer import look_alike_functions


def test_gelu_is_drawn():
    for figure, alt in (
        look_alike_functions.gelu_picture(),
        look_alike_functions.gelu_forms_picture(),
    ):
        assert to_svg(figure, alt).startswith("<svg")
    assert "0.000473" in look_alike_functions.gelu_forms_picture()[1]
